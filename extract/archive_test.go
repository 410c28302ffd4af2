package extract_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/ulikunitz/xz"

	"mailquarry/extract"
)

// zipped makes a ZIP archive of name and content pairs.
func zipped(t testing.TB, files ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i+1 < len(files); i += 2 {
		w, err := z.Create(files[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, files[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func tarred(t testing.TB, files ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i := 0; i+1 < len(files); i += 2 {
		if err := w.WriteHeader(&tar.Header{Name: files[i], Size: int64(len(files[i+1])), Mode: 0o600}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, files[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func packed(t testing.TB, s string, open func(io.Writer) (io.WriteCloser, error)) string {
	t.Helper()
	var b bytes.Buffer
	w, err := open(&b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, s); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func gzipped(t testing.TB, s string) string {
	return packed(t, s, func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil })
}

// TestArchives promises that what lies in an archive is found, and where.
func TestArchives(t *testing.T) {
	t.Parallel()
	pool := newPool(t, 20*time.Second)
	inner := zipped(t, "deep/note.txt", "walnut")
	for name, c := range map[string]struct {
		in, text string
		place    []extract.Step
	}{
		"a.zip":   {zipped(t, "b/note.txt", "walnut"), "b/note.txt\n\nwalnut", []extract.Step{{Kind: extract.Member, Name: "b/note.txt"}}},
		"a.tar":   {tarred(t, "note.txt", "walnut"), "note.txt\n\nwalnut", []extract.Step{{Kind: extract.Member, Name: "note.txt"}}},
		"note.gz": {gzipped(t, "walnut"), "walnut", []extract.Step{{Kind: extract.Member, Name: "note"}}},
		"a.tgz": {
			gzipped(t, tarred(t, "note.txt", "walnut")), "note.txt\n\nwalnut",
			[]extract.Step{{Kind: extract.Member, Name: "a.tar"}, {Kind: extract.Member, Name: "note.txt"}},
		},
		"note.txt.xz": {
			packed(t, "walnut", func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) }), "walnut",
			[]extract.Step{{Kind: extract.Member, Name: "note.txt"}},
		},
		"outer.zip": {
			zipped(t, "inner.zip", inner), "inner.zip\n\ndeep/note.txt\n\nwalnut",
			[]extract.Step{{Kind: extract.Member, Name: "inner.zip"}, {Kind: extract.Member, Name: "deep/note.txt"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := pool.Extract(t.Context(), bytesDoc(name, "application/octet-stream", []byte(c.in)))
			if err != nil {
				t.Fatal(err)
			}
			if got.State != extract.OK || got.Text != c.text {
				t.Errorf("%s (%s): %q, want %q", got.State, got.Reason, got.Text, c.text)
			}
			if d := cmp.Diff(c.place, extract.PlaceAt(got.Places, strings.LastIndex(got.Text, "walnut"))); d != "" {
				t.Errorf("place (-want +got):\n%s", d)
			}
		})
	}
}

// TestArchiveBombs promises a bounded end, with what was read before it.
func TestArchiveBombs(t *testing.T) {
	t.Parallel()
	pool := newPool(t, 30*time.Second)
	zeros := strings.Repeat("\x00", 80<<20)
	many := make([]string, 0, 60_000)
	for i := range 30_000 {
		many = append(many, fmt.Sprint("f", i), "x")
	}
	wide := []string{"first.txt", "walnut"}
	for i := range 20 {
		wide = append(wide, fmt.Sprint("z", i), zeros)
	}
	nested := "bottom"
	for range 30 {
		nested = zipped(t, "first.txt", "walnut", "next.zip", nested)
	}
	for name, c := range map[string]struct {
		in    string
		state extract.State
	}{
		"flat":    {zipped(t, "first.txt", "walnut", "zeros", zeros), extract.Partial},
		"wide":    {zipped(t, wide...), extract.TooLarge},
		"many":    {zipped(t, append([]string{"first.txt", "walnut"}, many...)...), extract.TooLarge},
		"nested":  {nested, extract.Partial},
		"damaged": {zipped(t, "first.txt", "walnut")[:80], extract.Partial},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := pool.Extract(t.Context(), bytesDoc("a.zip", "", []byte(c.in)))
			if err != nil {
				t.Fatal(err)
			}
			if got.State != c.state || c.state != extract.Failed && !strings.Contains(got.Text, "walnut") || got.Reason == "" {
				t.Errorf("%s (%s), %d bytes of text, want %s", got.State, got.Reason, len(got.Text), c.state)
			}
		})
	}
}
