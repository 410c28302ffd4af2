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
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
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
		{"a.png", "no_text", "no text layer", encoded(t, "png", page), true},
		{"b.tiff", "no_text", "no text layer", encoded(t, "tiff", page), true},
		{"logo.png", "empty", "too small a picture for text", encoded(t, "png", image.NewGray(image.Rect(0, 0, 90, 40))), false},
		{"scan.pdf", "no_text", "no text layer", scan(t, page, page), true},
		{"scans.zip", "no_text", "no text layer", []byte(zipped(t, "a.png", string(encoded(t, "png", page)))), true},
		{"mixed.pdf", "partial", "1 of 2 pages have no text layer", scan(t, "Some words", page), true},
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

// A page that lies on its side, or on its head, is read as it is meant.
func TestOCRTurned(t *testing.T) {
	t.Parallel()
	o, err := extract.FindOCR(t.Context(), "eng")
	if errors.Is(err, extract.ErrNoOCR) || err != nil && strings.Contains(err.Error(), "no language") {
		t.Skip("Tesseract with English is not installed: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if !o.Turns() {
		t.Skip("Tesseract's data for the orientation of pages is not installed")
	}
	var lines []string
	for i := range 12 {
		lines = append(lines, fmt.Sprintf("Lease of the old quarry between Harbour and Linden, part %d", i))
	}
	upright := letters(lines...)
	side := image.NewGray(image.Rect(0, 0, upright.Rect.Dy(), upright.Rect.Dx()))
	for y := range upright.Rect.Dy() {
		for x := range upright.Rect.Dx() {
			side.SetGray(upright.Rect.Dy()-1-y, x, upright.GrayAt(x, y))
		}
	}
	d := bytesDoc("a.png", "", encoded(t, "png", side))
	d.OCR = true
	if got, err := ocrPool(t, o).Extract(t.Context(), d); err != nil || strings.Count(got.Text, "quarry") < 10 {
		t.Errorf("%s (%s) %q, %v", got.State, got.Reason, got.Text, err)
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
			program := scripted(t, tt.script)
			pool := ocrPool(t, extract.StandIn(program, tt.most))
			d := bytesDoc("a.png", "", page)
			d.OCR = true
			began := time.Now()
			res, err := pool.Extract(t.Context(), d)
			if err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took > time.Minute {
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

// TestOCRLosesNothing promises the text that is found without recognition where
// recognition comes to no end, and that it is not tried again and again.
func TestOCRLosesNothing(t *testing.T) {
	t.Parallel()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	pool := extract.New(extract.Options{
		WorkerCommand: []string{exe, "bad-worker", "fuse", ""}, Workers: 1, Timeout: 30 * time.Second, OCR: extract.StandIn(exe, time.Minute),
	})
	t.Cleanup(pool.Close)
	picture := string(encoded(t, "png", letters("Lease of the quarry")))
	d := bytesDoc("a.zip", "", []byte(zipped(t, "a.txt", "walnut", "b.png", picture, "c.txt", "chestnut")))
	d.OCR = true
	got, err := pool.Extract(t.Context(), d)
	if err != nil || got.State != extract.Partial || !strings.Contains(got.Text, "walnut") || !strings.Contains(got.Text, "chestnut") {
		t.Errorf("%s (%s) %q, %v", got.State, got.Reason, got.Text, err)
	}
	if want := "its pictures were not recognised (OCR): the parser crashed"; got.Reason != want {
		t.Errorf("reason %q, want %q", got.Reason, want)
	}
	if extract.AwaitsOCR(got.Made) || !extract.NewVersions().Current(got.Made) {
		t.Errorf("made by %s", got.Made)
	}
}

// TestOCRNotAtFault promises the reason for which a document cannot be read, where
// that has nothing to do with pictures.
func TestOCRNotAtFault(t *testing.T) {
	t.Parallel()
	d := bytesDoc("a.docx", "", []byte("PK\x03\x04 nothing that could be read"))
	want, err := newPool(t, 20*time.Second).Extract(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	d.OCR = true
	if got, err := ocrPool(t, extract.StandIn("/bin/true", time.Minute)).Extract(t.Context(), d); err != nil || got.State != want.State || got.Reason != want.Reason {
		t.Errorf("%s (%s), %v, want %s (%s)", got.State, got.Reason, err, want.State, want.Reason)
	}
}

// TestOCRInForceTold promises a line in the log that says what keeps the
// recognition of pictures in its bounds, once.
func TestOCRInForceTold(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux confines a process by itself")
	}
	program := scripted(t, "echo found words")
	var log bytes.Buffer
	pool := extract.New(extract.Options{Workers: 1, OCR: extract.StandIn(program, 40*time.Second), Logger: slog.New(slog.NewTextHandler(&log, nil))})
	t.Cleanup(pool.Close)
	for range 2 {
		d := bytesDoc("a.png", "", encoded(t, "png", letters("Lease of the quarry")))
		d.OCR = true
		if _, err := pool.Extract(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	for _, part := range []string{"the recognition of pictures is confined", "files of programs only (landlock)", "no network, no other process (seccomp)", "processor_time=1m0s"} {
		if strings.Count(log.String(), part) != 1 {
			t.Errorf("%q is not there once: %s", part, &log)
		}
	}
	if hasLandlock() && strings.Contains(log.String(), "lacking=") {
		t.Errorf("this kernel has it all: %s", &log)
	}
}

// Where PDFium cannot be started, a document that is to have its pictures recognised
// has the text that it has without, and still awaits them.
func TestNoWorkerForOCR(t *testing.T) {
	t.Parallel()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	pool := extract.New(extract.Options{Workers: 1, CacheDir: filepath.Join(file, "cache"), OCR: extract.StandIn(exe, time.Minute)})
	t.Cleanup(pool.Close)
	d := bytesDoc("scan.pdf", "", scan(t, "Some words", letters("Lease of the old quarry")))
	d.OCR = true
	res, err := pool.Extract(t.Context(), d)
	if err != nil || res.Text != "Some words" || res.State != extract.Partial || !extract.AwaitsOCR(res.Made) {
		t.Errorf("%q, %s (%s) by %s, %v", res.Text, res.State, res.Reason, res.Made, err)
	}
}
