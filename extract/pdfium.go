package extract

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	gopdfium "github.com/klippa-app/go-pdfium"
	pdfiumerrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// pdfiumVersion changes whenever PDFium, or what is taken from it, may give
// another text. It stands in Result.Made under pdfiumName.
const (
	pdfiumVersion = 3
	pdfiumName    = "pdfium"
)

// pdfium is PDFium compiled to WebAssembly: a machine of its own inside the
// worker, without files and with a memory that cannot grow past its cap.
type pdfium struct {
	pool gopdfium.Pool
}

const (
	pdfiumMemory = 256 << 20 // bytes that one document may have it take
	wasmPage     = 64 << 10
	pdfiumStart  = 10 * time.Second
)

// newPDFium compiles PDFium, or takes what was compiled before from the folder.
// It opens files, so it is made before the worker is confined.
func newPDFium(cacheDir string) (*pdfium, error) {
	cache, err := wazero.NewCompilationCacheWithDir(cacheDir)
	if err != nil {
		return nil, fmt.Errorf("open the folder of compiled PDFium: %w", err)
	}
	// Ending it when a context does is left off: that costs several times the
	// speed, and the parent kills this process anyway.
	config := wazero.NewRuntimeConfig().
		WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).
		WithMemoryLimitPages(pdfiumMemory / wasmPage).
		WithCompilationCache(cache)
	pool, err := webassembly.Init(webassembly.Config{
		Context:       withOwnMemory(context.Background()),
		MaxIdle:       1,
		MaxTotal:      1,
		FSConfig:      wazero.NewFSConfig(), // without it the whole file system would be there
		RuntimeConfig: config,
		Stdout:        io.Discard,
		Stderr:        io.Discard,
	})
	if err != nil {
		return nil, fmt.Errorf("start PDFium: %w", err)
	}
	return &pdfium{pool: pool}, nil
}

// pdfiumText is what PDFium reads of a document.
type pdfiumText struct {
	pages      []string
	broken     int  // pages that it could not read
	cut        bool // there are more pages than are read
	size       int
	properties []string
	notes      []pdfNote
	form       xfaForm
	attached   []pdfiumFile
}

// read reads a document in an instance of its own, so that nothing of one
// document is left for the next. What was read before an error is given with it.
func (p *pdfium) read(raw []byte, maxText int) (t pdfiumText, err error) {
	in, err := p.pool.GetInstance(pdfiumStart)
	if err != nil {
		return t, fmt.Errorf("start PDFium for a document: %w", err)
	}
	defer func() { _ = in.Close() }()
	doc, err := in.OpenDocument(&requests.OpenDocument{File: &raw})
	switch {
	case errors.Is(err, pdfiumerrors.ErrPassword):
		return t, encrypted()
	case errors.Is(err, pdfiumerrors.ErrSecurity):
		return t, &outcome{Encrypted, "needs an encryption method that is not supported"}
	case err != nil:
		return t, failed("damaged: it cannot be read as a PDF")
	}
	count, err := in.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: doc.Document})
	if err != nil {
		return t, failed("damaged: it cannot be read as a PDF")
	}
	t.cut = count.PageCount > maxPages
	for i := range min(count.PageCount, maxPages) {
		text, err := t.page(in, doc.Document, i)
		if trapped(err) {
			return t, failed("its parser failed on it")
		}
		if err != nil {
			t.broken++
		}
		t.pages = append(t.pages, text)
		if t.size += len(text); t.size > maxText {
			t.cut = true
			break
		}
	}
	t.about(in, doc.Document)
	return t, nil
}

// trapped tells whether PDFium crashed in its machine. Nothing that it says
// after that is worth anything.
func trapped(err error) bool {
	return err != nil && strings.Contains(err.Error(), "wasm error")
}

