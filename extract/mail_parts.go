package extract

import (
	"bytes"
	"strings"
	"unicode"

	"mailquarry/internal/rfc822"
)

// readAlternatives reads the richest form of a text, and of the others what says
// more: an invitation, what is attached, and a plain text of other words.
func readAlternatives(r *reading, d document, p *rfc822.Part) error {
	best := p.Best()
	if best != nil {
		if err := readPart(r, d, best); err != nil {
			return err
		}
	}
	var known map[string]bool
	for _, c := range p.Children {
		if c == best {
			continue
		}
		var err error
		c.Walk(func(q *rfc822.Part) {
			if known == nil && best != nil {
				known = wordsOfForm(r, best)
			}
			if err == nil && len(q.Children) == 0 && saysMore(r, q, known) {
				err = readPart(r, d, q)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// wordsOfForm gives the words of a form of a text.
func wordsOfForm(r *reading, p *rfc822.Part) map[string]bool {
	known := map[string]bool{}
	p.Walk(func(q *rfc822.Part) {
		if len(q.Children) == 0 && !q.IsAttachment() {
			eachPlainWord(formText(r, q), func(w string) { known[w] = true })
		}
	})
	return known
}

// saysMore tells whether a form of a text is worth reading besides the best, whose
// words are known.
func saysMore(r *reading, q *rfc822.Part, known map[string]bool) bool {
	switch q.Type {
	case "text/plain":
		if q.IsAttachment() {
			return true
		}
	case "text/x-amp-html", "text/watch-html", "text/html", "text/enriched", "text/richtext":
		return q.Disposition == "attachment"
	default:
		return true
	}
	all, fresh := 0, 0
	eachPlainWord(formText(r, q), func(w string) {
		all++
		if !known[w] {
			fresh++
		}
	})
	return fresh > 0 && fresh*5 > all
}

// formText is the beginning of a form's text, for comparison.
func formText(r *reading, p *rfc822.Part) string {
	const longest = 256 << 10
	raw := p.Decoded()
	return bodyText(r, p, raw[:min(len(raw), longest)]).text
}

// eachPlainWord gives the words of a text without the addresses in it, which two
// forms of a text hardly ever share.
func eachPlainWord(s string, do func(string)) {
	for chunk := range strings.FieldsSeq(s) {
		if strings.Contains(chunk, "://") {
			continue
		}
		for _, w := range strings.FieldsFunc(chunk, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) }) {
			do(strings.ToLower(w))
		}
	}
}

// readMailbox reads a file of messages, one behind the other, each as a document
// of its own.
func readMailbox(r *reading, d document, next int) error {
	for at := 0; at < len(d.raw); {
		m := document{name: "message.eml", contentType: "message/rfc822", raw: d.raw[at:next], depth: d.depth}
		if err := r.child(Step{Kind: Message}, m); err != nil {
			return err
		}
		at = next
		if next = mailboxNext(d.raw, at); next == 0 {
			next = len(d.raw)
		}
	}
	return nil
}

// mailboxNext is where the next message of a mailbox begins after the one at a
// place, 0 when there is none: a line "From ", after an empty one and before a
// header field.
func mailboxNext(raw []byte, at int) int {
	if !bytes.HasPrefix(raw[at:], []byte("From ")) {
		return 0
	}
	for {
		i := bytes.Index(raw[at+1:], []byte("\nFrom "))
		if i < 0 {
			return 0
		}
		at += 1 + i + 1
		before := bytes.TrimSuffix(raw[:at-1], []byte("\r"))
		if len(before) == 0 || before[len(before)-1] != '\n' {
			continue
		}
		_, line, _ := bytes.Cut(raw[at:min(len(raw), at+1000)], []byte("\n"))
		name, _, ok := bytes.Cut(line[:min(len(line), 80)], []byte(":"))
		if ok && len(name) > 0 && !bytes.ContainsAny(name, " \t\r\n>") {
			return at
		}
	}
}
