package extract_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"

	"mailquarry/extract"
)

const packedText = "walnut in bzip2\n"

// zipOf makes an archive of one member, n.txt, of bytes that a method has packed
// of packedText.
func zipOf(t *testing.T, method, flags uint16, raw string, size int) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateRaw(&zip.FileHeader{Name: "n.txt", Method: method, Flags: flags, CRC32: crc32.ChecksumIEEE([]byte(packedText)), CompressedSize64: uint64(len(raw)), UncompressedSize64: uint64(size)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, raw); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func decoded64(t *testing.T, s string) string {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestArchiveMethods promises what archives hold whichever of the usual methods
// packed it, and otherwise a state that says why not.
func TestArchiveMethods(t *testing.T) {
	t.Parallel()
	const text = packedText
	lzmaFile := func(size int64) string {
		return packed(t, text, func(w io.Writer) (io.WriteCloser, error) {
			return lzma.WriterConfig{Size: size, SizeInHeader: size >= 0, EOSMarker: size < 0}.NewWriter(w)
		})
	}
	member := func(file string) string { return "\x09\x14\x05\x00" + file[:5] + file[13:] } // a file's head has its size, too
	huge := []byte(member(lzmaFile(-1)))
	huge[8] = 0x7F // of the size of the dictionary
	const found = "n.txt\n\nwalnut in bzip2"
	pool := newPool(t, 20*time.Second)
	for name, c := range map[string]struct {
		in     []byte
		state  extract.State
		reason string
		text   string
	}{
		"bzip2":                               {zipOf(t, 12, 0, decoded64(t, "QlpoOTFBWSZTWWvXLzgAAAdZgAAQQAAQADAlRpAgADEA0AECGT0yTYBpl/DCBWi7kinChINeuXnA"), len(text)), extract.OK, "", found},
		"zstd":                                {zipOf(t, 93, 0, packed(t, text, func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) }), len(text)), extract.OK, "", found},
		"xz":                                  {zipOf(t, 95, 0, packed(t, text, func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) }), len(text)), extract.OK, "", found},
		"lzma":                                {zipOf(t, 14, 0, member(lzmaFile(int64(len(text)))), len(text)), extract.OK, "", found},
		"lzma with its end marked":            {zipOf(t, 14, 2, member(lzmaFile(-1)), len(text)), extract.OK, "", found},
		"lzma with a dictionary of gigabytes": {zipOf(t, 14, 2, string(huge), len(text)), extract.TooLarge, "", "n.txt"},
		"zstd, longer than is said":           {zipOf(t, 93, 0, packed(t, text, func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) }), 3), extract.Partial, "of what lies in it, 1 failed", found},
		"zstd, another than is said":          {zipOf(t, 93, 0, packed(t, "not that", func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) }), 8), extract.Partial, "of what lies in it, 1 failed", "n.txt\n\nnot that"},
		"deflate64":                           {zipOf(t, 9, 0, "abc", 3), extract.Unsupported, "packed by Deflate64, which is not read", "n.txt"},
		"a method of tomorrow":                {zipOf(t, 200, 0, "abc", 3), extract.Unsupported, "packed by method 200, which is not read", "n.txt"},
		"noise":                               {zipOf(t, 12, 0, "abc", 3), extract.Failed, "", "n.txt"},
		"encrypted":                           {zipOf(t, 8, 1, "abc", 3), extract.Encrypted, "needs a password", "n.txt"},
		"encrypted by AES":                    {zipOf(t, 99, 1, "abc", 3), extract.Encrypted, "needs a password", "n.txt"},
		"7z, encrypted":                       {[]byte(decoded64(t, "N3q8ryccAAQLPWrRgQAAAAAAAAAUAAAAAAAAAPHURU9jV5jmOik6zphQcdyAV+V2AQBsAQQGAAEJEAoBWYZbcAAHCwEAAiQG8QcBElMPTuYTUJSEr6RxFgoDBxLFbyEhARgBAAwQDAAICgGT4q5iAAAFAREVAHoAbgBhAG0AZQAuAHQAeAB0AAAAFAoBADAuN0c5e90BFQYBACCAgIEAAAAXBhABCXEABwsBAAEhIQEYDG0AAA==")), extract.Encrypted, "needs a password", "zname.txt"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := pool.Extract(t.Context(), bytesDoc("a", "", c.in))
			if err != nil || got.State != c.state || c.reason != "" && got.Reason != c.reason || got.Text != c.text {
				t.Errorf("%s (%s) %q, %v, want %s (%s) %q", got.State, got.Reason, got.Text, err, c.state, c.reason, c.text)
			}
		})
	}
}

