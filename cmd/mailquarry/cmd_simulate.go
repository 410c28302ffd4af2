package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"mailquarry/internal/graphsim"
)

// simulateCmd serves a simulated tenant to any Graph client.
type simulateCmd struct {
	Tree     string        `help:"Folder with the mail: a folder for each user, below it folders and .eml files." required:"" env:"MAILQUARRY_SIMULATE_TREE" placeholder:"DIR" type:"path"`
	Faults   string        `help:"File that says what goes wrong; see docs/simulator.md." env:"MAILQUARRY_SIMULATE_FAULTS" placeholder:"FILE" type:"path"`
	Chaos    bool          `help:"Let a mixed load of faults happen, as \"chaos\" in a fault file does." env:"MAILQUARRY_SIMULATE_CHAOS"`
	Seed     int64         `help:"Seed of all ids, orders and chances." default:"1" env:"MAILQUARRY_SIMULATE_SEED"`
	Domain   string        `help:"Domain of users whose folder is no address." default:"contoso.example" env:"MAILQUARRY_SIMULATE_DOMAIN"`
	CertFile string        `help:"Where to write the certificate that clients have to trust; a temporary file by default." env:"MAILQUARRY_SIMULATE_CERT_FILE" placeholder:"FILE" type:"path"`
	Arrivals time.Duration `help:"Time between two changes in the mailboxes, mostly new mail; 0 for none." default:"0s" env:"MAILQUARRY_SIMULATE_ARRIVALS"`
	Requests bool          `name:"print-requests" help:"Print a line for each request: kind and status, no content." env:"MAILQUARRY_SIMULATE_PRINT_REQUESTS"`
}

// Run serves the tenant until it is interrupted.
func (s *simulateCmd) Run(ctx context.Context, con *console, c *cli) (err error) {
	err = checkLoopback(c.Listen, "the tenant tells everybody its secret; use a loopback address such as 127.0.0.1:9443")
	if err != nil {
		return err
	}
	tenant, err := s.tenant(con)
	if err != nil {
		return err
	}
	server, err := tenant.Start(c.Listen)
	if err != nil {
		return err
	}
	defer func() {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if serr := server.Shutdown(grace); serr != nil && !errors.Is(serr, context.DeadlineExceeded) {
			err = errors.Join(err, serr)
		}
	}()
	cert, forget, err := writeCertificate(s.CertFile, server.CertPEM)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, forget()) }()
	printSettings(con.out, tenant, server, cert)

	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.arrive(ctx, tenant) })
	return ended(g.Wait())
}

// tenant makes the tenant of the tree and its faults.
func (s *simulateCmd) tenant(con *console) (*graphsim.Tenant, error) {
	if s.Arrivals < 0 {
		return nil, usagef("--arrivals %s: less than nothing", s.Arrivals)
	}
	if _, err := os.Stat(s.Tree); err != nil {
		return nil, fmt.Errorf("read the tree: %w", err)
	}
	o := graphsim.Options{Seed: s.Seed, Recorded: -1}
	if s.Requests {
		o.Observe = requestPrinter(con.progress)
	}
	tenant := graphsim.New(o)
	if err := tenant.LoadEML(os.DirFS(s.Tree), s.Domain, 0); err != nil {
		return nil, err
	}
	if len(tenant.Mailboxes()) == 0 {
		return nil, usagef("--tree %s: there is no file DIR/USER/.../NAME.eml in it", s.Tree)
	}
	if s.Chaos {
		tenant.Chaos(graphsim.ChaosOptions{Seed: s.Seed})
	}
	if s.Faults == "" {
		return tenant, nil
	}
	f, err := os.Open(s.Faults)
	if err != nil {
		return nil, fmt.Errorf("read the faults: %w", err)
	}
	defer f.Close()
	script, err := graphsim.ParseScript(f)
	if err == nil {
		err = tenant.Apply(script)
	}
	if err != nil {
		return nil, usagef("--faults %s: %s", s.Faults, err)
	}
	return tenant, nil
}

// requestPrinter prints requests as they are answered.
func requestPrinter(w io.Writer) func(graphsim.Request) {
	var mu sync.Mutex
	return func(r graphsim.Request) {
		var b strings.Builder
		fmt.Fprintf(&b, "%s %-16s %d", r.Ended.Format("15:04:05.000"), r.Kind, r.Status)
		if r.Mailbox != "" {
			fmt.Fprintf(&b, " mailbox=%s in_flight=%d", r.Mailbox, r.InFlight)
		}
		if r.InBatch {
			b.WriteString(" in=batch")
		}
		if r.Fault != "" {
			b.WriteString(" fault=" + r.Fault)
		}
		if r.RetryAfter > 0 {
			fmt.Fprintf(&b, " retry_after=%s", r.RetryAfter)
		}
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintln(w, b.String())
	}
}

// writeCertificate writes the certificate for clients to trust.
func writeCertificate(path string, pem []byte) (string, func() error, error) {
	forget := func() error { return nil }
	if path == "" {
		f, err := os.CreateTemp("", "mailquarry-simulate-*.pem")
		if err != nil {
			return "", nil, fmt.Errorf("write the certificate: %w", err)
		}
		path = f.Name()
		forget = func() error { return os.Remove(path) }
		if err := f.Close(); err != nil {
			return "", nil, errors.Join(fmt.Errorf("write the certificate: %w", err), forget())
		}
	}
	if err := os.WriteFile(path, pem, 0o600); err != nil {
		return "", nil, fmt.Errorf("write the certificate: %w", err)
	}
	return path, forget, nil
}

// printSettings prints what a client has to know, so that a shell can read it.
func printSettings(w io.Writer, t *graphsim.Tenant, s *graphsim.Server, cert string) {
	o := t.Options()
	boxes, messages := 0, 0
	for _, m := range t.Mailboxes() {
		boxes++
		for _, f := range m.Folders() {
			messages += len(f.Messages())
		}
	}
	fmt.Fprintf(w, "# A simulated tenant with %d mailboxes and %d messages; stop it with Ctrl-C.\n", boxes, messages)
	for _, v := range []struct{ name, value string }{
		{"AZURE_TENANT_ID", o.TenantID},
		{"AZURE_CLIENT_ID", o.ClientID},
		{"AZURE_CLIENT_SECRET", o.ClientSecret},
		{"AZURE_AUTHORITY_HOST", s.Authority},
		{"MAILQUARRY_GRAPH_URL", s.GraphURL},
		{"MAILQUARRY_DISABLE_INSTANCE_DISCOVERY", "1"},
		{"SSL_CERT_FILE", cert},
	} {
		fmt.Fprintf(w, "export %s='%s'\n", v.name, strings.ReplaceAll(v.value, "'", `'\''`))
	}
	fmt.Fprintln(w, "# Ready.")
}

// arrive lets things happen in the mailboxes now and then.
func (s *simulateCmd) arrive(ctx context.Context, t *graphsim.Tenant) error {
	if s.Arrivals == 0 {
		<-ctx.Done()
		return ctx.Err()
	}
	tick := time.NewTicker(s.Arrivals)
	defer tick.Stop()
	for n := uint64(1); ; n++ {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
			t.Arrive(n)
		}
	}
}
