package indexer_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"mailquarry/indexer"
	"mailquarry/search/engine"
)

// recorder keeps the documents that go into the index.
type recorder struct {
	engine.Writer
	mu   sync.Mutex
	docs []engine.Document
}

func (r *recorder) Apply(ctx context.Context, b engine.Batch) error {
	r.mu.Lock()
	r.docs = append(r.docs, b.Put...)
	r.mu.Unlock()
	return r.Writer.Apply(ctx, b)
}

// What the author wrote, what is quoted and what is a footer are apart in the
// index, and nothing is dropped. A footer is told by its being repeated, whatever
// order copies come in and also when the index is built anew.
func TestBodiesComeApart(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const footer = "This message and its attachments are confidential and meant for the addressee alone."
	anna, ben := s.user("anna"), s.user("ben")
	for i := range 6 {
		m := letter(fmt.Sprint("offer ", i), fmt.Sprintf("Bitte schicken Sie uns bis Freitag das neue Angebot Nummer%d.\n\n%s\n\nAm 3. März 2025 schrieb Ben <ben@contoso.example>:\n> Was ist mit der Lieferung walnut%d geschehen?\n", i, footer, i))
		m.InternetMessageID = fmt.Sprintf("<offer-%d@contoso.example>", i)
		anna.Folder("inbox").Add(m)
		ben.Folder("inbox").Add(m)
	}
	s.round()
	for pass, want := range []int{8, 12} { // the first two messages, at two people, came before it was known
		r := &recorder{Writer: s.index}
		if err := indexer.NewBuilder(s.archive, s.extract, reset{r}, indexer.BuildOptions{Workers: 1}).Catchup(s.ctx); err != nil {
			t.Fatal(err)
		}
		footers := 0
		for _, d := range r.docs {
			if d.Language != "de" {
				t.Errorf("pass %d: %s is in %q", pass, d.Subject, d.Language)
			}
			kinds := map[engine.PartKind]string{}
			at := 0
			for _, p := range d.Parts {
				kinds[p.Kind] += d.Body[at:p.End]
				at = p.End
			}
			if at != len(d.Body) || !strings.Contains(kinds[engine.Own], "Angebot") || !strings.Contains(kinds[engine.Quoted], "walnut") || strings.Contains(kinds[engine.Own], "walnut") {
				t.Errorf("pass %d: %v", pass, kinds)
			}
			if strings.Contains(kinds[engine.Signature], footer) {
				footers++
			} else if !strings.Contains(kinds[engine.Own], footer) {
				t.Errorf("pass %d: the footer is dropped from %s", pass, d.Subject)
			}
		}
		if len(r.docs) != 12 || footers < want {
			t.Errorf("pass %d: %d of %d footers are told, want %d", pass, footers, len(r.docs), want)
		}
	}
}

// reset has a builder begin at the beginning.
type reset struct{ engine.Writer }

func (reset) Checkpoint(context.Context) (uint64, error) { return 0, nil }
