package search_test

import (
	"fmt"
	"html"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"mailquarry/search"
)

// one stores a single letter and gives what a query shows of it.
func one(t *testing.T, l letter, query string) search.Snippets {
	t.Helper()
	w := newWorld(t)
	w.mailbox(eva, "Eva", "Inbox=inbox")
	l.box, l.folder, l.key, l.from = eva, "Inbox", "m", "Tom <tom@contoso.example>"
	w.store(l)
	w.index()
	res := w.find(search.Request{Text: query})
	if len(res.Hits) != 1 {
		t.Fatalf("%s: %d hits", query, len(res.Hits))
	}
	return res.Hits[0].Snippets
}

// TestSnippets: a reader sees why a message was found, and nothing of it is
// markup but the marks.
func TestSnippets(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("Nothing of note is said in this sentence. ", 40)
	attached := []file{{name: "a.txt", kind: "text/plain", text: "apples"}, {name: "budget 2025.txt", kind: "text/plain", text: long + "The total of pears is 12. " + long}}
	for name, tt := range map[string]struct {
		letter letter
		query  string
		want   search.Snippets
	}{
		"a word in subject and body, in any form": {
			letter{subject: "Café <b>", text: "To the CAFE & back"},
			"cafe",
			search.Snippets{Subject: []string{"<mark>Café</mark> &lt;b&gt;"}, Body: []string{"To the <mark>CAFE</mark> &amp; back"}},
		},
		"other forms of a word, in the message's language": {
			letter{subject: "Die Rechnungen", text: "Anbei die Rechnung und alle Rechnungen vom letzten Jahr, der Rechner ist nicht dabei."},
			"rechnungen",
			search.Snippets{
				Subject: []string{"Die <mark>Rechnungen</mark>"},
				Body:    []string{"Anbei die <mark>Rechnung</mark> und alle <mark>Rechnungen</mark> vom letzten Jahr, der Rechner ist nicht dabei."},
			},
		},
		"a phrase is marked as one": {
			letter{subject: "s", text: "The net price is 30, and net-30 is the term."},
			`"net 30"`,
			search.Snippets{Subject: []string{"s"}, Body: []string{"The net price is 30, and <mark>net-30</mark> is the term."}},
		},
		"a prefix": {
			letter{subject: "Invoices", text: "An invoice, invoicing."},
			"invoic*",
			search.Snippets{Subject: []string{"<mark>Invoices</mark>"}, Body: []string{"An <mark>invoice</mark>, <mark>invoicing</mark>."}},
		},
		"an address is marked as one": {
			letter{subject: "s", text: "Ask eva@contoso.com first"},
			"eva@contoso.com",
			search.Snippets{Subject: []string{"s"}, Body: []string{"Ask <mark>eva@contoso.com</mark> first"}},
		},
		"Chinese": {
			letter{subject: "会议记录", text: "明天的会议在三楼。"},
			"会议",
			search.Snippets{Subject: []string{"<mark>会议</mark>记录"}, Body: []string{"明天的<mark>会议</mark>在三楼。"}},
		},
		"a field marks only there": {
			letter{subject: "Lease", text: "The lease"},
			"subject:lease",
			search.Snippets{Subject: []string{"<mark>Lease</mark>"}, Body: []string{"The lease"}},
		},
		"a negated word is not marked": {
			letter{subject: "Lease", text: "signed"},
			"lease -draft",
			search.Snippets{Subject: []string{"<mark>Lease</mark>"}, Body: []string{"signed"}},
		},
		"HTML is shown as text": {
			letter{subject: "s", html: "<style>renewal{}</style><p>The <i>renewal</i> of &lt;x&gt;</p>"},
			"renewal",
			search.Snippets{Subject: []string{"s"}, Body: []string{"The <mark>renewal</mark> of &lt;x&gt;"}},
		},
		"only the address matches: the body's beginning": {
			letter{subject: "s", text: "\n\n  Hello\r\n\tthere"},
			"from:tom",
			search.Snippets{Subject: []string{"s"}, Body: []string{"Hello there"}},
		},
		"what turns the line around is left out": {
			letter{subject: "a\u202eb renewal", text: "x"},
			"renewal",
			search.Snippets{Subject: []string{"ab <mark>renewal</mark>"}, Body: []string{"x"}},
		},
		"the attachment that matches is named": {
			letter{subject: "s", text: "see there", files: attached},
			"pears",
			search.Snippets{Subject: []string{"s"}, Body: []string{"see there"}, Attachments: []search.AttachmentSnippet{{
				Index: 1, Name: "budget 2025.txt",
				Fragments: []string{"… The total of <mark>pears</mark> is 12. Nothing of note is said in this sentence. Nothing of note is said in this sentence. …"},
				Places:    []string{""},
			}}},
		},
		"an attachment's name": {
			letter{subject: "s", text: "see there", files: attached},
			"filename:budget",
			search.Snippets{Subject: []string{"s"}, Body: []string{"see there"}, Attachments: []search.AttachmentSnippet{
				{Index: 1, Name: "budget 2025.txt", Fragments: []string{"<mark>budget</mark> 2025.txt"}, Places: []string{""}},
			}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := one(t, tt.letter, tt.query)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestFragmentsOfLongTexts: fragments are short, begin and end between words,
// and show the places where most of the query stands together.
func TestFragmentsOfLongTexts(t *testing.T) {
	t.Parallel()
	filler := strings.Repeat("lorem ipsum dolor sit amet ", 50)
	text := "alpha " + filler + "alpha " + filler + "the alpha met the beta here " + filler + "beta " + filler + "alpha"
	got := one(t, letter{subject: "s", text: text}, "alpha beta").Body
	if len(got) != 3 || !strings.Contains(got[0], "<mark>alpha</mark> lorem") && !strings.Contains(strings.Join(got, "|"), "the <mark>alpha</mark> met the <mark>beta</mark> here") {
		t.Fatalf("fragments: %q", got)
	}
	joined := strings.Join(got, "|")
	if !strings.Contains(joined, "the <mark>alpha</mark> met the <mark>beta</mark> here") {
		t.Errorf("the best place is missing: %q", got)
	}
	words := map[string]bool{"…": true, "the": true, "met": true, "here": true}
	for _, w := range strings.Fields(filler) {
		words[w] = true
	}
	for _, f := range got {
		plain := strings.NewReplacer("<mark>", "", "</mark>", "").Replace(f)
		if n := utf8.RuneCountInString(plain); n > 260 {
			t.Errorf("a fragment of %d characters", n)
		}
		for _, w := range strings.Fields(plain) {
			if !words[w] && w != "alpha" && w != "beta" {
				t.Errorf("a word was cut to %q in %q", w, f)
			}
		}
	}
}

// TestPhrasesAnywhere: a phrase is marked wherever in a long text it stands, also where
// what is before its last word was not worth reading.
func TestPhrasesAnywhere(t *testing.T) {
	t.Parallel()
	for _, at := range []int{0, 1, 2, 3, 5, 9, 17} {
		for pad := range 40 {
			text := strings.Repeat("lorem ipsum dolor sit\n", 90*at) + strings.Repeat("x", pad) + " Amended and Restated\tMaster Agreement " + strings.Repeat("dolor sit amet ", 500)
			for _, phrase := range []string{`"amended and restated master agreement"`, `"restated master"`, `agreement`, `"master agree*"`} {
				got := strings.Join(search.SnippetsOf(phrase, "", text).Body, "|")
				if !strings.Contains(got, "<mark>") {
					t.Fatalf("%s behind %d lines and %d letters: %s", phrase, 90*at, pad, got)
				}
			}
		}
	}
}

// TestSnippetsAreAlwaysSafe: whatever a mail holds, a snippet is valid UTF-8,
// its marks pair up, and without them it is escaped text.
func TestSnippetsAreAlwaysSafe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mailbox(eva, "Eva", "Inbox=inbox")
	rng := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"alpha", "ALPHA", "beta", "<mark>", "</mark>", "<script>", "&amp;", "\u202e", "é", "e\u0301", "会议", "العربية", "👩\u200d👩", " ", "\n", ". ", "\x00", "ﬁ", "ß", "\t", "'", `"`}
	for i := range 30 {
		var b strings.Builder
		for range rng.IntN(400) {
			b.WriteString(pieces[rng.IntN(len(pieces))])
		}
		w.store(letter{
			box: eva, folder: "Inbox", key: fmt.Sprint("k", i), subject: "alpha " + b.String(), text: b.String() + " alpha",
			from: "x <x@y>", files: []file{{name: b.String() + ".txt", kind: "text/plain", text: b.String() + "beta"}},
		})
	}
	w.index()
	for _, q := range []string{"alpha", "alph* OR 会议", `"alpha beta" OR alpha`, "beta OR mark"} {
		for _, h := range w.find(search.Request{Text: q, Limit: 50}).Hits {
			all := append(append([]string{}, h.Snippets.Subject...), h.Snippets.Body...)
			for _, a := range h.Snippets.Attachments {
				all = append(all, a.Fragments...)
			}
			for _, s := range all {
				if fault := unsafeSnippet(s); fault != "" {
					t.Fatalf("%s: %s: %q", q, fault, s)
				}
			}
		}
	}
}

func unsafeSnippet(s string) string {
	if !utf8.ValidString(s) {
		return "not UTF-8"
	}
	open := false
	var plain strings.Builder
	for s != "" {
		switch {
		case strings.HasPrefix(s, "<mark>") && !open:
			open, s = true, s[len("<mark>"):]
		case strings.HasPrefix(s, "</mark>") && open:
			open, s = false, s[len("</mark>"):]
		default:
			plain.WriteByte(s[0])
			s = s[1:]
		}
	}
	if open {
		return "a mark is not closed"
	}
	if p := plain.String(); html.EscapeString(html.UnescapeString(p)) != p {
		return "not escaped"
	}
	return ""
}

// TestFragmentsDoNotOverlap: no piece of a text is shown twice.
func TestFragmentsDoNotOverlap(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		var b strings.Builder
		for i := range 200 {
			fmt.Fprintf(&b, "w%d ", i)
			if rng.IntN(20) == 0 {
				b.WriteString("alpha. ")
			}
		}
		seen := map[string]bool{}
		for _, f := range search.SnippetsOf("alpha OR w7*", "", b.String()).Body {
			for _, w := range strings.Fields(strings.NewReplacer("<mark>", "", "</mark>", "").Replace(f)) {
				if seen[w] && strings.HasPrefix(w, "w") {
					t.Fatalf("%s is shown twice", w)
				}
				seen[w] = true
			}
		}
	}
}

// TestCostlyQueries: a query made to cost much costs little.
func TestCostlyQueries(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("a ", 500_000)
	for name, query := range map[string]string{
		"a long phrase": `"` + strings.Repeat("a ", 1000) + `b a"`,
		"many prefixes": strings.Repeat("b* ", 200),
		"many words":    strings.Repeat("zq ", 200),
	} {
		start := time.Now()
		search.SnippetsOf(query, "s", text)
		if took := time.Since(start); took > time.Minute {
			t.Errorf("%s took %v", name, took)
		} else {
			t.Logf("%s: %v", name, took)
		}
	}
}

// FuzzSnippets: no text and no query make a snippet that is not safe HTML.
func FuzzSnippets(f *testing.F) {
	f.Add("alpha OR 会议", "alpha <mark> 会议\u202e", "</mark> ALPHA &amp; \xff")
	f.Add(`"a b" c* from:x`, "a-b", "a  b\n\ncc")
	f.Fuzz(func(t *testing.T, query, subject, body string) {
		subject, body = strings.ToValidUTF8(subject, "?"), strings.ToValidUTF8(body, "?")
		got := search.SnippetsOf(query, subject, body)
		for _, s := range append(got.Subject, got.Body...) {
			if fault := unsafeSnippet(s); fault != "" {
				t.Fatalf("%s: %q", fault, s)
			}
		}
	})
}

// BenchmarkSnippetsOfLargeAttachments measures a page of 20 hits, each with its
// match at the end of an attachment of 0.9 MB.
func BenchmarkSnippetsOfLargeAttachments(b *testing.B) {
	w := newWorld(b)
	w.mailbox(eva, "Eva", "Inbox=inbox")
	big := strings.Repeat("The quick brown fox jumps over the lazy dogs again. ", 18000)
	for i := range 20 {
		w.store(letter{
			box: eva, folder: "Inbox", key: fmt.Sprint("k", i), subject: "needle", from: "x <x@y>", text: "needle",
			files: []file{{name: "big.txt", kind: "text/plain", text: fmt.Sprint(i) + big + "haystack"}},
		})
	}
	w.index()
	for b.Loop() {
		res := w.find(search.Request{Text: "haystack"})
		if len(res.Hits) != 20 || len(res.Hits[0].Snippets.Attachments) != 1 {
			b.Fatalf("%d hits, %+v", len(res.Hits), res.Hits[0].Snippets)
		}
	}
}
