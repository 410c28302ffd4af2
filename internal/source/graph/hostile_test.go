package graph

import (
	"math/rand/v2"
	"strings"
	"testing"

	"mailquarry/internal/source"
)

// The tests of this file try damaged answers by a fixed seed. They are no fuzz
// targets because go test would then compile the whole SDK once more, which
// takes minutes and gigabytes.
const mutations = 20_000

// mutate damages one of the seeds: bytes are changed, cut out, or brought in
// from another seed.
func mutate(r *rand.Rand, seeds []string) string {
	b := []byte(seeds[r.IntN(len(seeds))])
	for range 1 + r.IntN(4) {
		if len(b) == 0 {
			break
		}
		at := r.IntN(len(b))
		switch r.IntN(3) {
		case 0:
			b[at] = `{}[]",:01eun\`[r.IntN(13)]
		case 1:
			b = append(b[:at:at], b[min(len(b), at+1+r.IntN(8)):]...)
		case 2:
			other := seeds[r.IntN(len(seeds))]
			from := r.IntN(len(other))
			b = append(append(b[:at:at], other[from:]...), b[at:]...)
		}
	}
	return string(b)
}

// Whatever an error answer holds, it is judged on one line, and never as
// something that the sync does not know what to do about.
func TestDamagedRefusalsAreJudged(t *testing.T) {
	t.Parallel()
	seeds := []string{
		`{"error":{"code":"ErrorItemNotFound","message":"x","innerError":{"code":"y","innerError":null}}}`,
		`{"error":"invalid","error_description":"y"}`, `<html></html>`, `null`,
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range mutations {
		body, status := mutate(r, seeds), 300+r.IntN(300)
		for _, a := range []area{directory, mailbox, content} {
			if e := judge(a, status, []byte(body)).err; e.Class == source.Unknown || strings.Contains(e.Message, "\n") || e.Status != status {
				t.Fatalf("status %d, body %q: %+v", status, body, e)
			}
		}
	}
}

// Whatever a page holds, each item of it is either read or reported.
func TestDamagedPagesAreRead(t *testing.T) {
	t.Parallel()
	seeds := []string{
		`{"value":[{"id":"a","mail":null,"proxyAddresses":["SMTP:a@b"]},null],"@odata.nextLink":"https://graph.microsoft.com/x"}`,
		`{"value":[{"id":"a","@removed":{"reason":"deleted"},"size":1,"isInline":true}],"@odata.deltaLink":"y"}`,
		`{"value":[{"@odata.type":"#microsoft.graph.mailSearchFolder","id":"s","parentFolderId":"p","isHidden":false}]}`,
	}
	r := rand.New(rand.NewPCG(3, 4))
	read := 0
	for range mutations {
		p, err := parsePage([]byte(mutate(r, seeds)))
		if err != nil {
			continue
		}
		for _, raw := range p.Value {
			read++
			if _, id, reason := fields(raw); (id == "") == (reason == "") {
				t.Fatalf("%s: id %q, reason %q", raw, id, reason)
			}
			parseUser(raw)
			_, _ = parsePart(raw)
		}
		(&tree{parents: map[string]string{}, search: map[string]bool{}}).read(p.Value, func(string) {})
	}
	if read < mutations/10 {
		t.Errorf("only %d items came through: the seeds are damaged too much", read)
	}
}
