package mailtext

import (
	"fmt"
	"hash/crc32"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// bodies are texts in many languages that quote and are signed in many ways, some of
// them in HTML, by name.
func bodies() map[string]sample {
	all := map[string]sample{"nothing": {}}
	for name, h := range headers {
		text := "Fine with me, thanks.\n\nBen\n\n" + h + "\n> Shall we?\n> Ann\n\n-- \nBen Example\nSent from my iPhone\n"
		all[name] = sample{subject: "Re: Plan", text: text}
		all[name+", forwarded"] = sample{subject: "Fwd: Plan", text: text}
		html := "<p>Fine.</p><blockquote type=\"cite\">" + strings.ReplaceAll(text, "\n", "<br>") + "</blockquote><div class=\"gmail_signature\">Ben</div>"
		all[name+", HTML"] = sample{subject: "Re: Plan", text: html, html: true}
	}
	for code, texts := range mails {
		all[code] = sample{subject: "Plan", text: strings.Join(texts, "\n\n")}
	}
	return all
}

// TestTellAgain promises that what is recalled of a body is what was told of it, and
// that nothing is recalled of another one.
func TestTellAgain(t *testing.T) {
	t.Parallel()
	for name, b := range bodies() {
		text, want, known := Tell(nil, b.text, b.html, b.subject)
		if known {
			t.Fatalf("%s is known before it was read", name)
		}
		kept := want.Encode(b.text, b.html, b.subject)
		again, got, known := Tell(kept, b.text, b.html, b.subject)
		if d := cmp.Diff(want, got); !known || again != text || d != "" {
			t.Errorf("%s: known %t: %s", name, known, d)
		}
		for other, known := range map[string]bool{
			"subject": second(Tell(kept, b.text, b.html, b.subject+"!")),
			"text":    second(Tell(kept, b.text+"!", b.html, b.subject)),
			"type":    second(Tell(kept, b.text, !b.html, b.subject)),
		} {
			if known {
				t.Errorf("%s is known with another %s", name, other)
			}
		}
	}
}

func second(_ string, _ Reading, known bool) bool { return known }

// FuzzTell promises that no damage to what was kept gives a stretch beyond the text.
func FuzzTell(f *testing.F) {
	_, r, _ := Tell(nil, "Yes.\n> no\n", false, "Re: x")
	f.Add(r.Encode("Yes.\n> no\n", false, "Re: x"), "Yes.\n> no\n", "Re: x", false)
	f.Fuzz(func(t *testing.T, kept []byte, content, subject string, html bool) {
		text, r, _ := Tell(kept, content, html, subject)
		whole(t, text, r.Spans)
		// The sum may well be right where a disk damages what stands behind it.
		_, r, _ = Tell(nil, content, html, subject)
		damaged := r.Encode(content, html, subject)
		copy(damaged[min(6, len(damaged)):], kept)
		text, r, _ = Tell(damaged, content, html, subject)
		whole(t, text, r.Spans)
	})
}

// TestReadingVersion fails when something else is told of a body than before and
// readingVersion is still the same: stored readings would be taken for new ones.
func TestReadingVersion(t *testing.T) {
	t.Parallel()
	const version, told = 1, 2642611663
	all := bodies()
	sum := crc32.NewIEEE()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		text, r, _ := Tell(nil, all[name].text, all[name].html, all[name].subject)
		fmt.Fprintf(sum, "%s: %q %s %v\n", name, text, r.Language, r.Spans)
	}
	if got := sum.Sum32(); got != told || version != readingVersion {
		t.Errorf("version %d tells %d, want version %d, which told %d: raise readingVersion with every change, then note it and the new sum here",
			readingVersion, got, version, told)
	}
}
