package mailtext

import (
	"strings"
	"testing"
)

// TestFooters promises that what a sender's messages end with alike is told from
// what they say, whatever is written above and below.
func TestFooters(t *testing.T) {
	t.Parallel()
	const footer = "Kind regards\nAnn Example\nACME Ltd, 1 High Street, Tel. +44 20 1234\n\nACME Ltd is a company registered in England. Nothing in this message is an\noffer; whoever takes it for one does so at their own expense, and is to\nblame.\n"
	messages := []string{
		"Hello Ben,\nthe contract is attached.\n" + footer,
		"Yes, Monday is fine.\n\n" + strings.ReplaceAll(footer, "1234", "1235") + "\nOn Mon, 3 Mar 2025, Ben wrote:\n> Monday?\n",
		"I think we should wait for the board to decide about it in its next sitting.\n" + footer,
		"> Who?\nCid.\n> When?\nNow.\n" + footer,
	}
	seen := map[uint64]int{}
	for _, m := range messages {
		for _, tail := range Tails(m, Split(m, "", nil)) {
			seen[tail.Print]++
		}
	}
	for i, m := range messages {
		spans := Split(m, "", nil)
		var repeated []Tail
		for _, tail := range Tails(m, spans) {
			if seen[tail.Print] >= 3 {
				repeated = append(repeated, tail)
			}
		}
		spans = Footers(spans, repeated)
		whole(t, m, spans)
		own, signature := Part(m, spans, Own), Part(m, spans, Signature)
		if strings.Contains(own, "ACME") || strings.Contains(own, "blame") || !strings.Contains(signature, "blame") {
			t.Errorf("message %d: own text %q, signature %q", i, own, signature)
		}
		for _, said := range []string{"contract is attached", "Monday is fine", "next sitting", "Cid"} {
			if strings.Contains(m, said) && !strings.Contains(own, said) {
				t.Errorf("message %d: own text is %q without %q", i, own, said)
			}
		}
	}
}

// TestFootersKept promises that a message that says the same each time says it.
func TestFootersKept(t *testing.T) {
	t.Parallel()
	for _, m := range []string{"The backup is done.\n", "> Shall we?\nYes.\n", "\n\nThe backup is done.\n\n\n"} {
		spans := Split(m, "", nil)
		spans = Footers(spans, Tails(m, spans))
		whole(t, m, spans)
		if Part(m, spans, Own) == "" {
			t.Errorf("nothing of %q is said", m)
		}
	}
	m := "One.\nTwo.\nThree.\n"
	spans := Split(m, "", nil)
	tails := Tails(m, spans)
	if got := Footers(spans, tails[:1]); len(got) != 1 {
		t.Errorf("a tail with text behind it became a footer: %v", got)
	}
}

// TestPrints promises that a footer is known again however it was sent.
func TestPrints(t *testing.T) {
	t.Parallel()
	if fingerprint("See https://a.example/x?id=1 (3 pages)") != fingerprint("see  HTTPS://a.example/y\n(4 Pages)") {
		t.Error("a footer with another number is another footer")
	}
	if fingerprint("Ann") == fingerprint("Ben") || fingerprint("-- 1") != 0 {
		t.Error("different names are alike, or signs a footer")
	}
	// Stored prints count on this.
	if got := fingerprint("Kind regards, Ann"); got != 0xbe0912af28924810 {
		t.Errorf("the fingerprint is %#x", got)
	}
}

// FuzzTails promises tails within the author's text, in order, and that no text
// is lost by footers.
func FuzzTails(f *testing.F) {
	f.Add("Hello\n\nAnn\nACME\n> x\nBen", uint8(5))
	f.Add("a\r\n\r\n\xffb\n\n", uint8(0))
	f.Fuzz(func(t *testing.T, text string, which uint8) {
		spans := Split(text, "", nil)
		tails := Tails(text, spans)
		at := 0
		var repeated []Tail
		for i, tail := range tails {
			if tail.Start < at || tail.End <= tail.Start || tail.End > len(text) {
				t.Fatalf("tail %d of %v in %d bytes", i, tails, len(text))
			}
			at = tail.End
			if which>>(i%8)&1 == 1 {
				repeated = append(repeated, tail)
			}
		}
		whole(t, text, Footers(spans, repeated))
		whole(t, text, Footers(spans, tails))
	})
}
