package extract

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/ledongthuc/pdf"
)

// fuzzReader runs a reader on any bytes: it must come to an end, write no more
// than it may, and no reader of what lies in them may fail.
func fuzzReader(f *testing.F, fm format) {
	f.Fuzz(func(t *testing.T, raw []byte) { fuzzRead(t, fm, document{raw: raw}) })
}

func fuzzRead(t *testing.T, fm format, d document) {
	t.Helper()
	const patience = 10 * time.Second
	watch := time.AfterFunc(patience, func() { panic("it does not come to an end") })
	defer watch.Stop()
	var out wordText
	l := defaultLimits()
	l.Text, l.Inflated, l.Members = 1<<20, 8<<20, 1000
	r := newReading(ownReaders(), l, &out)
	_ = fm.read(r, d)
	if out.Len() > l.Text+maxPlaces*maxStepName {
		t.Errorf("%d bytes of text", out.Len())
	}
	if slices.ContainsFunc(r.faults, func(o outcome) bool { return o.reason == parserFailed }) {
		t.Error("a reader of what lies in it failed")
	}
}

// ownReaders are all readers but those that hand the whole file to a library
// which can end the process: that is what workers are for.
func ownReaders() *registry {
	reg := newRegistry()
	for i := range reg.list {
		if f := &reg.list[i]; f.name == "pdf" || f.name == "7z" || f.name == "xz" {
			f.read = func(*reading, document) error { return nil }
		}
	}
	return reg
}

// fuzzTargets names the target that reads each format.
func fuzzTargets() map[string]string {
	return map[string]string{
		"pkcs7": "FuzzPKCS7", "pgp": "FuzzSniff",
		"pdf": "FuzzPDFPage", "msg": "FuzzMSG", "tnef": "FuzzTNEF", "ooxml": "FuzzOLE", "doc": "FuzzDOC", "xls": "FuzzXLS", "ppt": "FuzzPPT", "rtf": "FuzzRTF",
		"docx": "FuzzDOCX", "pptx": "FuzzPPTX", "xlsb": "FuzzXLSB", "xlsx": "FuzzXLSX", "odt": "FuzzODF", "ods": "FuzzODF", "odp": "FuzzODF",
		"zip": "FuzzZIP", "7z": "FuzzZIP", "gz": "FuzzPacked", "bz2": "FuzzPacked", "xz": "FuzzPacked", "zst": "FuzzPacked", "tar": "FuzzTAR",
		"calendar": "FuzzCalendar", "contact": "FuzzCalendar", "html": "FuzzMarkedHTML", "mail": "FuzzMail",
		"xml": "FuzzReadXML", "json": "FuzzJSON", "csv": "FuzzText", "text": "FuzzText",
	}
}

