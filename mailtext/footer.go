package mailtext

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Tail is a stretch at the end of what an author wrote, which may be a footer or
// a signature: it is one if the author's messages repeat it.
type Tail struct {
	Print      uint64 // the same for the same words, always
	Start, End int    // bytes of the text
}

// The limits on tails: how many of them there are, how far from the end of the
// text they are looked for, how much of one is looked at, and in how long a line
// a mailer may have broken a paragraph.
const (
	maxTails      = 12
	maxTailsBytes = 16 << 10
	maxTail       = 4 << 10
	brokenFrom    = 55
	brokenTo      = 100
)

// Tails gives the stretches that may be footers, from a text and what Split told
// of it. They are in the order of the text. What the author's text begins with is
// none: a message has something to say.
func Tails(text string, spans []Span) []Tail {
	var out []Tail
	size := 0
	first := firstWords(text, spans)
	for i := len(spans) - 1; i >= 0 && len(out) < maxTails && size < maxTailsBytes; i-- {
		if spans[i].Kind != Own {
			continue
		}
		for end := spans[i].End; end > spans[i].Start && len(out) < maxTails && size < maxTailsBytes; {
			start := unitStart(text, spans[i].Start, end)
			if start <= first {
				break
			}
			size += end - start
			if p := fingerprint(text[start:min(end, start+maxTail)]); p != 0 {
				out = append(out, Tail{p, start, end})
			}
			end = start
		}
	}
	slices.Reverse(out)
	return out
}

// firstWords is where the author's text begins.
func firstWords(text string, spans []Span) int {
	for _, s := range spans {
		if s.Kind == Own {
			own := text[s.Start:s.End]
			if i := strings.IndexFunc(own, func(r rune) bool { return !unicode.IsSpace(r) }); i >= 0 {
				return s.Start + i
			}
		}
	}
	return len(text)
}

// unitStart is where the last line of text[from:to] begins, with the empty lines
// after it, or the paragraph if it is one that was broken into lines.
func unitStart(text string, from, to int) int {
	start := lineStart(text, from, from+len(strings.TrimRightFunc(text[from:to], unicode.IsSpace)))
	for start > from {
		before := lineStart(text, from, start-1)
		n := len(strings.TrimSpace(text[before : start-1]))
		if n < brokenFrom || n > brokenTo || to-before > maxTail {
			break
		}
		start = before
	}
	return start
}

func lineStart(text string, from, at int) int {
	return from + strings.LastIndexByte(text[from:max(at, from)], '\n') + 1
}

// fingerprint is the same for texts that differ only in what is not repeated:
// numbers, addresses of pages behind the name of the site, blanks, signs and the
// size of letters. It is 0 for what has no letters.
func fingerprint(s string) uint64 {
	h := fnvOffset
	letters := false
	var word [64]byte
	for w := range strings.FieldsSeq(s) {
		if _, rest, ok := strings.Cut(w, "://"); ok {
			w, _, _ = strings.Cut(rest, "/")
		}
		kept, digit := word[:0], false
		for _, r := range w {
			switch {
			case r|0x20 >= 'a' && r|0x20 <= 'z':
				kept = append(kept, byte(r|0x20))
			case r >= '0' && r <= '9':
				digit = true
			case r >= utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsMark(r)):
				kept = utf8.AppendRune(kept, unicode.ToLower(r))
			}
		}
		switch {
		case digit:
			h = fnv64a(h, "0 ")
		case len(kept) > 0:
			letters = true
			h = fnv64a(h, append(kept, ' '))
		}
	}
	if !letters {
		return 0
	}
	return max(h, 1)
}

// The 64-bit FNV-1a hash: hash/fnv's, which has its bytes copied to the heap first.
const (
	fnvOffset uint64 = 14695981039346656037
	fnvPrime  uint64 = 1099511628211
)

func fnv64a[T string | []byte](h uint64, s T) uint64 {
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * fnvPrime
	}
	return h
}

// Footers makes signatures of the tails that the author's messages repeat. One
// that the author's text goes on behind remains as it is, so that only an end is
// taken for a footer.
func Footers(spans []Span, repeated []Tail) []Span {
	repeated = slices.Clone(repeated)
	slices.SortFunc(repeated, func(a, b Tail) int { return a.Start - b.Start })
	out := slices.Clone(spans)
	for i := len(out) - 1; i >= 0; i-- {
		if out[i].Kind != Own {
			continue
		}
		start := out[i].End
		for n := len(repeated); n > 0 && repeated[n-1].End == start && repeated[n-1].Start >= out[i].Start; n-- {
			start = repeated[n-1].Start
			repeated = repeated[:n-1]
		}
		if start == out[i].End {
			break
		}
		if start > out[i].Start {
			out = slices.Insert(out, i+1, Span{Signature, start, out[i].End})
			out[i].End = start
			break
		}
		out[i].Kind = Signature
	}
	return joined(out)
}

// joined puts neighbours of one kind together.
func joined(spans []Span) []Span {
	out := spans[:0]
	for _, s := range spans {
		if n := len(out); n > 0 && out[n-1].Kind == s.Kind {
			out[n-1].End = s.End
			continue
		}
		out = append(out, s)
	}
	return out
}
