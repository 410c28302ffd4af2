package files

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// readAll reads an mbox whole; messages too large come as "ERROR".
func readAll(t testing.TB, box []byte, limit int) []string {
	t.Helper()
	var got []string
	m := newMbox(bytes.NewReader(box), limit)
	for {
		raw, _, err := m.next()
		switch {
		case errors.Is(err, io.EOF):
			return got
		case errors.Is(err, ErrTooLarge):
			got = append(got, "ERROR")
		case err != nil:
			t.Fatal(err)
		default:
			got = append(got, string(raw))
		}
	}
}

func TestMbox(t *testing.T) {
	t.Parallel()
	const f1 = "From ada@quarry.example Mon Mar  4 09:15:02 2024\n"
	tests := []struct {
		name, in string
		want     []string
	}{
		{"empty", "", nil},
		{"only blank lines", "\n\n", nil},
		{"two", f1 + "A: 1\n\none\n\n" + f1 + "A: 2\n\ntwo\n\n", []string{"A: 1\n\none\n", "A: 2\n\ntwo\n"}},
		{"no empty line at the end", f1 + "A: 1\n\none", []string{"A: 1\n\none"}},
		{"crlf", "From - Mon Mar 04 09:15:02 2024\r\nA: 1\r\n\r\none\r\n\r\nFrom - Mon Mar 04 09:15:03 2024\r\nA: 2\r\n\r\n", []string{"A: 1\r\n\r\none\r\n", "A: 2\r\n"}},
		{"quoted", f1 + "A: 1\n\n>From here\n>>From there\n>Fromage\n", []string{"A: 1\n\nFrom here\n>From there\n>Fromage\n"}},
		{"unquoted From without a date", f1 + "A: 1\n\nFrom now on we meet at noon.\n", []string{"A: 1\n\nFrom now on we meet at noon.\n"}},
		{"From_ line inside a paragraph", f1 + "A: 1\n\nx\n" + f1, []string{"A: 1\n\nx\n" + f1}},
		{"bare From_ lines of Thunderbird", "From \nA: 1\n\none\n\nFrom \nA: 2\n\ntwo\n\n", []string{"A: 1\n\none\n", "A: 2\n\ntwo\n"}},
		{"message of nothing", f1 + "\n" + f1 + "A: 2\n", []string{"", "A: 2\n"}},
		{"too large is skipped alone", f1 + "A: 1\n\n" + strings.Repeat("long\n", 30) + "\n" + f1 + "A: 2\n", []string{"ERROR", "A: 2\n"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(tt.want, readAll(t, []byte(tt.in), 100)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestMboxRefusesOtherFiles(t *testing.T) {
	t.Parallel()
	m := newMbox(strings.NewReader("Dear all,\nFrom us to you\n"), 100)
	if _, _, err := m.next(); !errors.Is(err, ErrNotMail) {
		t.Fatalf("got %v, want ErrNotMail", err)
	}
	if _, _, err := m.next(); !errors.Is(err, io.EOF) {
		t.Fatalf("then %v, want EOF", err)
	}
}

func TestFromLine(t *testing.T) {
	t.Parallel()
	want := time.Date(2024, 3, 4, 9, 15, 2, 0, time.UTC)
	for _, line := range []string{
		"From ada@quarry.example Mon Mar  4 09:15:02 2024",
		"From - Mon Mar 04 09:15:02 2024\r\n",
		"From ada at quarry.example  Mon Mar  4 09:15:02 2024",
		"From 1792@xxx Mon Mar 04 11:15:02 +0200 2024",
		"From ada@quarry.example Mon Mar  4 09:15:02 UTC 2024",
		"From ada@quarry.example Mon, 4 Mar 2024 04:15:02 -0500",
		"From \"ada 12 lovelace\"@quarry.example Mon Mar  4 09:15:02 2024 remote from gate",
	} {
		if got, ok := fromLine([]byte(line)); !ok || !got.Equal(want) {
			t.Errorf("%q: %v, %v", line, got, ok)
		}
	}
	for _, line := range []string{"From here to there", "From: ada", "From March 4 we meet at 9:15", "From 12 Mar 2024 on", "", "From "} {
		if got, ok := fromLine([]byte(line)); ok {
			t.Errorf("%q taken as %v", line, got)
		}
	}
}

// writeMbox writes messages as mboxrd: the other half of the promise.
func writeMbox(msgs []string) []byte {
	var b bytes.Buffer
	for i, m := range msgs {
		fmt.Fprintf(&b, "From a@b.example Mon Mar  4 09:15:%02d 2024\n", i%60)
		for line := range strings.Lines(m) {
			if strings.HasPrefix(strings.TrimLeft(line, ">"), "From ") {
				b.WriteByte('>')
			}
			b.WriteString(line)
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// TestMboxRoundTrip: whatever lines messages have, an mboxrd gives them back
// byte for byte.
func TestMboxRoundTrip(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 7))
	parts := []string{"\n", "\n", "\r\n", "From \n", ">From x\n", ">>From\n", "From a@b.example Mon Mar  4 09:15:00 2024\n", ">\n", "x\n", "Subject: y\n", strings.Repeat("w", 300_000) + "\n", "\xff\x00\n"}
	for range 200 {
		msgs := make([]string, r.IntN(5))
		for i := range msgs {
			var b strings.Builder
			b.WriteString("S: t\n")
			for range r.IntN(8) {
				b.WriteString(parts[r.IntN(len(parts))])
			}
			msgs[i] = b.String()
		}
		got := readAll(t, writeMbox(msgs), MaxMessage)
		if len(got) != len(msgs) {
			t.Fatalf("%d messages became %d", len(msgs), len(got))
		}
		for i := range got {
			if got[i] != msgs[i] {
				t.Fatalf("message %d:\n%.200q\nbecame\n%.200q", i, msgs[i], got[i])
			}
		}
	}
}

func FuzzMbox(f *testing.F) {
	f.Add([]byte("From a@b Mon Mar  4 09:15:02 2024\nA: 1\n\n>From x\n\nFrom \nB: 2\n"))
	f.Add([]byte("\n\nFrom \r\n\r\n\r\nFrom -\r\n"))
	f.Add([]byte("From " + strings.Repeat("x", 4_000) + "\n\n"))
	f.Fuzz(func(t *testing.T, box []byte) {
		const limit = 2000
		m := newMbox(bytes.NewReader(box), limit)
		total := 0
		for n := 0; ; n++ {
			raw, _, err := m.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if n > len(box) {
				t.Fatal("no end")
			}
			if len(raw) > limit {
				t.Fatalf("%d bytes over the limit", len(raw))
			}
			total += len(raw)
		}
		if total > len(box) {
			t.Fatalf("%d bytes out of %d", total, len(box))
		}
	})
}
