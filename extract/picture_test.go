package extract_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mailquarry/extract"
)

// standIn makes a Tesseract of a script.
func standIn(t *testing.T, script string) *extract.OCR {
	t.Helper()
	program := scripted(t, script)
	return extract.StandIn(program, time.Minute)
}

// Pictures that are larger than they seem, or cut, take bounded time and get the
// right state.
func TestHostilePictures(t *testing.T) {
	t.Parallel()
	whole := encoded(t, "png", letters("Lease of the quarry"))
	bomb := bytes.Clone(whole)
	binary.BigEndian.PutUint32(bomb[16:], 60000)
	binary.BigEndian.PutUint32(bomb[20:], 60000)
	binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
	large := image.NewGray(image.Rect(0, 0, 6000, 6000))
	large.Pix[0] = 255 // not of one shade
	pool := ocrPool(t, standIn(t, "echo found words"))
	for name, c := range map[string]struct {
		raw   []byte
		state extract.State
	}{
		"honest":        {whole, extract.OK},
		"bomb":          {bomb, extract.TooLarge},
		"large":         {encoded(t, "png", large), extract.OK},
		"flat":          {encoded(t, "png", image.NewGray(image.Rect(0, 0, 3_000_000, 1))), extract.Empty},
		"blank":         {encoded(t, "png", image.NewGray(image.Rect(0, 0, 600, 600))), extract.Empty},
		"cut":           {whole[:len(whole)*2/3], extract.Failed},
		"cut head":      {whole[:20], extract.NoText},
		"absurd TIFF":   {append([]byte("II*\x00\x08\x00\x00\x00\x02\x00\x00\x01\x04\x00\x01\x00\x00\x00\xff\xff\xff\xff\x01\x01\x04\x00\x01\x00\x00\x00\xff\xff\xff\xff"), make([]byte, 50)...), extract.NoText},
		"absurd bitmap": {append([]byte("BM\x00\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00\xff\xff\xff\x7f\xff\xff\xff\x7f\x01\x00\x18\x00"), make([]byte, 50)...), extract.NoText},
	} {
		began := time.Now()
		d := bytesDoc("a.png", "", c.raw)
		d.OCR = true
		got, err := pool.Extract(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		if got.State != c.state || time.Since(began) > time.Minute {
			t.Errorf("%s: %s (%s) in %v, want %s", name, got.State, got.Reason, time.Since(began), c.state)
		}
		if extract.AwaitsOCR(got.Made) || !extract.NewVersions().Current(got.Made) {
			t.Errorf("%s: made by %s, which is looked at for ever", name, got.Made)
		}
	}
}

// scripted makes a program of a script. Another process writes it: were it open for
// writing in this one, whatever a test beside this one starts meanwhile would hold it
// open for a moment, in which it cannot be run.
func scripted(t *testing.T, script string) (program string) {
	t.Helper()
	program = filepath.Join(t.TempDir(), "tesseract")
	write := exec.Command("/bin/sh", "-c", `cat > "$1" && chmod 700 "$1"`, "sh", program)
	write.Stdin = strings.NewReader("#!/bin/sh\n" + script + "\n")
	if out, err := write.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return program
}

// An archive of very many pictures has the first of them looked at, and says so.
func TestVeryManyPictures(t *testing.T) {
	t.Parallel()
	picture := encoded(t, "png", letters("Lease"))
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := range 130 {
		w, err := z.Create(fmt.Sprintf("%d.png", i))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(picture); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	d := bytesDoc("a.zip", "", b.Bytes())
	d.OCR = true
	got, err := ocrPool(t, standIn(t, "echo found words")).Extract(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(got.Text, "found words"); n != 100 || got.State != extract.Partial {
		t.Errorf("%d pictures were looked at: %s (%s)", n, got.State, got.Reason)
	}
}

// FuzzPicture promises that any bytes can be taken for a picture.
func FuzzPicture(f *testing.F) {
	f.Add([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x80\x00\x00\x00\x80\x08\x00\x00\x00\x00"))
	f.Add([]byte("GIF89a\x80\x00\x80\x00\x00\x00\x00,\x00\x00\x00\x00\x80\x00\x80\x00\x00\x02"))
	f.Add([]byte("RIFF\x00\x10\x00\x00WEBPVP8L\x00\x10\x00\x00/\x7f\x00\x1f\x00"))
	f.Add([]byte("II*\x00\x08\x00\x00\x00\x02\x00\x00\x01\x03\x00\x01\x00\x00\x00\x80\x00\x00\x00"))
	f.Add([]byte("\xff\xd8\xff\xc0\x00\x0b\x08\x00\x80\x00\x80\x01\x01\x11\x00"))
	f.Add(tiffOf(letters("a"), letters("b")))
	f.Fuzz(func(t *testing.T, b []byte) {
		got := extract.SeeHere("a.png", b)
		if strings.Contains(got.Reason, "parser failed") {
			t.Fatal(got.Reason)
		}
	})
}
