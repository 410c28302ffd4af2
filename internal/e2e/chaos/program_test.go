package chaos

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"mailquarry/internal/graphsim"
)

// binary is the program under test, built once.
var binary string

func TestMain(m *testing.M) { os.Exit(testMain(m)) }

func testMain(m *testing.M) int {
	dir, err := os.MkdirTemp("", "mailquarry-chaos-")
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

// program runs the binary on one data folder.
type program struct {
	t      *testing.T
	tenant *graphsim.Tenant
	server *graphsim.Server
	dir    string
}

func newProgram(t *testing.T, tenant *graphsim.Tenant) *program {
	t.Helper()
	server, err := tenant.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	p := &program{t: t, tenant: tenant, server: server, dir: t.TempDir()}
	if err := os.WriteFile(filepath.Join(p.dir, "ca.pem"), server.CertPEM, 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *program) data() string { return filepath.Join(p.dir, "data") }

func (p *program) command(tenant bool, args ...string) *exec.Cmd {
	cmd := exec.Command(binary, append([]string{"--data", p.data()}, args...)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + p.dir}
	if profile := os.Getenv("GODEBUG"); profile != "" {
		cmd.Env = append(cmd.Env, "GODEBUG="+profile)
	}
	if tenant {
		o := p.tenant.Options()
		cmd.Env = append(cmd.Env,
			"AZURE_TENANT_ID="+o.TenantID, "AZURE_CLIENT_ID="+o.ClientID, "AZURE_CLIENT_SECRET="+o.ClientSecret,
			"AZURE_AUTHORITY_HOST="+p.server.Authority, "MAILQUARRY_GRAPH_URL="+p.server.GraphURL,
			"MAILQUARRY_DISABLE_INSTANCE_DISCOVERY=1", "SSL_CERT_FILE="+filepath.Join(p.dir, "ca.pem"))
	}
	return cmd
}

// outcome is how a run of the program went.
type outcome struct {
	code   int
	took   time.Duration
	peak   int64 // bytes resident
	output string
}

// once syncs once.
func (p *program) once() outcome {
	p.t.Helper()
	return p.run(p.command(true, "--once", "--log", "warn"))
}

// run runs a command to its end.
func (p *program) run(cmd *exec.Cmd) outcome {
	p.t.Helper()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	began := time.Now()
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	w := watch(cmd.Process.Pid)
	_ = cmd.Wait() // the exit code tells
	return outcome{code: cmd.ProcessState.ExitCode(), took: time.Since(began), peak: w.bytes(), output: out.String()}
}

// served is the program while its page is up.
type served struct {
	t    *testing.T
	cmd  *exec.Cmd
	url  string
	done chan struct{}
	mem  *peak
}

// serve starts the program without a tenant.
func (p *program) serve() *served {
	p.t.Helper()
	return p.start(false)
}

// start starts the program, with the tenant or without.
func (p *program) start(tenant bool) *served {
	p.t.Helper()
	cmd := p.command(tenant, "--listen", "127.0.0.1:0", "--log", "error")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	s := &served{t: p.t, cmd: cmd, done: make(chan struct{}), mem: watch(cmd.Process.Pid)}
	address := make(chan string, 1)
	go func() {
		defer close(s.done)
		sc := bufio.NewScanner(stdout)
		for sc.Scan() {
			if a, ok := strings.CutPrefix(sc.Text(), "Search page: "); ok {
				address <- a
			}
		}
	}()
	select {
	case s.url = <-address:
	case <-s.done:
		p.t.Fatal("the program ended before its page was up")
	}
	return s
}

func (s *served) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	<-s.done
	if err := s.cmd.Wait(); err != nil {
		s.t.Errorf("the program did not stop cleanly: %v", err)
	}
}

// peak is how much memory the program took at most, once it has stopped.
func (s *served) peak() int64 { return s.mem.bytes() }

// total is how many messages a query finds.
func (s *served) total(query string) int {
	s.t.Helper()
	res, err := http.Get(s.url + "api/v1/search?limit=1&copies=each&q=" + query)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	var a struct {
		Total int `json:"total"`
	}
	if err := json.NewDecoder(res.Body).Decode(&a); err != nil {
		s.t.Fatal(err)
	}
	return a.Total
}
