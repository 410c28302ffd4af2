package demo

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ledongthuc/pdf"
	"golang.org/x/text/encoding/unicode"

	"mailquarry/internal/graphsim"
)

// attachments gives the different attachments of a plan, those of forwarded
// messages included.
func attachments(plan []delivery) []graphsim.Attachment {
	var all []graphsim.Attachment
	seen := map[string]bool{}
	var add func(list []graphsim.Attachment)
	add = func(list []graphsim.Attachment) {
		for _, a := range list {
			if key := a.Name + string(a.Content); !seen[key] {
				seen[key] = true
				all = append(all, a)
			}
			if a.Item != nil {
				add(a.Item.Attachments)
			}
		}
	}
	for _, d := range plan {
		add(d.msg.Attachments)
	}
	return all
}

// squeeze makes all white space alike.
func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

// pdfText extracts a PDF's text as the product's extractor does.
func pdfText(t *testing.T, b []byte) (string, int) {
	t.Helper()
	r, err := pdf.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	text, err := r.GetPlainText()
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(text)
	if err != nil {
		t.Fatal(err)
	}
	return squeeze(string(all)), r.NumPage()
}

// TestPDFReadsBack: each sentence that goes into a PDF comes out of it, in all
// languages that are written to PDF, over several pages.
func TestPDFReadsBack(t *testing.T) {
	t.Parallel()
	langs, err := languages()
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{"en", "de", "fr", "es"} {
		for _, topic := range langs[code].order {
			s := newScene(newDice(5), langs[code], topic, fixedNow)
			d := document{title: "Title (with) \\ signs €", paras: s.prose(22), table: s.bill(false), foot: "foot"}
			b, err := writePDF(d)
			if err != nil {
				t.Fatal(err)
			}
			got, pages := pdfText(t, b)
			if pages < 2 {
				t.Errorf("%s %s: %d pages", code, topic, pages)
			}
			if !strings.Contains(got, d.title) || !strings.Contains(got, squeeze(strings.Join(d.table[2], " "))) {
				t.Errorf("%s %s: title or table is missing in %.300s", code, topic, got)
			}
			// A page's footer may stand inside a paragraph: sentences are looked for.
			missing := 0
			for _, p := range d.paras {
				for sentence := range strings.SplitAfterSeq(p, ". ") {
					if !strings.Contains(got, squeeze(sentence)) {
						missing++
					}
				}
			}
			if missing >= pages {
				t.Errorf("%s %s: %d sentences are missing", code, topic, missing)
			}
		}
	}
}

// testAttachments opens each attachment as what its name says.
func testAttachments(t *testing.T, plan []delivery) {
	count := map[string]int{}
	for _, a := range attachments(plan) {
		kind := a.Name[strings.LastIndex(a.Name, ".")+1:]
		switch {
		case a.Item != nil:
			kind = "item"
			if a.Item.Subject == "" || a.Name != a.Item.Subject {
				t.Errorf("forwarded message is called %q", a.Name)
			}
		case a.Reference:
			kind = "reference"
		case kind == "pdf":
			text, _ := pdfText(t, a.Content)
			if title := strings.TrimSuffix(a.Name, ".pdf"); !strings.Contains(text, title) || len(text) < 300 {
				t.Errorf("%s: %.200q", a.Name, text)
			}
		case kind == "docx":
			checkParts(t, a, "[Content_Types].xml", "_rels/.rels", "word/document.xml")
		case kind == "xlsx":
			checkParts(t, a, "[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml")
		case kind == "csv":
			kind = checkCSV(t, a)
		case kind == "ics":
			checkCalendar(t, a)
		case kind == "png":
			if _, err := png.Decode(bytes.NewReader(a.Content)); err != nil || !a.Inline || a.ContentID == "" {
				t.Errorf("%s: %v", a.Name, err)
			}
		case kind == "zip":
			z, err := zip.NewReader(bytes.NewReader(a.Content), int64(len(a.Content)))
			if err != nil || z.File[0].Flags&1 == 0 {
				t.Errorf("%s is not a locked archive: %v", a.Name, err)
			}
		case kind == "txt":
			if !utf8.Valid(a.Content) || len(a.Content) < 200 {
				t.Errorf("%s: %.100q", a.Name, a.Content)
			}
		default:
			t.Errorf("%s: unknown kind", a.Name)
		}
		count[kind]++
	}
	for kind, n := range map[string]int{"pdf": 25, "docx": 40, "xlsx": 15, "csv utf-8": 1, "csv utf-16": 1, "csv 8 bit": 1, "ics": 10, "png": 1, "zip": 1, "txt": 10, "item": 6, "reference": 1} {
		if count[kind] < n {
			t.Errorf("%d of kind %s, want at least %d", count[kind], kind, n)
		}
	}
	t.Log(count)
}

// checkParts wants the package to hold the parts, each well-formed XML.
func checkParts(t *testing.T, a graphsim.Attachment, parts ...string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(a.Content), int64(len(a.Content)))
	if err != nil {
		t.Errorf("%s: %v", a.Name, err)
		return
	}
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		for d := xml.NewDecoder(r); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Errorf("%s, %s: %v", a.Name, f.Name, err)
				break
			}
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	for _, p := range parts {
		if !slices.Contains(names, p) {
			t.Errorf("%s has no %s", a.Name, p)
		}
	}
}

// checkCSV reads a table in whatever encoding it has, and names that.
func checkCSV(t *testing.T, a graphsim.Attachment) string {
	t.Helper()
	text, kind := a.Content, "csv 8 bit"
	switch {
	case bytes.HasPrefix(text, []byte{0xff, 0xfe}):
		kind = "csv utf-16"
		var err error
		if text, err = unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(text); err != nil {
			t.Fatal(err)
		}
	case utf8.Valid(text):
		kind = "csv utf-8"
	}
	r := csv.NewReader(bytes.NewReader(text))
	first, _, _ := bytes.Cut(text, []byte("\r\n"))
	for _, sep := range []rune{';', '\t'} {
		if bytes.ContainsRune(first, sep) {
			r.Comma = sep
		}
	}
	rows, err := r.ReadAll()
	if err != nil || len(rows) < 3 || len(rows[0]) < 2 {
		t.Errorf("%s: %v, %q", a.Name, err, rows)
	}
	return kind
}

// checkCalendar wants lines of at most 75 octets that never split a character.
func checkCalendar(t *testing.T, a graphsim.Attachment) {
	t.Helper()
	s := string(a.Content)
	if !strings.HasPrefix(s, "BEGIN:VCALENDAR\r\n") || !strings.HasSuffix(s, "END:VCALENDAR\r\n") || !strings.Contains(s, "\r\nDTSTART:") {
		t.Errorf("%q", s)
	}
	for line := range strings.SplitSeq(s, "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) {
			t.Errorf("line of %d octets: %q", len(line), line)
		}
	}
}
