package extract

import (
	"errors"
	"fmt"
	"image"

	gopdfium "github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
)

// maxScans is how many pages of a document are recognised.
const maxScans = 50

// scanned sees to the pages of a PDF that show pictures and no text. The rest of
// the document was read with err.
func scanned(r *reading, d document, scans []int, pages int, err error) error {
	if len(scans) == 0 || err != nil {
		return err
	}
	if !r.ocr || r.pdfium == nil {
		r.used[map[bool]string{true: ocrName, false: noOCRName}[r.ocr]] = true
		return bare(len(scans), pages)
	}
	r.used[ocrName] = true
	if err := r.pdfium.pictures(r, d.raw, scans[:min(len(scans), maxScans)]); err != nil {
		return err
	}
	if len(scans) > maxScans {
		return &outcome{Partial, fmt.Sprintf("the first %d of %d pages without a text layer were looked at", maxScans, len(scans))}
	}
	return nil
}

// bare is the outcome of a document of which some pages have no text.
func bare(scans, pages int) error {
	if scans == pages {
		return noTextLayer()
	}
	return &outcome{Partial, fmt.Sprintf("%d of %d pages have no text layer", scans, pages)}
}

// bare lists the pages without text.
func (t *pdfiumText) bare() []int {
	var pages []int
	for i, text := range t.pages {
		if text == "" {
			pages = append(pages, i+1)
		}
	}
	return pages
}

// pageSide is the longer side of a page's picture, in pixels: 300 dots an inch of
// an A4 sheet.
const pageSide = 3508

// pictures hands pages on as pictures.
func (p *pdfium) pictures(r *reading, raw []byte, pages []int) error {
	in, err := p.pool.GetInstance(pdfiumStart)
	if err != nil {
		return fmt.Errorf("start PDFium for a document: %w", err)
	}
	defer func() { _ = in.Close() }()
	doc, err := in.OpenDocument(&requests.OpenDocument{File: &raw})
	if err != nil {
		return failed("damaged: its pages cannot be shown")
	}
	broken := 0
	for _, n := range pages {
		err := r.at(Step{Kind: Page, Number: n}, func() error { return showPage(r, in, doc.Document, n) })
		switch {
		case errors.Is(err, errFull):
			return err
		case trapped(err):
			return failed("its parser failed on it")
		case err != nil:
			broken++
		}
	}
	if broken > 0 {
		return &outcome{Partial, "some pages cannot be shown"}
	}
	return nil
}

// showPage hands a page on as a picture.
func showPage(r *reading, in gopdfium.Pdfium, doc references.FPDF_DOCUMENT, n int) error {
	shown, err := in.RenderPageInPixels(&requests.RenderPageInPixels{
		Page:  requests.Page{ByIndex: &requests.PageByIndex{Document: doc, Index: n - 1}},
		Width: pageSide, Height: pageSide, ImageFormat: requests.RenderImageFormatGrayscale,
	})
	if err != nil {
		return fmt.Errorf("show page: %w", err)
	}
	defer shown.Cleanup()
	gray, ok := shown.Result.RenderedImage.(*image.Gray)
	if !ok {
		return fmt.Errorf("show page: as %T", shown.Result.RenderedImage)
	}
	return r.picture(gray)
}
