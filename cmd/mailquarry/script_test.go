package main

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"mailquarry/internal/graphsim"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"mailquarry": main})
}

// TestCommands runs each command as a person types it; see testdata. The
// scripts have these commands of their own:
//
//	tenant [secret-expired|refused|broken|unlistable|poison|roles=A,B]  starts a simulated tenant and sets the variables for it
//	delete [ADDRESS]            deletes the first message of a mailbox, the tenant's first if none is named
//	heal                        ends the tenant's faults
//	eventually TEXT PROGRAM ARG...  runs a program again and again until it prints the text
//	fails CODE PROGRAM ARG...   runs a program that has to end with CODE, one line of advice, and no secret
//	serving DIR [FLAG...]       starts a server on the data folder and sets PAGE to its address
//	closed-port VAR             sets VAR to an address that nothing listens on
//	certificate DAYS            makes a certificate that expires in so many days, and sets it
//	newer DIR                   makes the data folder one of a version to come
//	damage DIR STATEMENT        runs an SQL statement on a store behind its back
func TestCommands(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:   "testdata",
		Setup: func(e *testscript.Env) error { e.Values["tenant"] = new(*graphsim.Tenant); return nil },
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"tenant": startTenant, "delete": deleteMail, "heal": heal, "eventually": eventually, "fails": fails, "serving": serving, "closed-port": closedPort, "newer": makeNewer,
			"certificate": makeCertificate, "damage": damage,
		},
	})
}

// secret is the simulated application's; no output may hold it.
const secret = "s3cr3t~value-that-nobody-may-see"

// Canary is in every field of the simulated mail; no output may hold it.
const canary = "xylophagous"

// newTenant is a tenant with two mailboxes that hold a canary each.
func newTenant(seed int64) *graphsim.Tenant {
	t := graphsim.New(graphsim.Options{Seed: seed, ClientSecret: secret})
	for _, name := range []string{"anna", "ben"} {
		box := t.AddUser(graphsim.User{Address: name + "@" + canary + ".example", DisplayName: name + " " + canary})
		other := box.AddFolder(nil, "Folder "+canary)
		for i, f := range []*graphsim.Folder{box.Folder("inbox"), other} {
			f.Add(graphsim.Message{
				Subject: "On " + canary + " beetles " + strconv.Itoa(i), HTML: "<p>They are " + canary + ".</p>",
				From: graphsim.Address{Name: canary, Address: canary + "@contoso.example"},
				Attachments: []graphsim.Attachment{
					{Name: canary + ".txt", ContentType: "text/plain", Content: []byte("more " + canary + " text")},
					{Name: canary + ".pdf", ContentType: "application/pdf", Content: []byte("%PDF-1.4 damaged " + canary)},
				},
			})
		}
	}
	return t
}

// tenantVariables are the settings for a running tenant.
func tenantVariables(t *graphsim.Tenant, s *graphsim.Server, cert string) []string {
	o := t.Options()
	return []string{
		"AZURE_TENANT_ID=" + o.TenantID, "AZURE_CLIENT_ID=" + o.ClientID, "AZURE_CLIENT_SECRET=" + o.ClientSecret,
		"AZURE_AUTHORITY_HOST=" + s.Authority, "MAILQUARRY_GRAPH_URL=" + s.GraphURL,
		"MAILQUARRY_DISABLE_INSTANCE_DISCOVERY=1", "SSL_CERT_FILE=" + cert,
	}
}

// damage runs an SQL statement on a store behind its back.
func damage(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: damage DIR STATEMENT")
	}
	db, err := sql.Open("sqlite", ts.MkAbs(filepath.Join(args[0], "archive", "log.db")))
	ts.Check(err)
	defer db.Close()
	_, err = db.ExecContext(context.Background(), args[1])
	ts.Check(err)
}

func startTenant(ts *testscript.TestScript, _ bool, args []string) {
	tenant := newTenant(3)
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		switch name {
		case "another":
			tenant = newTenant(4)
		case "secret-expired":
			tenant.ExpireSecret(true)
		case "roles":
			tenant.SetRoles(strings.Split(value, ",")...)
		case "refused":
			tenant.Mailboxes()[0].Refuse(true)
		case "poison":
			// The attachments of one mailbox cannot be had.
			tenant.Inject(graphsim.Fault{
				Match: graphsim.OfKind(graphsim.AttachmentList, graphsim.AttachmentBytes), Mailbox: tenant.Mailboxes()[0].ID(),
				Status: 400, Code: "ErrorCorruptData", Message: "Data is corrupt.",
			})
		case "unlistable":
			// One mailbox is synced, but what it holds cannot be listed.
			tenant.Inject(graphsim.Fault{
				Match: graphsim.OfKind(graphsim.MessageList), Mailbox: tenant.Mailboxes()[0].ID(),
				Status: 400, Code: "ErrorInvalidRequest", Message: "The request is invalid.",
			})
		case "broken":
			// One mailbox cannot be synced at all.
			tenant.Inject(graphsim.Fault{
				Match: graphsim.OfKind(graphsim.FolderDelta, graphsim.Folders), Mailbox: tenant.Mailboxes()[0].ID(),
				Status: 400, Code: "ErrorInvalidRequest", Message: "The request is invalid.",
			})
		default:
			ts.Fatalf("tenant %s?", arg)
		}
	}
	*ts.Value("tenant").(**graphsim.Tenant) = tenant
	server, err := tenant.Start("")
	ts.Check(err)
	ts.Defer(func() { _ = server.Close() })
	cert := ts.MkAbs("ca.pem")
	ts.Check(os.WriteFile(cert, server.CertPEM, 0o600))
	for _, v := range tenantVariables(tenant, server, cert) {
		name, value, _ := strings.Cut(v, "=")
		ts.Setenv(name, value)
	}
}

