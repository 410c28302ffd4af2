package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"mailquarry/internal/demo"
	"mailquarry/internal/graphsim"
)

// TestSimulate runs the simulated tenant as a person does; see
// testdata/simulate. Its scripts have these commands more:
//
//	insist PROGRAM...  runs a program until it ends well, a few times at most
//	simulating ARG...  starts mailquarry simulate and sets the variables that it prints
//	same A B           compares two texts
//	ending             stops it, which has to end well, and puts what it wrote into the file requests
func TestSimulate(t *testing.T) {
	t.Parallel()
	running := &processes{of: make(map[*testscript.TestScript]*process)}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/simulate",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"fails": fails, "simulating": running.simulate, "ending": running.end, "insist": insist,
			"closed-port": closedPort, "same": same,
		},
	})
}

// process is a running mailquarry simulate.
type process struct {
	cmd    *exec.Cmd
	stderr strings.Builder
}

type processes struct {
	mu sync.Mutex
	of map[*testscript.TestScript]*process
}

func (p *processes) simulate(ts *testscript.TestScript, _ bool, args []string) {
	run := &process{cmd: exec.Command("mailquarry", append([]string{"simulate", "--listen", "127.0.0.1:0"}, args...)...)}
	run.cmd.Dir, run.cmd.Stderr = ts.Getenv("WORK"), &run.stderr
	out, err := run.cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(run.cmd.Start())
	ts.Defer(func() { _ = run.cmd.Process.Kill() })
	p.mu.Lock()
	p.of[ts] = run
	p.mu.Unlock()
	for sc := bufio.NewScanner(out); sc.Scan(); {
		line, export := strings.CutPrefix(sc.Text(), "export ")
		if name, value, ok := strings.Cut(line, "="); export && ok {
			ts.Setenv(name, strings.Trim(value, "'"))
		}
		if line == "# Ready." {
			return
		}
	}
	_ = run.cmd.Wait()
	ts.Fatalf("the simulator ended before it was ready: %s", &run.stderr)
}

func same(ts *testscript.TestScript, neg bool, args []string) {
	if (args[0] == args[1]) == neg {
		ts.Fatalf("%q and %q", args[0], args[1])
	}
}

func insist(ts *testscript.TestScript, _ bool, args []string) {
	var err error
	for range 5 {
		if err = ts.Exec(args[0], args[1:]...); err == nil {
			return
		}
	}
	ts.Fatalf("%s: %v", args, err)
}

func (p *processes) end(ts *testscript.TestScript, _ bool, _ []string) {
	p.mu.Lock()
	run := p.of[ts]
	p.mu.Unlock()
	ts.Check(run.cmd.Process.Signal(syscall.SIGTERM))
	late := time.AfterFunc(20*time.Second, func() { _ = run.cmd.Process.Kill() })
	defer late.Stop()
	if err := run.cmd.Wait(); err != nil {
		ts.Fatalf("the simulator ended with %v: %s", err, &run.stderr)
	}
	ts.Check(os.WriteFile(ts.MkAbs("requests"), []byte(run.stderr.String()), 0o600))
}

// Under a load of faults the demo's page works all the while, and everything
// arrives.
func TestDemoUnderChaos(t *testing.T) {
	t.Parallel()
	tenant := graphsim.New(graphsim.Options{Seed: 1})
	if _, err := demo.Fill(tenant, 1, time.Now()); err != nil {
		t.Fatal(err)
	}
	want, total := map[string]int{}, 0
	for _, m := range tenant.Mailboxes() {
		n := 0
		for _, f := range m.Folders() {
			n += len(f.Messages())
		}
		if n > 0 {
			want[m.User().Address] = n
		}
		total += n
	}
	cmd := exec.Command("mailquarry", "demo", "--chaos", "--chaos-seed", "2", "--arrival", "0s", "--interval", "1s",
		"--listen", "127.0.0.1:0", "--data", t.TempDir())
	log := &strings.Builder{}
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := sync.OnceValue(cmd.Wait)
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = ended() })
	page := ""
	for sc := bufio.NewScanner(out); page == "" && sc.Scan(); {
		page, _ = strings.CutPrefix(sc.Text(), "Search page: ")
	}
	if page == "" {
		t.Fatalf("no page: %s", log)
	}
	got, found := map[string]int{}, 0
	for end := time.Now().Add(10 * time.Minute); !maps.Equal(got, want) || found != total; {
		if time.Now().After(end) {
			t.Fatalf("after ten minutes %d of %d messages can be found; by mailbox %v, want %v", found, total, got, want)
		}
		time.Sleep(200 * time.Millisecond)
		got, found = held(t, page)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	if err := ended(); err != nil {
		t.Errorf("the demo ended with %v", err)
	}
	for _, name := range []string{"429", "503", "cut", "malformed"} {
		if !strings.Contains(log.String(), " "+name+" ") {
			t.Errorf("%s never happened: %s", name, log)
		}
	}
}

// held asks a running server what it holds, by mailbox, and how much of it can
// be found.
func held(t *testing.T, page string) (messages map[string]int, found int) {
	t.Helper()
	var boxes struct {
		Mailboxes []struct {
			Address  string
			Messages int
		}
	}
	var hits struct{ Total int }
	ask(t, page+"api/v1/mailboxes", &boxes)
	ask(t, page+"api/v1/search?q=before:2100&copies=each&limit=1", &hits)
	messages = make(map[string]int)
	for _, m := range boxes.Mailboxes {
		if m.Messages > 0 {
			messages[m.Address] = m.Messages
		}
	}
	return messages, hits.Total
}

func ask(t *testing.T, url string, into any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err == nil {
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			err = fmt.Errorf("status %d", resp.StatusCode)
		} else {
			err = json.NewDecoder(resp.Body).Decode(into)
		}
	}
	if err != nil {
		t.Fatalf("%s: %v", url, err)
	}
}
