package extract

import (
	"strings"

	"github.com/ledongthuc/pdf"
)

// pdfNote is what stands at a place of a page without being shown on it: a
// reader's comment, or what a link leads to.
type pdfNote struct {
	page         int
	kind         StepKind
	author, text string
}

// maxNotes bounds the notes of a document, and maxNoteText what each says.
const (
	maxNotes    = 5000
	maxNoteText = 64 << 10
)

// takeNotes notes the comments and links of the present page, which shows a text.
func (d *pdfDoc) takeNotes(list pdf.Value, shown string) {
	see := newNotesOf(shown)
	for i := 0; i < list.Len() && i < maxAnnotations && len(d.notes) < maxNotes; i++ {
		_ = recovered(func() {
			a := list.Index(i)
			n := pdfNote{page: d.number, kind: Comments}
			switch a.Key("Subtype").Name() {
			case "Link", "Widget":
				n.kind = Links
				n.text = pdfTarget(a.Key("A"))
			case "Popup":
			default:
				n.author, n.text = strings.TrimSpace(a.Key("T").Text()), a.Key("Contents").Text()
				if rich := a.Key("RC"); n.text == "" {
					n.text = plainXML(rich.Text())
				}
			}
			if see.news(&n) {
				d.notes = append(d.notes, n)
			}
		})
	}
}

// pdfTarget is the address, or the file, to which an action leads.
func pdfTarget(action pdf.Value) string {
	if to := action.Key("URI").Text(); to != "" {
		return strings.TrimPrefix(to, "mailto:")
	}
	file := action.Key("F")
	if file.Kind() == pdf.Dict {
		if name := file.Key("UF").Text(); name != "" {
			return name
		}
		file = file.Key("F")
	}
	return file.Text()
}

// plainXML is the text of a piece of XML.
func plainXML(s string) string {
	var chars []byte
	for x := newXML([]byte(s[:min(len(s), maxNoteText)])); ; {
		switch x.next() {
		case xmlEnd:
			return string(chars)
		case xmlText:
			chars = x.appendChars(chars)
		case xmlClose:
			chars = append(chars, ' ')
		}
	}
}

// notesOf tells what the notes of a page say besides what it shows.
type notesOf struct {
	flat string // what it shows, without white space
	seen map[string]bool
}

func newNotesOf(shown string) *notesOf {
	const most = 256 << 10 // bytes: a page may have thousands of notes to compare with them
	shown = shown[:min(len(shown), most)]
	return &notesOf{strings.Join(strings.Fields(shown), ""), map[string]bool{"": true}}
}

// news cuts a note to size, and tells whether it says what was not said before.
func (s *notesOf) news(n *pdfNote) bool {
	n.text = strings.TrimSpace(strings.ToValidUTF8(n.text[:min(len(n.text), maxNoteText)], ""))
	key := strings.Join(strings.Fields(n.text), "")
	if s.seen[key] || strings.Contains(s.flat, bareURL(key)) {
		return false
	}
	s.seen[key] = true
	return true
}

// bareURL is an address as people write it.
func bareURL(s string) string {
	for _, scheme := range []string{"https://", "http://"} {
		if rest, ok := strings.CutPrefix(s, scheme); ok {
			return strings.TrimSuffix(rest, "/")
		}
	}
	return s
}

// writeNotes writes the notes, each kind of a page at a place of its own.
func writeNotes(r *reading, notes []pdfNote) error {
	for i := 0; i < len(notes); {
		first := notes[i]
		err := r.at(Step{Kind: Page, Number: first.page}, func() error {
			for _, kind := range []StepKind{Comments, Links} {
				err := r.at(Step{Kind: kind}, func() error { return writePageNotes(r, notes[i:], first.page, kind) })
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		for i < len(notes) && notes[i].page == first.page {
			i++
		}
	}
	return nil
}

// writePageNotes writes the notes of one kind of the page that the notes begin
// with.
func writePageNotes(r *reading, notes []pdfNote, page int, kind StepKind) error {
	for _, n := range notes {
		switch {
		case n.page != page:
			return nil
		case n.kind != kind:
			continue
		}
		if n.author != "" {
			if err := r.line(n.author + ":"); err != nil {
				return err
			}
		}
		if err := r.line(n.text); err != nil {
			return err
		}
	}
	return nil
}
