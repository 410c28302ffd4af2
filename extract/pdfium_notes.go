package extract

import (
	"fmt"
	"strings"

	gopdfium "github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
)

// pageNotes reads the comments and links of a page. Its error is that of a parser
// that has crashed; of what else goes wrong there are no notes.
func (t *pdfiumText) pageNotes(in gopdfium.Pdfium, doc references.FPDF_DOCUMENT, page references.FPDF_PAGE, number int) (notes []pdfNote, err error) {
	ref := requests.Page{ByReference: &page}
	count, err := in.FPDFPage_GetAnnotCount(&requests.FPDFPage_GetAnnotCount{Page: ref})
	if trapped(err) {
		return nil, fmt.Errorf("count annotations: %w", err)
	}
	for i := 0; err == nil && i < min(count.Count, maxAnnotations) && len(t.notes)+len(notes) < maxNotes; i++ {
		a, err := in.FPDFPage_GetAnnot(&requests.FPDFPage_GetAnnot{Page: ref, Index: i})
		if trapped(err) {
			return nil, fmt.Errorf("read annotation: %w", err)
		}
		if err != nil {
			continue
		}
		n, err := pdfiumNote(in, doc, a.Annotation)
		if trapped(err) {
			return nil, fmt.Errorf("read annotation: %w", err)
		}
		if n.page = number; err == nil {
			notes = append(notes, n)
		}
		if _, err := in.FPDFPage_CloseAnnot(&requests.FPDFPage_CloseAnnot{Annotation: a.Annotation}); trapped(err) {
			return nil, fmt.Errorf("close annotation: %w", err)
		}
	}
	return notes, nil
}

// pdfiumNote reads an annotation: who wrote what, or where it leads to.
func pdfiumNote(in gopdfium.Pdfium, doc references.FPDF_DOCUMENT, a references.FPDF_ANNOTATION) (n pdfNote, err error) {
	kind, err := in.FPDFAnnot_GetSubtype(&requests.FPDFAnnot_GetSubtype{Annotation: a})
	if err != nil {
		return n, err
	}
	n.kind = Comments
	switch kind.Subtype {
	case enums.FPDF_ANNOT_SUBTYPE_LINK:
		n.kind = Links
		n.text, err = pdfiumTarget(in, doc, a)
		return n, err
	case enums.FPDF_ANNOT_SUBTYPE_WIDGET, enums.FPDF_ANNOT_SUBTYPE_POPUP:
		return n, nil
	}
	for key, to := range map[string]*string{"T": &n.author, "Contents": &n.text} {
		v, err := in.FPDFAnnot_GetStringValue(&requests.FPDFAnnot_GetStringValue{Annotation: a, Key: key})
		if trapped(err) {
			return n, err
		}
		if err == nil {
			*to = strings.TrimSpace(v.Value)
		}
	}
	return n, nil
}

// pdfiumTarget is the address to which a link leads, "" for a place in the
// document.
func pdfiumTarget(in gopdfium.Pdfium, doc references.FPDF_DOCUMENT, a references.FPDF_ANNOTATION) (string, error) {
	link, err := in.FPDFAnnot_GetLink(&requests.FPDFAnnot_GetLink{Annotation: a})
	if err != nil {
		return "", err
	}
	action, err := in.FPDFLink_GetAction(&requests.FPDFLink_GetAction{Link: link.Link})
	if err != nil || action.Action == nil {
		return "", err
	}
	to, err := in.FPDFAction_GetURIPath(&requests.FPDFAction_GetURIPath{Document: doc, Action: *action.Action})
	if err != nil || to.URIPath == nil {
		return "", err
	}
	return strings.TrimPrefix(*to.URIPath, "mailto:"), nil
}

// outline reads the titles of the document's outline, in its order. It tells
// whether the parser lives.
func (t *pdfiumText) outline(in gopdfium.Pdfium, doc references.FPDF_DOCUMENT) bool {
	left := maxOutline
	var walk func(parent *references.FPDF_BOOKMARK, depth int) bool
	walk = func(parent *references.FPDF_BOOKMARK, depth int) bool {
		first, err := in.FPDFBookmark_GetFirstChild(&requests.FPDFBookmark_GetFirstChild{Document: doc, Bookmark: parent})
		if err != nil {
			return !trapped(err)
		}
		for b := first.Bookmark; b != nil && left > 0 && depth < maxTreeDepth; left-- {
			title, err := in.FPDFBookmark_GetTitle(&requests.FPDFBookmark_GetTitle{Bookmark: *b})
			if trapped(err) {
				return false
			}
			if err == nil {
				t.properties = append(t.properties, title.Title)
			}
			if !walk(b, depth+1) {
				return false
			}
			next, err := in.FPDFBookmark_GetNextSibling(&requests.FPDFBookmark_GetNextSibling{Document: doc, Bookmark: *b})
			if err != nil {
				return !trapped(err)
			}
			b = next.Bookmark
		}
		return true
	}
	return walk(nil, 0)
}

// xfa reads what an XFA form says that the pages do not show. It tells whether the
// parser lives.
func (t *pdfiumText) xfa(in gopdfium.Pdfium, doc references.FPDF_DOCUMENT) bool {
	count, err := in.FPDF_GetXFAPacketCount(&requests.FPDF_GetXFAPacketCount{Document: doc})
	if err != nil {
		return !trapped(err)
	}
	var packets [][]byte
	for i, size := 0, 0; i < min(count.Count, maxXFAPackets) && size < maxXFA; i++ {
		p, err := in.FPDF_GetXFAPacketContent(&requests.FPDF_GetXFAPacketContent{Document: doc, Index: i})
		if trapped(err) {
			return false
		}
		if err == nil {
			packets = append(packets, p.Content[:min(len(p.Content), maxXFA-size)])
			size += len(p.Content)
		}
	}
	if len(packets) > 0 {
		shown := strings.Join(t.pages, "")
		shown = shown[:min(len(shown), maxXFAShown)]
		t.form = xfaLines(packets, strings.Join(strings.Fields(shown), ""))
	}
	return true
}
