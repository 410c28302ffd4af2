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
	flat := strings.Join(strings.Fields(shown), "")
	seen := map[string]bool{}
	for i := 0; i < list.Len() && i < maxAnnotations && len(d.notes) < maxNotes; i++ {
		_ = recovered(func() {
			a := list.Index(i)
			n := pdfNote{page: d.number, kind: Comments}
			switch a.Key("Subtype").Name() {
			case "Link":
				n.kind = Links
				n.text = strings.TrimPrefix(a.Key("A").Key("URI").Text(), "mailto:")
			case "Widget", "Popup":
			default:
				n.author, n.text = strings.TrimSpace(a.Key("T").Text()), a.Key("Contents").Text()
			}
			n.text = strings.TrimSpace(n.text[:min(len(n.text), maxNoteText)])
			key := strings.Join(strings.Fields(n.text), "")
			if key == "" || seen[key] || strings.Contains(flat, bareURL(key)) {
				return
			}
			seen[key] = true
			d.notes = append(d.notes, n)
		})
	}
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
func (d *pdfDoc) writeNotes(r *reading) error {
	for i := 0; i < len(d.notes); {
		first := d.notes[i]
		err := r.at(Step{Kind: Page, Number: first.page}, func() error {
			for _, kind := range []StepKind{Comments, Links} {
				err := r.at(Step{Kind: kind}, func() error { return d.writePageNotes(r, d.notes[i:], first.page, kind) })
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		for i < len(d.notes) && d.notes[i].page == first.page {
			i++
		}
	}
	return nil
}

// writePageNotes writes the notes of one kind of the page that the notes begin
// with.
func (d *pdfDoc) writePageNotes(r *reading, notes []pdfNote, page int, kind StepKind) error {
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
