package extract_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/image/draw"
	xfont "golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/tiff"

	"mailquarry/extract"
)

// letters draws lines of text, large enough to be read.
func letters(lines ...string) *image.Gray {
	const scale = 3
	small := image.NewGray(image.Rect(0, 0, 320, 20+20*len(lines)))
	draw.Draw(small, small.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	for i, line := range lines {
		d := xfont.Drawer{Dst: small, Src: image.NewUniform(color.Black), Face: basicfont.Face7x13, Dot: fixed.P(12, 24+20*i)}
		d.DrawString(line)
	}
	b := small.Bounds()
	big := image.NewGray(image.Rect(0, 0, scale*b.Dx(), scale*b.Dy()))
	draw.CatmullRom.Scale(big, big.Bounds(), small, b, draw.Src, nil)
	return big
}

func encoded(t *testing.T, kind string, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	switch kind {
	case "png":
		err = png.Encode(&b, img)
	case "jpeg":
		err = jpeg.Encode(&b, img, nil)
	case "gif":
		err = gif.Encode(&b, img, nil)
	case "tiff":
		err = tiff.Encode(&b, img, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// scan is a PDF of pages that are pictures, or, where a page has a text, that
// text.
func scan(t *testing.T, pages ...any) []byte {
	t.Helper()
	var objects []string
	add := func(format string, args ...any) int {
		objects = append(objects, fmt.Sprintf(format, args...))
		return len(objects)
	}
	add("<</Type/Catalog/Pages 2 0 R>>")
	add("") // the pages, later
	font := add("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
	var kids strings.Builder
	for _, p := range pages {
		var content, resources string
		switch p := p.(type) {
		case string:
			content, resources = "BT /F 12 Tf 50 700 Td ("+p+") Tj ET", fmt.Sprintf("<</Font<</F %d 0 R>>>>", font)
		case *image.Gray:
			jpg := encoded(t, "jpeg", p)
			x := add("<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/DCTDecode/Length %d>>stream\n%s\nendstream",
				p.Rect.Dx(), p.Rect.Dy(), len(jpg), jpg)
			content, resources = "q 500 0 0 120 50 600 cm /X Do Q", fmt.Sprintf("<</XObject<</X %d 0 R>>>>", x)
		}
		c := add("<</Length %d>>stream\n%s\nendstream", len(content), content)
		fmt.Fprintf(&kids, "%d 0 R ", add("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources %s/Contents %d 0 R>>", resources, c))
	}
	objects[1] = fmt.Sprintf("<</Type/Pages/Count %d/Kids[%s]>>", len(pages), kids.String())
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	var at []int
	for i, o := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, a := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", a)
	}
	fmt.Fprintf(&b, "trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF", len(objects)+1, xref)
	return b.Bytes()
}

// What shows its text as a picture only says so, and what nobody looked at can
// be told from what was.
func TestNoTextLayer(t *testing.T) {
	t.Parallel()
	pool := newPool(t, 20*time.Second)
	page := letters("Lease of the quarry")
	tests := []struct {
		name, state, reason string
		raw                 []byte
		awaits              bool
	}{
		{"a.png", "empty", "no text layer", encoded(t, "png", page), true},
		{"b.tiff", "empty", "no text layer", encoded(t, "tiff", page), true},
		{"logo.png", "empty", "too small a picture for text", encoded(t, "png", image.NewGray(image.Rect(0, 0, 90, 40))), false},
		{"scan.pdf", "empty", "no text layer", scan(t, page, page), true},
		{"mixed.pdf", "ok", "1 of 2 pages have no text layer", scan(t, "Some words", page), true},
		{"text.pdf", "ok", "", scan(t, "Some words", "Others"), false},
	}
	for _, tt := range tests {
		res, err := pool.Extract(t.Context(), bytesDoc(tt.name, "", tt.raw))
		if err != nil {
			t.Fatal(err)
		}
		if string(res.State) != tt.state || res.Reason != tt.reason || extract.AwaitsOCR(res.Made) != tt.awaits {
			t.Errorf("%s: %s (%s) by %s", tt.name, res.State, res.Reason, res.Made)
		}
		if !extract.NewVersions().Current(res.Made) {
			t.Errorf("%s: made by %s, which is not current", tt.name, res.Made)
		}
	}
}

// What was stored before pictures were looked at does not tell that they await
// OCR: it is read again, so that turning OCR on takes it up, too.
func TestWhatIsStoredIsTakenUp(t *testing.T) {
	t.Parallel()
	for _, made := range []string{"sniff/3 image/0", "sniff/3 pdf/5", "sniff/3 pdfium/1", "sniff/3 image/0 zip/2"} {
		if extract.NewVersions().Current(made) {
			t.Errorf("what %s made stays as it is", made)
		}
	}
}

func ocrPool(t *testing.T, o *extract.OCR) *extract.Pool {
	t.Helper()
	pool := extract.New(extract.Options{Workers: 1, Timeout: 30 * time.Second, CacheDir: compiled(t), OCR: o})
	t.Cleanup(pool.Close)
	return pool
}

// Tesseract's text is found at the page where it stands.
func TestOCR(t *testing.T) {
	t.Parallel()
	o, err := extract.FindOCR(t.Context(), "eng")
	if errors.Is(err, extract.ErrNoOCR) || err != nil && strings.Contains(err.Error(), "no language") {
		t.Skip("Tesseract with English is not installed: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	pool := ocrPool(t, o)
	page := letters("Lease of the old quarry", "between Harbour and Linden")
	for name, raw := range map[string][]byte{
		"a.png": encoded(t, "png", page), "a.jpg": encoded(t, "jpeg", page), "a.gif": encoded(t, "gif", page), "a.tif": encoded(t, "tiff", page),
		"scan.pdf": scan(t, "First page", page),
	} {
		d := bytesDoc(name, "", raw)
		d.OCR = true
		res, err := pool.Extract(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		at := strings.Index(res.Text, "quarry")
		if res.State != extract.OK || at < 0 || !strings.Contains(res.Text, "Linden") || extract.AwaitsOCR(res.Made) || !strings.Contains(res.Made, " ocr/1 ") || !strings.Contains(res.Made, " tesseract/") || !extract.NewVersions().Current(res.Made) {
			t.Errorf("%s: %s (%s) by %s: %q", name, res.State, res.Reason, res.Made, res.Text)
		}
		if where := extract.PathText(extract.PlaceAt(res.Places, max(at, 0))); name == "scan.pdf" && where != "page 2" {
			t.Errorf("%s: the text stands at %q", name, where)
		}
	}
}

// A program that hangs, dies, floods or writes nonsense costs the picture alone.
func TestOCRGoesWrong(t *testing.T) {
	t.Parallel()
	page := encoded(t, "png", letters("Lease of the quarry"))
	const long, short = 40 * time.Second, 2 * time.Second
	for name, tt := range map[string]struct {
		script, state string
		most          time.Duration
	}{
		"good":  {"echo found words", "ok", long},
		"none":  {"exit 0", "empty", long},
		"dies":  {"exit 3", "failed", long},
		"hangs": {"sleep 60", "failed", short},
		"flood": {"yes word", "failed", long},
		"files": {"echo x > " + filepath.Join(t.TempDir(), "x") + " && echo wrote", "failed", long},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program := filepath.Join(t.TempDir(), "tesseract")
			if err := os.WriteFile(program, []byte("#!/bin/sh\n"+tt.script+"\n"), 0o700); err != nil {
				t.Fatal(err)
			}
			pool := ocrPool(t, extract.StandIn(program, tt.most))
			d := bytesDoc("a.png", "", page)
			d.OCR = true
			began := time.Now()
			res, err := pool.Extract(t.Context(), d)
			if err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took > 30*time.Second {
				t.Errorf("took %v", took)
			}
			if string(res.State) != tt.state || strings.Contains(res.Text, "wrote") {
				t.Errorf("%s (%s): %.80q", res.State, res.Reason, res.Text)
			}
		})
	}
}

// Languages that are not there are named; Tesseract that is not there is told.
func TestFindOCR(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	if _, err := extract.FindOCR(context.Background(), ""); !errors.Is(err, extract.ErrNoOCR) {
		t.Errorf("without the program: %v", err)
	}
	script := "#!/bin/sh\ncase $1 in --version) echo tesseract 9.9;; --list-langs) echo 'List of languages:'; echo deu; echo eng; echo osd;; esac\n"
	if err := os.WriteFile(filepath.Join(dir, "tesseract"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	o, err := extract.FindOCR(context.Background(), "")
	if err != nil || o.String() != "tesseract 9.9 (eng+deu)" {
		t.Errorf("%v %v", o, err)
	}
	if _, err := extract.FindOCR(context.Background(), "eng+fra"); err == nil || !strings.Contains(err.Error(), `"fra"`) {
		t.Errorf("a language that is not there: %v", err)
	}
}