func deleteMail(ts *testscript.TestScript, _ bool, args []string) {
	boxes := (*ts.Value("tenant").(**graphsim.Tenant)).Mailboxes()
	box := boxes[0]
	for _, b := range boxes {
		if len(args) > 0 && b.User().Address == args[0] {
			box = b
		}
	}
	for _, f := range box.Folders() {
		if messages := f.Messages(); len(messages) > 0 {
			box.Delete(messages[0])
			return
		}
	}
	ts.Fatalf("there is nothing to delete")
}

func heal(ts *testscript.TestScript, _ bool, _ []string) {
	(*ts.Value("tenant").(**graphsim.Tenant)).ClearFaults()
}

func eventually(ts *testscript.TestScript, _ bool, args []string) {
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if err := ts.Exec(args[1], args[2:]...); err == nil && strings.Contains(ts.ReadFile("stdout"), args[0]) {
			return
		}
	}
	ts.Fatalf("it never printed %q, but %q", args[0], ts.ReadFile("stdout"))
}

func fails(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		ts.Fatalf("ended with %v, want exit code %d", err, want)
	}
	if got := exit.ExitCode(); got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
	said := ts.ReadFile("stderr")
	lines := strings.Split(strings.TrimSpace(said), "\n")
	ours := slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return !strings.HasPrefix(l, "mailquarry: ") })
	if len(ours) != 1 || ours[0] != lines[len(lines)-1] {
		ts.Fatalf("%d lines of advice, want one at the end", len(ours))
	}
	// Some reports name the mailboxes.
	reports := slices.Contains(args, "verify") || slices.Contains(args, "check")
	for _, s := range []string{"goroutine ", "panic:", "runtime error", secret, canary} {
		if strings.Contains(said, s) || strings.Contains(ts.ReadFile("stdout"), s) && !(reports && s == canary) {
			ts.Fatalf("the output holds %q", s)
		}
	}
}

func serving(ts *testscript.TestScript, _ bool, args []string) {
	cmd := exec.Command("mailquarry", append([]string{"--data", ts.MkAbs(args[0]), "--listen", "127.0.0.1:0", "--log", "error"}, args[1:]...)...)
	cmd.Stderr = os.Stderr
	cmd.Env = os.Environ()
	for _, v := range []string{
		"AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_AUTHORITY_HOST",
		"MAILQUARRY_GRAPH_URL", "MAILQUARRY_DISABLE_INSTANCE_DISCOVERY", "SSL_CERT_FILE",
	} {
		if value := ts.Getenv(v); value != "" {
			cmd.Env = append(cmd.Env, v+"="+value)
		}
	}
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	sc := bufio.NewScanner(out)
	for sc.Scan() {
		if page, ok := strings.CutPrefix(sc.Text(), "Search page: http://"); ok {
			ts.Setenv("PAGE", strings.TrimSuffix(page, "/"))
			return
		}
	}
	ts.Fatalf("the server ended before its page was up")
}

func closedPort(ts *testscript.TestScript, _ bool, args []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], l.Addr().String())
	ts.Check(l.Close())
}

// makeNewer raises the schema's version, which stands in a database's header.
func makeNewer(ts *testscript.TestScript, _ bool, args []string) {
	const versionAt = 60
	f, err := os.OpenFile(filepath.Join(ts.MkAbs(args[0]), "archive", "log.db"), os.O_RDWR, 0)
	ts.Check(err)
	defer f.Close()
	_, err = f.WriteAt(binary.BigEndian.AppendUint32(nil, 999), versionAt)
	ts.Check(err)
}

// Ctrl-C during a sync ends it soon, with the exit code that scripts know, and
// the next run makes the store whole.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	tenant := newTenant(3)
	server, err := tenant.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	dir := t.TempDir()
	cert := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(cert, server.CertPEM, 0o600); err != nil {
		t.Fatal(err)
	}
	command := func(args ...string) (*exec.Cmd, *strings.Builder) {
		cmd := exec.Command("mailquarry", append([]string{"--data", filepath.Join(dir, "store")}, args...)...)
		cmd.Env = append(os.Environ(), tenantVariables(tenant, server, cert)...)
		out := &strings.Builder{}
		cmd.Stdout, cmd.Stderr = out, out
		return cmd, out
	}
	for name, part := range map[string]string{
		"signing in": "/token", "the users": "/users/delta", "the folders": "/mailFolders/delta",
		"the messages": "/messages/delta", "the attachments": "/$batch",
	} {
		asked := make(chan struct{}, 100)
		tenant.Inject(graphsim.Fault{
			Match: func(_, path string) bool {
				hit := strings.Contains(path, part)
				if hit {
					asked <- struct{}{}
				}
				return hit
			},
			Delay: time.Minute,
		})
		cmd, out := command("--once")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		select {
		case <-asked:
		case <-time.After(time.Minute):
			t.Errorf("%s: nothing was asked for", name)
		}
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		late := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		late.Stop()
		if code := cmd.ProcessState.ExitCode(); code != exitInterrupted {
			t.Errorf("%s: exit code %d, want %d\n%s", name, code, exitInterrupted, out)
		}
		tenant.ClearFaults()
	}
	for _, step := range []struct{ arg, want string }{{"--once", ""}, {"--reindex", "Reindexed 4 messages"}} {
		cmd, out := command(step.arg)
		if err := cmd.Run(); err != nil || !strings.Contains(out.String(), step.want) {
			t.Errorf("%s afterwards: %v\n%s", step.arg, err, out)
		}
	}
}
