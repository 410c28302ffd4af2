package e2e

import (
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// startDemo starts the demo on a free port, in a temporary folder of its own.
func startDemo(t *testing.T, args ...string) *running {
	t.Helper()
	cmd := exec.Command(binary, append([]string{"demo", "--listen", "127.0.0.1:0"}, args...)...)
	tmp := t.TempDir()
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + tmp, "TMPDIR=" + tmp}
	r := serve(t, cmd)
	t.Cleanup(func() {
		r.stop()
		if left, _ := filepath.Glob(filepath.Join(tmp, "mailquarry-*")); len(left) > 0 {
			t.Errorf("the demo left %v behind", left)
		}
	})
	return r
}

// TestDemoAnswersAtOnce: with no credentials and no network, the demo's page
// finds mail within seconds of its start, and new mail while it runs.
func TestDemoAnswersAtOnce(t *testing.T) {
	t.Parallel()
	start := time.Now()
	r := startDemo(t, "--arrival", "300ms", "--interval", "1s")
	var a answer
	for a.Total == 0 {
		if time.Since(start) > time.Minute {
			t.Fatal("no search found anything in a minute")
		}
		r.get("search", url.Values{"q": {"budget"}}, &a)
		time.Sleep(20 * time.Millisecond)
	}
	t.Logf("the first search found something %s after the start", time.Since(start).Round(time.Millisecond))

	synced := r.settled()
	deadline := time.Now().Add(time.Minute)
	for a.Total <= synced {
		if time.Now().After(deadline) {
			t.Fatal("no new mail came in a minute")
		}
		r.get("search", url.Values{"limit": {"1"}, "copies": {"each"}}, &a)
		time.Sleep(100 * time.Millisecond)
	}
	for _, q := range []string{"Vertrag", "facture", "会議", "合同", "اجتماع", "filename:pdf invoice", "has:attachment"} {
		if r.get("search", url.Values{"q": {q}}, &a); a.Total == 0 {
			t.Errorf("%q finds nothing in the demo", q)
		}
	}
}

// demoMail is about how many messages the demo begins with.
const demoMail = 1900

// settled waits until the first sync is done and gives the number of messages.
func (r *running) settled() int {
	r.t.Helper()
	deadline := time.Now().Add(2 * time.Minute)
	for {
		var a answer
		r.get("search", url.Values{"limit": {"1"}, "copies": {"each"}}, &a)
		if a.Total >= demoMail {
			return a.Total
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("the demo has %d messages after two minutes, want about 2,000", a.Total)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// TestBrowser runs the browser tests, which are written for Playwright, against
// the demo.
func TestBrowser(t *testing.T) {
	t.Parallel()
	if os.Getenv("MAILQUARRY_BROWSER_TESTS") == "" {
		t.Skip("make test runs the browser tests, since they need Chromium and Node packages: set MAILQUARRY_BROWSER_TESTS=1")
	}
	r := startDemo(t, "--arrival", "0")
	r.settled()
	res, err := http.Get(r.url)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	cmd := exec.Command("node", "--test", "--test-concurrency=1")
	cmd.Dir = filepath.Join("..", "..", "web", "browsertest")
	cmd.Env = append(os.Environ(), "MAILQUARRY_URL="+strings.TrimSuffix(r.url, "/"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
