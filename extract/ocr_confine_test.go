package extract_test

import (
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"mailquarry/extract"
)

// A Tesseract that a picture has taken over finds neither files of this machine's
// owner, nor the network, nor a way to touch another process or to start one.
func TestOCRConfined(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux confines a process by itself")
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	d := bytesDoc("a.png", "", encoded(t, "png", letters("Lease of the quarry")))
	d.OCR = true
	got, err := ocrPool(t, extract.StandIn(exe, time.Minute)).Extract(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(got.Text, "it ") {
		t.Fatalf("%s (%s) %q", got.State, got.Reason, got.Text)
	}
	for _, can := range []string{"read a file", "wrote a file", "made a socket", "its parent"} {
		if strings.Contains(got.Text, can) {
			t.Errorf("%q: %s", can, got.Text)
		}
	}
}
