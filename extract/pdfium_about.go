package extract

import (
	"bytes"
	"errors"
	"strings"

	gopdfium "github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
)

// pdfiumFile is a file that is attached to a document.
type pdfiumFile struct {
	name string
	raw  []byte
}

// about reads what stands beside the pages: for documents that our own reader
// cannot open.
func (t *pdfiumText) about(in gopdfium.Pdfium, doc references.FPDF_DOCUMENT) {
	for _, tag := range []string{"Title", "Author", "Subject", "Keywords"} {
		got, err := in.FPDF_GetMetaText(&requests.FPDF_GetMetaText{Document: doc, Tag: tag})
		if trapped(err) {
			return // the pages were read before
		}
		if err == nil {
			t.properties = append(t.properties, got.Value)
		}
	}
	if !t.outline(in, doc) || !t.xfa(in, doc) {
		return
	}
	count, err := in.FPDFDoc_GetAttachmentCount(&requests.FPDFDoc_GetAttachmentCount{Document: doc})
	if err != nil {
		return
	}
	for i, size := 0, 0; i < count.AttachmentCount && i < maxMembers && size < maxUnpacked; i++ {
		f, err := pdfiumAttached(in, doc, i)
		if trapped(err) {
			return
		}
		if err == nil {
			size += len(f.raw)
			t.attached = append(t.attached, f)
		}
	}
}

func pdfiumAttached(in gopdfium.Pdfium, doc references.FPDF_DOCUMENT, i int) (pdfiumFile, error) {
	a, err := in.FPDFDoc_GetAttachment(&requests.FPDFDoc_GetAttachment{Document: doc, Index: i})
	if err != nil {
		return pdfiumFile{}, err
	}
	name, err := in.FPDFAttachment_GetName(&requests.FPDFAttachment_GetName{Attachment: a.Attachment})
	if err != nil {
		return pdfiumFile{}, err
	}
	file, err := in.FPDFAttachment_GetFile(&requests.FPDFAttachment_GetFile{Attachment: a.Attachment})
	if err != nil {
		return pdfiumFile{}, err
	}
	return pdfiumFile{name.Name, file.Contents}, nil
}

// finish writes what stands beside the pages, whose reading ended with err.
func (t *pdfiumText) finish(r *reading, d document, err error) error {
	if errors.Is(err, errFull) {
		return err
	}
	if e := writeNotes(r, t.notes); e != nil {
		return e
	}
	if e := writeXFA(r, t.form); e != nil {
		return e
	}
	seen := map[string]bool{}
	for _, p := range t.properties {
		if p = strings.TrimSpace(p); seen[p] {
			continue
		}
		seen[p] = true
		if e := r.property(p); e != nil {
			return e
		}
	}
	for _, f := range t.attached {
		if e := r.unpack(Step{Kind: Attachment, Name: f.name}, f.name, bytes.NewReader(f.raw), -1, d.depth); e != nil {
			return e
		}
	}
	return err
}
