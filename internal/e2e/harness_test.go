package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"mailquarry/internal/graphsim"
)

// binary is the program under test, built once for all tests.
var binary string

func TestMain(m *testing.M) { os.Exit(testMain(m)) }

func testMain(m *testing.M) int {
	dir, err := os.MkdirTemp("", "mailquarry-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	binary = filepath.Join(dir, "mailquarry")
	build := exec.Command("go", "build", "-o", binary, "mailquarry/cmd/mailquarry")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the program: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// corpus gives a folder of the unpacked corpora, or skips the test.
func corpus(t *testing.T, name string) string {
	t.Helper()
	dir := filepath.Join("..", "..", "corpora", name)
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the corpora are absent: run make corpora")
	}
	return dir
}

// site is a tenant and a data folder that the binary syncs it into.
type site struct {
	t      *testing.T
	tenant *graphsim.Tenant
	server *graphsim.Server
	data   string
	cert   string
}

func newSite(t *testing.T, tenant *graphsim.Tenant) *site {
	t.Helper()
	server, err := tenant.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	dir := t.TempDir()
	s := &site{t: t, tenant: tenant, server: server, data: filepath.Join(dir, "data"), cert: filepath.Join(dir, "ca.pem")}
	if err := os.WriteFile(s.cert, server.CertPEM, 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

// command runs the binary as an administrator would: settings come from the
// environment.
func (s *site) command(args ...string) *exec.Cmd {
	o := s.tenant.Options()
	cmd := exec.Command(binary, append([]string{"--data", s.data}, args...)...)
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + s.t.TempDir(),
		"AZURE_TENANT_ID=" + o.TenantID, "AZURE_CLIENT_ID=" + o.ClientID, "AZURE_CLIENT_SECRET=" + o.ClientSecret,
		"AZURE_AUTHORITY_HOST=" + s.server.Authority, "MAILQUARRY_GRAPH_URL=" + s.server.GraphURL,
		"MAILQUARRY_DISABLE_INSTANCE_DISCOVERY=1", "SSL_CERT_FILE=" + s.cert,
		"MAILQUARRY_GRACE=0s", // what the tenant deletes is gone at once, so that both can be compared
	}
	return cmd
}

// offline is command without a tenant or network to reach it by.
func (s *site) offline(args ...string) *exec.Cmd {
	cmd := exec.Command(binary, append([]string{"--data", s.data}, args...)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.t.TempDir()}
	return cmd
}

// must runs a command that has to end well.
func must(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	start := time.Now()
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(cmd.Args[1:], " "), err, tail(out.String()))
	}
	t.Logf("%s: %s", strings.Join(cmd.Args[3:], " "), time.Since(start).Round(time.Millisecond))
	return out.String()
}

func tail(s string) string {
	if len(s) > 4000 {
		return "…" + s[len(s)-4000:]
	}
	return s
}

// running is a serving binary.
type running struct {
	t    *testing.T
	url  string // with a slash at the end
	cmd  *exec.Cmd
	log  *bytes.Buffer
	done chan struct{} // closed when its output has ended
}

// serve starts cmd and waits until its page answers. The test's end stops it.
func serve(t *testing.T, cmd *exec.Cmd) *running {
	t.Helper()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	r := &running{t: t, cmd: cmd, log: &bytes.Buffer{}, done: make(chan struct{})}
	cmd.Stderr = r.log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.stop)
	address := make(chan string, 1)
	go func() {
		defer close(r.done)
		sc := bufio.NewScanner(stdout)
		for sc.Scan() {
			if a, ok := strings.CutPrefix(sc.Text(), "Search page: "); ok {
				address <- a
			}
		}
	}()
	select {
	case r.url = <-address:
	case <-r.done:
		_ = cmd.Wait()
		t.Fatalf("the program ended before its page was up:\n%s", tail(r.log.String()))
	case <-time.After(60 * time.Second):
		t.Fatal("the page did not come up in a minute")
	}
	return r
}

// stop ends the program as an administrator would and checks that it ends well.
func (r *running) stop() {
	if r.cmd.ProcessState != nil {
		return
	}
	_ = r.cmd.Process.Signal(syscall.SIGTERM)
	<-r.done
	if err := r.cmd.Wait(); err != nil {
		r.t.Errorf("the program did not stop cleanly: %v\n%s", err, tail(r.log.String()))
	}
}

// get asks the API and decodes its answer.
func (r *running) get(path string, params url.Values, into any) {
	r.t.Helper()
	u := r.url + "api/v1/" + path
	if len(params) > 0 {
		u += "?" + params.Encode()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		r.t.Fatalf("%s: %s: %s", path, res.Status, tail(string(body)))
	}
	if err := json.Unmarshal(body, into); err != nil {
		r.t.Fatalf("%s: %v: %s", path, err, tail(string(body)))
	}
}

// answer is what the tests read of a search.
type answer struct {
	Total int `json:"total"`
	Query struct {
		Parsed   string `json:"parsed"`
		Warnings []struct {
			Message string `json:"message"`
		} `json:"warnings"`
	} `json:"query"`
	Hits []struct {
		ID      string `json:"id"`
		Subject string `json:"subject"`
		Folder  struct {
			ID   string `json:"id"`
			Path string `json:"path"`
		} `json:"folder"`
	} `json:"hits"`
	Facets map[string]struct {
		Buckets []struct {
			Value string `json:"value"`
			Label string `json:"label"`
			Count int    `json:"count"`
		} `json:"buckets"`
	} `json:"facets"`
	NextCursor string `json:"next_cursor"`
}

// ids pages through all hits of a query.
func (r *running) ids(q string, params url.Values) map[string]bool {
	r.t.Helper()
	p := url.Values{"q": {q}, "limit": {"100"}, "sort": {"newest"}, "copies": {"each"}}
	for k, v := range params {
		p[k] = v
	}
	found := map[string]bool{}
	for {
		var a answer
		r.get("search", p, &a)
		for _, h := range a.Hits {
			if found[h.ID] {
				r.t.Fatalf("%q: message %s was found on two pages", q, h.ID)
			}
			found[h.ID] = true
		}
		if a.NextCursor == "" {
			if len(found) != a.Total {
				r.t.Errorf("%q: %d hits on all pages, total says %d", q, len(found), a.Total)
			}
			return found
		}
		p.Set("cursor", a.NextCursor)
	}
}