// TestEveryFormatIsFuzzed wants a target for each format: what strangers send is
// tried with what nobody thought of.
func TestEveryFormatIsFuzzed(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`).FindAllStringSubmatch(string(b), -1) {
			there[m[1]] = true
		}
	}
	for _, f := range formats() {
		if name := fuzzTargets()[f.name]; !there[name] {
			t.Errorf("nothing fuzzes %q: write a target and add it to fuzzTargets", f.name)
		}
	}
}

// FuzzZIP promises that any bytes can be read as an archive.
func FuzzZIP(f *testing.F) {
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Add([]byte("PK\x03\x04\x14\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00ab" +
		"PK\x01\x02\x14\x00\x14\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x01\x00" + strings.Repeat("\x00", 16) + "a" +
		"PK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00\x2f\x00\x00\x00\x20\x00\x00\x00\x00\x00"))
	fuzzReader(f, zipFormat())
}

// FuzzTAR promises the same of tars.
func FuzzTAR(f *testing.F) {
	f.Add([]byte("a.txt" + strings.Repeat("\x00", 95) + "0000600\x000000000\x000000000\x0000000000001\x0000000000000\x00010034\x00 0" + strings.Repeat("\x00", 100) + "ustar\x0000" +
		strings.Repeat("\x00", 247) + "x" + strings.Repeat("\x00", 511+1024)))
	fuzzReader(f, tarFormat())
}

// FuzzPacked promises the same of files that pack another.
func FuzzPacked(f *testing.F) {
	f.Add(byte(0), []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x01\x01\x00\xfe\xff\x61\x43\xbe\xb7\xe8\x01\x00\x00\x00"))
	f.Add(byte(1), []byte("BZh91AY&SY\x17\x72\x45\x38\x50\x90\x00\x00\x00\x00"))
	f.Add(byte(2), []byte("\x28\xb5\x2f\xfd\x04\x00\x09\x00\x00a\xb1\xd2\xa9\x40"))
	f.Add(byte(3), []byte("\xfd7zXZ\x00\x00\x01\x69\x22\xde\x36\x02\x00\x21\x01\x28\x00\x00\x00aaaaaaaaaaaaaaaaaaaaaaaa"))
	f.Fuzz(func(t *testing.T, kind byte, raw []byte) {
		if kind%4 == 3 { // what its library allocates is what the file declares
			if n := xzDictionary(raw); n < 0 || n > 4<<30 {
				t.Errorf("a dictionary of %d", n)
			}
			return
		}
		fuzzRead(t, []format{gzipFormat(), bzip2Format(), zstdFormat()}[kind%4], document{name: "a.txt.gz", raw: raw})
	})
}

// FuzzMail promises the same of messages.
func FuzzMail(f *testing.F) {
	f.Add([]byte("Message-ID: <a>\nTo: a <b@c>\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>a\n--b\nContent-Type: message/rfc822\n\nSubject: =?utf-8?q?x?=\n\ny\n--b--"))
	f.Add([]byte("Content-Type: multipart/alternative; boundary=b\n\n--b\n\na\n--b\nContent-Disposition: attachment; filename*=utf-8''a.zip\nContent-Transfer-Encoding: base64\n\nUEsFBg==\n"))
	fuzzReader(f, mailFormat())
}

// FuzzCalendar promises the same of calendars and contacts.
func FuzzCalendar(f *testing.F) {
	f.Add([]byte("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY;CN=\"a:b\":c\\nd\n e\nDTSTART:20260102T030405Z\nATTENDEE;CN=x:mailto:a@b\nEND:VEVENT"))
	f.Add([]byte("BEGIN:VCARD\nitem1.FN;CHARSET=utf-8;ENCODING=QUOTED-PRINTABLE:=C3=A4=\nTEL:1\nEND:VCARD"))
	fuzzReader(f, calendarFormat())
}

// FuzzText promises valid text of any bytes in any charset.
func FuzzText(f *testing.F) {
	f.Add("text/plain; charset=utf-7", []byte("+AGE-\xff\xfe"))
	f.Add("text/plain; charset=iso-2022-jp", []byte("\x1b$B\x30\x21\x1b(B"))
	f.Add("text/html; charset=gb18030", []byte("<meta charset=koi8-r>\x81\x30"))
	f.Add("", []byte("a\x00b\x00c\x00d\x00e\x00f\x00"))
	f.Fuzz(func(t *testing.T, contentType string, raw []byte) {
		for _, s := range []string{decodeText(raw, contentType), htmlSource(raw, contentType)} {
			if !utf8.ValidString(s) {
				t.Errorf("not UTF-8: %q", s)
			}
			if n := normal(s, 1<<20); !utf8.ValidString(n.text) || len(n.text) > 1<<20 || normal(n.text, 1<<20).text != n.text {
				t.Errorf("its final form is %q", n.text)
			}
		}
	})
}

// FuzzReadXML and FuzzJSON promise the same of data files.
func FuzzReadXML(f *testing.F) {
	f.Add([]byte(`<?xml version="1.0" encoding="iso-8859-2"?><a b="&#252;">c&amp;</a>`))
	f.Add([]byte(`<w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml"><w:p><w:t>a<br/>b</w:t></w:p><w:binData>x</w:binData>`))
	f.Add([]byte(`<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Row><Cell HRef="https://a.example"><Data>x</Data></Cell>`))
	fuzzReader(f, xmlFormat())
}

func FuzzJSON(f *testing.F) {
	f.Add([]byte(`{"a":"\u00fc\ud83d\ude00\n\x"}`))
	fuzzReader(f, jsonFormat())
}

// FuzzSniff promises a type for any bytes and names, and the same each time.
func FuzzSniff(f *testing.F) {
	f.Add("a.docx", "text/plain", []byte("PK\x03\x04"))
	f.Add("a", "application/x+xml; charset", []byte("\xef\xbb\xbf<?xml version='1.0'?><w:wordDocument>"))
	f.Add("a.p7m", "", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))
	f.Fuzz(func(t *testing.T, name, contentType string, raw []byte) {
		reg := newRegistry()
		d := document{name: name, contentType: contentType, raw: raw}
		typ, fm := reg.sniff(d)
		if again, _ := reg.sniff(d); again != typ || fm != nil && fm.name != typ {
			t.Errorf("taken for %q, and for %q", typ, again)
		}
	})
}

// FuzzPlaces promises that what is stored about places reads as it was written,
// and that any bytes can be read.
func FuzzPlaces(f *testing.F) {
	f.Add([]byte(`[{"o":1,"p":[{"k":"page","n":3},{"k":"attachment","s":"a.pdf"}]},{"o":9}]`), 5)
	f.Fuzz(func(t *testing.T, b []byte, offset int) {
		places := DecodePlaces(b)
		again := DecodePlaces(EncodePlaces(places))
		if len(places) != len(again) {
			t.Fatalf("%d places became %d", len(places), len(again))
		}
		for i, p := range places {
			if !utf8.ValidString(PathText(p.Path)) || again[i].Offset != p.Offset || !slices.Equal(again[i].Path, p.Path) {
				t.Errorf("%+v became %+v", p, again[i])
			}
		}
		_ = PlaceAt(places, offset)
	})
}

