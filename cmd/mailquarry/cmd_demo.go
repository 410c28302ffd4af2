package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"mailquarry/indexer"
	"mailquarry/internal/demo"
	"mailquarry/internal/graphsim"
	"mailquarry/internal/source/graph"
)

// demoCmd runs everything against a tenant that is simulated in this process,
// but synced over HTTPS by the same client as a real one.
type demoCmd struct {
	Seed     int64         `help:"Seed of the simulated company's mail." default:"1" env:"MAILQUARRY_DEMO_SEED"`
	Interval time.Duration `help:"Time between two rounds of the sync." default:"2s" env:"MAILQUARRY_DEMO_INTERVAL"`
	Arrival  time.Duration `help:"Time between two new messages; 0 for none." default:"4s" env:"MAILQUARRY_DEMO_ARRIVAL"`

	Chaos     bool  `help:"Let the tenant fail in all the ways that the real service does: everything arrives all the same." env:"MAILQUARRY_DEMO_CHAOS"`
	ChaosSeed int64 `help:"Seed of what goes wrong." default:"1" env:"MAILQUARRY_DEMO_CHAOS_SEED"`
}

// demoBackoff is short, since what goes wrong in the demo does so for seconds,
// and where the real service moves a mailbox for hours.
const demoBackoff = 50 * time.Millisecond

// troublesEvery is how often the demo tells what has gone wrong.
const troublesEvery = 15 * time.Second

// Run serves the demo until it is interrupted.
func (d *demoCmd) Run(ctx context.Context, con *console, c *cli) (err error) {
	log := logger(c, con)
	l, err := listen(c.Listen)
	if err != nil {
		return err
	}
	defer l.Close()
	data, forget, err := demoData(c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, forget()) }()
	ocr, err := c.ocr(ctx, log)
	if err != nil {
		return err
	}
	a, err := openApp(ctx, data, log, false, ocr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	tenant, company, server, err := d.simulate()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	client, err := simulatedClient(tenant, server, log)
	if err != nil {
		return err
	}
	if err := a.archive.Bind(ctx, indexer.GraphSource, tenant.Options().TenantID); err != nil {
		return err
	}
	if err := a.archive.Announce(l.Addr().String()); err != nil {
		return err
	}
	a.connect(client, settings{interval: d.Interval, verify: 24 * time.Hour})

	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a.builder.Run(ctx, a.wake) })
	g.Go(func() error { return serveHTTP(ctx, l, a.handler()) })
	fmt.Fprintf(con.out, "Search page: %s\nA simulated company; stop with Ctrl-C.\n", pageAddress(l))
	startSync(ctx, g, con, a, nil)
	if d.Chaos {
		g.Go(func() error { return tellTroubles(ctx, con, tenant) })
	}
	g.Go(func() error { return arrive(ctx, company, d.Arrival) })
	return ended(g.Wait())
}

// simulate fills the tenant and serves it.
func (d *demoCmd) simulate() (*graphsim.Tenant, *demo.Company, *graphsim.Server, error) {
	tenant := graphsim.New(graphsim.Options{Seed: d.Seed, Recorded: -1})
	company, err := demo.Fill(tenant, d.Seed, time.Now())
	if err != nil {
		return nil, nil, nil, fmt.Errorf("make up the demo's mail: %w", err)
	}
	if d.Chaos {
		tenant.Chaos(graphsim.ChaosOptions{Seed: d.ChaosSeed})
	}
	server, err := tenant.Start("")
	if err != nil {
		return nil, nil, nil, fmt.Errorf("start the simulated tenant: %w", err)
	}
	return tenant, company, server, nil
}

// demoData is a temporary folder unless the person chose one.
func demoData(c *cli) (dir string, forget func() error, err error) {
	if c.dataGiven {
		return c.Data, func() error { return nil }, nil
	}
	dir, err = os.MkdirTemp("", "mailquarry-demo-")
	if err != nil {
		return "", nil, fmt.Errorf("make a temporary data folder: %w", err)
	}
	return dir, func() error { return os.RemoveAll(dir) }, nil
}

func simulatedClient(t *graphsim.Tenant, s *graphsim.Server, log *slog.Logger) (*graph.Client, error) {
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(s.CertPEM) {
		return nil, errors.New("the simulated tenant's certificate cannot be read")
	}
	o := t.Options()
	return graph.New(graph.Config{
		TenantID: o.TenantID, ClientID: o.ClientID, ClientSecret: o.ClientSecret,
		AuthorityHost: s.Authority, GraphURL: s.GraphURL,
		DisableInstanceDiscovery: true, RootCAs: roots, Logger: log,
		Backoff: demoBackoff,
	})
}

// tellTroubles tells now and then, and at the end, what has gone wrong so far.
func tellTroubles(ctx context.Context, con *console, t *graphsim.Tenant) error {
	tick := time.NewTicker(troublesEvery)
	defer tick.Stop()
	told := 0
	for {
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
		var parts []string
		sum, troubles := 0, t.Troubles()
		for _, name := range slices.Sorted(maps.Keys(troubles)) {
			sum += troubles[name]
			parts = append(parts, fmt.Sprintf("%s %d", name, troubles[name]))
		}
		if sum > told {
			fmt.Fprintf(con.progress, "Gone wrong so far: %s.\n", strings.Join(parts, ", "))
		}
		told = sum
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// arrive keeps the simulated company writing to each other.
func arrive(ctx context.Context, c *demo.Company, every time.Duration) error {
	if every <= 0 {
		<-ctx.Done()
		return ctx.Err()
	}
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
			if _, err := c.Arrive(); err != nil {
				return fmt.Errorf("send the demo's next message: %w", err)
			}
		}
	}
}