// pdfiumPage gives the text of a page with what its form fields and notes show:
// they are made part of the page, which is then loaded again.
func (t *pdfiumText) page(in gopdfium.Pdfium, doc references.FPDF_DOCUMENT, i int) (string, error) {
	page, err := in.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: doc, Index: i})
	if err != nil {
		return "", fmt.Errorf("load page: %w", err)
	}
	notes, err := t.pageNotes(in, doc, page.Page, i+1)
	if err != nil {
		return "", err
	}
	flat, err := in.FPDFPage_Flatten(&requests.FPDFPage_Flatten{
		Page: requests.Page{ByReference: &page.Page}, Usage: requests.FPDFPage_FlattenUsageNormalDisplay,
	})
	if trapped(err) {
		return "", fmt.Errorf("flatten page: %w", err)
	}
	if err == nil && flat.Result == 1 {
		if _, err := in.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: page.Page}); err != nil {
			return "", fmt.Errorf("close page: %w", err)
		}
		if page, err = in.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: doc, Index: i}); err != nil {
			return "", fmt.Errorf("load page: %w", err)
		}
	}
	text, err := pdfiumPageText(in, page.Page)
	if _, e := in.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: page.Page}); err == nil && e != nil {
		err = fmt.Errorf("close page: %w", e)
	}
	see := newNotesOf(text)
	for _, n := range notes {
		if see.news(&n) {
			t.notes = append(t.notes, n)
		}
	}
	return text, err
}

func pdfiumPageText(in gopdfium.Pdfium, page references.FPDF_PAGE) (string, error) {
	tp, err := in.FPDFText_LoadPage(&requests.FPDFText_LoadPage{Page: requests.Page{ByReference: &page}})
	if err != nil {
		return "", fmt.Errorf("load text of page: %w", err)
	}
	count, err := in.FPDFText_CountChars(&requests.FPDFText_CountChars{TextPage: tp.TextPage})
	if err != nil {
		return "", fmt.Errorf("count text of page: %w", err)
	}
	text := ""
	if count.Count > 0 {
		got, err := in.FPDFText_GetText(&requests.FPDFText_GetText{TextPage: tp.TextPage, Count: count.Count})
		if err != nil {
			return "", fmt.Errorf("read text of page: %w", err)
		}
		text = got.Text
	}
	if _, err := in.FPDFText_ClosePage(&requests.FPDFText_ClosePage{TextPage: tp.TextPage}); err != nil {
		return text, fmt.Errorf("close text of page: %w", err)
	}
	return pdfiumPlain(text), nil
}

// pdfiumPlain takes out the mark that PDFium puts where a hyphen parts a word at
// a line's end, and the line's end with it.
func pdfiumPlain(s string) string {
	s = strings.NewReplacer("\uFFFE\r\n", "", "\uFFFE\n", "", "\uFFFE", "", "\x02\r\n", "", "\x02\n", "", "\x02", "", "\r\n", "\n", "\x00", "").Replace(s)
	var b strings.Builder
	b.Grow(len(s))
	for line := range strings.Lines(s) {
		b.WriteString(plainForm(line))
	}
	return b.String()
}

// instead tells whether this is to be kept rather than our own pages, which the
// gate doubts.
func (t *pdfiumText) instead(own []string, doubted *pdfEvidence, err error) bool {
	var e pdfEvidence
	for _, p := range t.pages {
		e.take(p)
	}
	if err != nil {
		return false
	}
	if e.runes == 0 && doubted.runes == 0 {
		return len(t.pages) >= len(own) // neither found any: it knows better why
	}
	return e.better(doubted)
}

// write writes what PDFium read, whose reading ended with err.
func (t *pdfiumText) write(r *reading, err error) error {
	r.used[pdfiumName] = true
	delete(r.used, "pdf")
	err = writePages(r, t.pages, err)
	switch {
	case err != nil:
		return err
	case t.cut:
		return tooLarge("pages or text")
	case t.broken > 0 && t.broken == len(t.pages):
		return failed("damaged: no page of it can be read")
	case t.broken > 0:
		return &outcome{Partial, "some pages are damaged"}
	}
	return nil
}