// FuzzXML promises that the scanner under the formats of XML comes to the input's
// end, and closes what it opened.
func FuzzXML(f *testing.F) {
	f.Add([]byte(`<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a [<!ENTITY b "c">]><a:b c="&amp;&#65;" d='>'/><![CDATA[x]]><!-- y --></a>`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		x := newXML(raw)
		open := 0
		for n := 0; ; n++ {
			kind := x.next()
			if kind == xmlEnd {
				break
			}
			switch kind {
			case xmlOpen:
				open++
				_ = x.attr("c")
			case xmlText:
				_ = x.appendChars(nil)
			}
			if n > 4*len(raw)+10 {
				t.Fatal("more tokens than bytes")
			}
		}
		if x.depth < 0 || x.depth > open || x.depth > maxXMLDepth {
			t.Errorf("depth %d, of %d elements", x.depth, open)
		}
	})
}

// FuzzOLE promises that any compound file can be listed, with what is embedded in
// it and what it says about itself.
func FuzzOLE(f *testing.F) {
	f.Add(oleFile(oleEntry{name: "\x05SummaryInformation", data: summaryStream(1252, 2, "title")}, oleEntry{name: "ObjectPool", in: []oleEntry{
		{name: "_1", in: []oleEntry{{name: "\x01Ole10Native", data: "x"}, {name: "Package", data: "PK"}}},
	}}))
	f.Add(oleFile(oleEntry{name: "EncryptionInfo", data: "\x04\x00\x04\x00"}, oleEntry{name: "EncryptedPackage", data: "x"}))
	fuzzReader(f, format{read: func(r *reading, d document) error {
		_, _ = sealedFormat().is(newProbe(d.raw)), newProbe(d.raw).oleMain()
		o, err := openOLE(r, d.raw)
		if err != nil {
			return err
		}
		if err := o.summary(r); err != nil {
			return err
		}
		if err := r.embeddedIn(o, "ObjectPool", d); err != nil {
			return err
		}
		return r.readObject(d)
	}})
}

// FuzzEmbedded promises the same of objects as the older formats hold them.
func FuzzEmbedded(f *testing.F) {
	f.Add([]byte("\x01\x05\x00\x00\x02\x00\x00\x00\x08\x00\x00\x00Package\x00\x00\x00\x00\x00\x00\x00\x00\x00\x20\x00\x00\x00\x02\x00a.txt\x00b\x00\x00\x00\x03\x00\x01\x00\x00\x00c\x01\x00\x00\x00d"))
	f.Add([]byte(summaryStream(1200, 2, "a", 4, "b")))
	fuzzReader(f, format{read: func(r *reading, d document) error {
		if err := r.readOLE1(d.raw, 0); err != nil {
			return err
		}
		if err := r.readNative(d.raw, 0); err != nil {
			return err
		}
		_ = fieldInstruction(string(d.raw))
		return r.propertySet(d.raw, nil)
	}})
}

// FuzzPDFPage promises that the interpreter comes to an end on any content, with
// fonts, a form and a mapping at hand. What holds them is a sound document: its
// structure is the library's to read, and the workers' to survive.
func FuzzPDFPage(f *testing.F) {
	doc := "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n" +
		"3 0 obj\n<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F 5 0 R /G 6 0 R >> /XObject << /X 7 0 R >> >> >>\nendobj\n4 0 obj\n<< /Length 0 >>\nstream\n\nendstream\nendobj\n" +
		"5 0 obj\n<< /Type /Font /Subtype /Type1 /FirstChar 65 /Widths [500 600] /Encoding << /Differences [65 /uni0416 /f_i] >> >>\nendobj\n" +
		"6 0 obj\n<< /Type /Font /Subtype /Type0 /Encoding /Identity-V /DescendantFonts [<< /Subtype /CIDFontType2 /W [1 [500 600] 7 9 300] /DW 900 /CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) >> >>] >>\nendobj\n" +
		"7 0 obj\n<< /Subtype /Form /Resources << /Font << /F 5 0 R >> >> /Length 24 >>\nstream\nBT /F 9 Tf (AB) Tj ET   \nendstream\nendobj\ntrailer << /Root 1 0 R >>\n"
	sound := repairPDF([]byte(doc))
	parsed, err := openPDF(sound)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("q 1 0 0 1 2 3 cm BT /F 10 Tf 1 0 0 1 5 5 Tm 14 TL (AB) Tj T* [(A) -200 (B)] TJ 1 2 (A) \" (B) ' ET Q /X Do"))
	f.Add([]byte("BT /G 10 Tf 100 Tz 2 Tc 3 Tw 5 Ts 3 Tr <00010002> Tj 5 0 Td <0007> Tj /Span << /ActualText (x) >> BDC (y) Tj EMC ET"))
	f.Fuzz(func(t *testing.T, content []byte) {
		watch := time.AfterFunc(10*time.Second, func() { panic("it does not come to an end") })
		defer watch.Stop()
		d := &pdfDoc{r: parsed, evidence: &pdfEvidence{}}
		d.pages(func(_, resources pdf.Value) bool {
			out := &layout{limit: maxStream}
			newInterpreter(d, out).run(content, resources, 0)
			if s := out.text(); !utf8.ValidString(s) {
				t.Errorf("text %q", s)
			}
			return true
		})
	})
}