// TestManyMembers promises an archive's members up to the limit, each of which
// counts once.
func TestManyMembers(t *testing.T) {
	t.Parallel()
	files := slices.Repeat([]string{"a.txt", "x"}, 9_000)
	got, err := newPool(t, 20*time.Second).Extract(t.Context(), bytesDoc("a.zip", "", []byte(zipped(t, files...))))
	if err != nil || got.State != extract.OK {
		t.Errorf("%s (%s), %v", got.State, got.Reason, err)
	}
}

// TestCutZip promises of an archive without its end what stands whole before it.
func TestCutZip(t *testing.T) {
	t.Parallel()
	pool := newPool(t, 20*time.Second)
	whole := zipped(t, "a.txt", "walnut", "b/", "", "b/c.txt", strings.Repeat("chestnut ", 100), "d.txt", "hazelnut")
	for cut, c := range map[int]struct {
		state extract.State
		text  string
	}{
		len(whole) - 10:                     {extract.Partial, "a.txt\n\nwalnut\n\nb/c.txt\n\n" + strings.TrimSpace(strings.Repeat("chestnut ", 100)) + "\n\nd.txt\n\nhazelnut"},
		strings.Index(whole, "d.txt") - 30:  {extract.Partial, "a.txt\n\nwalnut\n\nb/c.txt\n\n" + strings.TrimSpace(strings.Repeat("chestnut ", 100))},
		strings.Index(whole, "b/c.txt") + 7: {extract.Partial, "a.txt\n\nwalnut\n\nb/c.txt"},
		strings.Index(whole, "a.txt") + 5:   {extract.Failed, "a.txt"},
		20:                                  {extract.Failed, ""},
	} {
		got, err := pool.Extract(t.Context(), bytesDoc("a.zip", "", []byte(whole[:cut])))
		if err != nil || got.State != c.state || got.Text != c.text {
			t.Errorf("cut at %d of %d: %s (%s) %q, %v, want %s %q", cut, len(whole), got.State, got.Reason, got.Text, err, c.state, c.text)
		}
	}
	// What is locked and cut is locked.
	locked := "PK\x03\x04\x14\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\x00\x00\x00\xff\x00\x00\x00\x05\x00\x00\x00a.txtwal"
	if got, err := pool.Extract(t.Context(), bytesDoc("a.zip", "", []byte(locked))); err != nil || strings.Contains(got.Reason, "parser failed") || got.Text != "a.txt" {
		t.Errorf("locked: %s (%s) %q, %v", got.State, got.Reason, got.Text, err)
	}
	// What is cut may hold another that is whole.
	inner := zipped(t, "inner.txt", "pecan")
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range [][2]string{{"first.txt", "walnut"}, {"inner.zip", inner}} {
		w, err := z.CreateHeader(&zip.FileHeader{Name: f[0], Method: zip.Store, CRC32: crc32.ChecksumIEEE([]byte(f[1])), UncompressedSize64: uint64(len(f[1])), CompressedSize64: uint64(len(f[1]))})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, f[1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Flush(); err != nil {
		t.Fatal(err)
	}
	if got, err := pool.Extract(t.Context(), bytesDoc("a.zip", "", b.Bytes())); err != nil || got.State != extract.Partial || !strings.Contains(got.Text, "walnut") || !strings.Contains(got.Text, "pecan") {
		t.Errorf("with another in it: %s (%s) %q, %v", got.State, got.Reason, got.Text, err)
	}
	// A file that was split is told from one that was cut.
	if got, err := pool.Extract(t.Context(), bytesDoc("a.z01", "", []byte(whole[:len(whole)-10]))); err != nil || got.State != extract.Unsupported {
		t.Errorf("split: %s (%s), %v", got.State, got.Reason, err)
	}
}

// FuzzCutZip reads archives without a directory.
func FuzzCutZip(f *testing.F) {
	f.Add([]byte("PK\x03\x04\x14\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x06\x00\x00\x00\x06\x00\x00\x00\x05\x00\x00\x00a.txtwalnut"))
	f.Add([]byte("PK\x03\x04\x14\x00\x08\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00a.txt\x2b\x4f\xcc\xc9\x2b\x2d\x01\x00"))
	f.Add([]byte("PK\x03\x04\x14\x00\x00\x00\x0e\x00\x00\x00\x00\x00\x00\x00\x00\x00\x06\x00\x00\x00\x06\x00\x00\x00\x05\x00\x00\x00a.txt\x09\x14\x05\x00\x5d\x00\x00\x01\x00abc"))
	f.Fuzz(func(t *testing.T, b []byte) {
		checkText(t, extract.InProcess("a.zip", "", append([]byte("PK\x03\x04"), b...)).Text)
	})
}
