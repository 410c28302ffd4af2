package browsertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"mailquarry/web/mailhtml"
)

// mailVectors are attacks that mail has seen. The collection beside the
// repository adds those on sanitisers at large.
func mailVectors() []string {
	return []string{
		`<script>alert(1)</script>`,
		`<img src=x onerror=alert(1)>`,
		`<svg onload=alert(1)>`,
		`<body onload=alert(1)>`,
		`<body background="https://t.example/x.gif">x`,
		`<img src="https://t.example/pixel.gif" width=1 height=1>`,
		`<img srcset="https://t.example/x 2x">`,
		`<link rel=stylesheet href=https://t.example/x.css>`,
		`<style>@import url(https://t.example/x.css);</style>`,
		`<p style="background:url(https://t.example/x.gif)">x`,
		`<p style="--x:url(https://t.example/x.gif);background:var(--x)">x`,
		`<p style="background:image-set('https://t.example/x' 1x)">x`,
		`<ul><li style="list-style-image:url(https://t.example/x)">x</ul>`,
		`<table background=https://t.example/x><tr><td background=https://t.example/y>x</table>`,
		`<video poster="https://t.example/x" src="https://t.example/v" autoplay></video>`,
		`<audio src="https://t.example/a" autoplay></audio>`,
		`<iframe src="https://t.example/"></iframe><iframe srcdoc="<script>parent.alert(1)</script>"></iframe>`,
		`<object data="https://t.example/x"></object><embed src="https://t.example/y">`,
		`<meta http-equiv=refresh content="0;url=https://t.example">`,
		`<base href="https://t.example/"><img src="x.gif">`,
		`<input type=image src=https://t.example/x autofocus onfocus=alert(1)>`,
		`<svg><image href="https://t.example/x"/><use href="https://t.example/x#y"/></svg>`,
		`<details open ontoggle=alert(1)>x`,
		`<a href="javascript:alert(1)">x</a><a href=" java&#9;script:alert(1)">y</a>`,
		`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`,
		`<noscript><p title="</noscript><img src=x onerror=alert(1)>">`,
		`<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>`,
	}
}

// collected are the payloads beside the repository, none where they are absent.
func collected(t *testing.T) []string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "xss", "dompurify-payloads.json"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Log("the collection of hostile payloads is absent: only our own are tried")
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	var list []struct{ Payload string }
	if err := json.Unmarshal(b, &list); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, p := range list {
		out = append(out, p.Payload)
	}
	return out
}

// verdict is what the browser did with the vectors of one kind, by number.
type verdict struct{ Fired, Asked, Clicked []int }

// TestBrowserFindsNothingInSanitisedMail shows hostile mail to Chromium without
// the frame's sandbox and without a policy, so that the sanitiser stands alone:
// nothing may run and nothing may be fetched. The same mail as it came has to
// do plenty, or the judge is blind.
func TestBrowserFindsNothingInSanitisedMail(t *testing.T) {
	t.Parallel()
	if os.Getenv("MAILQUARRY_BROWSER_TESTS") == "" {
		t.Skip("make test runs the browser tests, since they need Chromium and Node packages: set MAILQUARRY_BROWSER_TESTS=1")
	}
	for _, script := range []string{"oracle.mjs", "browser.mjs", "package-lock.json"} {
		// What a test reads, go test sees: without this, it would keep a verdict
		// although the script has changed.
		if _, err := os.ReadFile(script); err != nil {
			t.Fatal(err)
		}
	}
	own, more := mailVectors(), collected(t)
	vectors := append(own, more...)
	server := httptest.NewServer(vectorPages(vectors))
	t.Cleanup(server.Close)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	count := strconv.Itoa(len(vectors))
	cmd := exec.CommandContext(ctx, "node", "oracle.mjs", server.URL, count, count)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("run the browser: %v", err)
	}
	var got struct{ Raw, Clean verdict }
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	atLeast := 10
	if more != nil {
		atLeast = 30
	}
	t.Logf("as they came: %d vectors ran a script, %d fetched something", len(got.Raw.Fired), len(got.Raw.Asked))
	if len(got.Raw.Fired) < atLeast || len(got.Raw.Asked) < atLeast {
		t.Errorf("as they came, only %d vectors ran a script and %d fetched something: the judge is blind",
			len(got.Raw.Fired), len(got.Raw.Asked))
	}
	for what, list := range map[string][]int{"runs a script": got.Clean.Fired, "fetches": got.Clean.Asked, "runs a script when clicked": got.Clean.Clicked} {
		for _, n := range list {
			t.Errorf("sanitised, this %s: %s", what, vectors[n])
		}
	}
}

// vectorPages serves each vector as it came and sanitised.
func vectorPages(vectors []string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{kind}/{n}", func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(r.PathValue("n"))
		if err != nil || n < 0 || n >= len(vectors) {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if r.PathValue("kind") == "raw" {
			fmt.Fprint(w, "<!doctype html><link rel=icon href=data:,><body>", vectors[n])
			return
		}
		fmt.Fprint(w, mailhtml.Sanitize(vectors[n], nil))
	})
	return mux
}
