package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"golang.org/x/sync/errgroup"

	"mailquarry/indexer"
	"mailquarry/internal/source"
	"mailquarry/internal/source/graph"
)

// serveCmd syncs the tenant and serves the page; with --once or --reindex it
// does one thing and ends.
type serveCmd struct {
	Once    bool         `help:"Sync once, index what came, and exit." env:"MAILQUARRY_ONCE"`
	Reindex bool         `help:"Rebuild the index from the local store, with no network, and exit." env:"MAILQUARRY_REINDEX"`
	Poll    pollFlags    `embed:""`
	Scope   scopeFlags   `embed:""`
	Removal removalFlags `embed:""`
	Notify  notifyFlags  `embed:""`
	Tenant  tenantFlags  `embed:""`
}

type tenantFlags struct {
	TenantID                 string `help:"Directory (tenant) id or domain." env:"AZURE_TENANT_ID,MAILQUARRY_TENANT_ID" placeholder:"ID"`
	ClientID                 string `help:"Application (client) id." env:"AZURE_CLIENT_ID,MAILQUARRY_CLIENT_ID" placeholder:"ID"`
	ClientCertificatePath    string `help:"PEM or PFX file with the application's certificate and key; preferred to a secret." env:"AZURE_CLIENT_CERTIFICATE_PATH,MAILQUARRY_CLIENT_CERTIFICATE_PATH" placeholder:"FILE"`
	ClientCertificatePass    string `name:"client-certificate-password" help:"Password of that file, if it has one; better set by its variable." env:"AZURE_CLIENT_CERTIFICATE_PASSWORD,MAILQUARRY_CLIENT_CERTIFICATE_PASSWORD" placeholder:"WORD"`
	ClientSecret             string `help:"The application's secret; better set by its variable, since a command line can be read by others." env:"AZURE_CLIENT_SECRET,MAILQUARRY_CLIENT_SECRET" placeholder:"SECRET"`
	AuthorityHost            string `help:"Sign-in host of another cloud." env:"AZURE_AUTHORITY_HOST,MAILQUARRY_AUTHORITY_HOST" placeholder:"URL"`
	GraphURL                 string `name:"graph-url" help:"Graph of another cloud, such as https://graph.microsoft.us/v1.0." env:"MAILQUARRY_GRAPH_URL" placeholder:"URL"`
	DisableInstanceDiscovery bool   `help:"Do not ask the public cloud about the sign-in host; for private clouds." env:"MAILQUARRY_DISABLE_INSTANCE_DISCOVERY"`
}

// configured tells whether a tenant is set at all; half a setting is an error.
func (t tenantFlags) configured() (bool, error) {
	if t.TenantID == "" && t.ClientID == "" && t.ClientSecret == "" && t.ClientCertificatePath == "" {
		return false, nil
	}
	for _, s := range []struct{ value, name string }{
		{t.TenantID, "AZURE_TENANT_ID"},
		{t.ClientID, "AZURE_CLIENT_ID"},
		{t.ClientSecret + t.ClientCertificatePath, "AZURE_CLIENT_CERTIFICATE_PATH or AZURE_CLIENT_SECRET"},
	} {
		if s.value == "" {
			return false, usagef("the tenant is only half set: %s is missing", s.name)
		}
	}
	return true, nil
}

func (t tenantFlags) open(log *slog.Logger) (*graph.Client, error) {
	return graph.New(t.config(log))
}

func (t tenantFlags) config(log *slog.Logger) graph.Config {
	return graph.Config{
		TenantID: t.TenantID, ClientID: t.ClientID, ClientSecret: t.ClientSecret,
		CertificatePath: t.ClientCertificatePath, CertificatePassword: t.ClientCertificatePass,
		AuthorityHost: t.AuthorityHost, GraphURL: t.GraphURL,
		DisableInstanceDiscovery: t.DisableInstanceDiscovery, Logger: log,
	}
}

// Run serves, or does the one thing asked for.
func (s *serveCmd) Run(ctx context.Context, con *console, c *cli) error {
	log := logger(c, con)
	settings, err := readSettings(s.Scope, s.Removal)
	if err != nil {
		return err
	}
	if err := s.Poll.read(&settings); err != nil {
		return err
	}
	switch {
	case s.Once && s.Reindex:
		return usagef("--once and --reindex exclude each other")
	case s.Reindex:
		return reindex(ctx, con, c, log)
	}
	tenant, err := s.Tenant.configured()
	if err != nil {
		return err
	}
	if tenant {
		boundMemory()
	}
	if s.Once {
		if !tenant {
			return usagef("--once has nothing to sync: set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_CERTIFICATE_PATH or AZURE_CLIENT_SECRET")
		}
		return s.once(ctx, con, c, log, settings)
	}
	return s.serve(ctx, con, c, log, settings, tenant)
}

func (s *serveCmd) once(ctx context.Context, con *console, c *cli, log *slog.Logger, set settings) (err error) {
	client, err := s.Tenant.open(log)
	if err != nil {
		return err
	}
	a, err := openApp(ctx, c.Data, log, true, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	doubt, err := a.checkTenant(ctx, client)
	if err != nil {
		return err
	}
	a.connect(client, set)
	end := showSync(ctx, con, a)
	var result indexer.RoundResult
	err = a.building(ctx, func(ctx context.Context) (err error) {
		result, err = a.puller.Round(ctx)
		return err
	})
	end()
	if err != nil {
		return fmt.Errorf("sync the tenant: %w", err)
	}
	if err := settle(doubt, result); err != nil {
		return err
	}
	if err := a.purge(ctx); err != nil {
		return err
	}
	if err := a.tellSetAside(ctx, con); err != nil {
		return err
	}
	if result.Failed > 0 {
		return fmt.Errorf("%w: %d of %d mailboxes failed; the log says why, and the next round tries again",
			errIncomplete, result.Failed, result.Failed+result.Synced+result.Skipped)
	}
	return nil
}

func (s *serveCmd) serve(ctx context.Context, con *console, c *cli, log *slog.Logger, set settings, tenant bool) (err error) {
	l, err := listen(c.Listen)
	if err != nil {
		return err
	}
	defer l.Close()
	ocr, err := c.ocr(ctx, log)
	if err != nil {
		return err
	}
	a, err := openApp(ctx, c.Data, log, false, ocr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	if err := a.archive.Announce(l.Addr().String()); err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	if tenant {
		hook, err := s.Notify.open()
		if err != nil {
			return err
		}
		defer hook.close()
		client, err := s.Tenant.open(log)
		if err != nil {
			return err
		}
		doubt, err := a.checkOrGoOn(ctx, client)
		if err != nil {
			return err
		}
		a.connect(client, set)
		startSync(ctx, g, con, a, doubt)
		hook.start(ctx, g, a, client)
	} else {
		if err := a.needMail(ctx); err != nil {
			return err
		}
		a.connect(nil, set)
		g.Go(func() error { return a.desk.Run(ctx) })
	}
	g.Go(func() error { return a.builder.Run(ctx, a.wake) })
	g.Go(func() error { return a.sweep(ctx) })
	g.Go(func() error { return a.renew(ctx) })
	g.Go(func() error { return giveBack(ctx, a.index) })
	g.Go(func() error { return serveHTTP(ctx, l, a.handler()) })
	fmt.Fprintf(con.out, "Search page: %s\n", pageAddress(l))
	return ended(g.Wait())
}

// ended turns a shutdown that was asked for into a success.
func ended(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// checkTenant finds out before the first round what would fail it. A doubt is
// an error only if that round then reads no mailbox at all: with Exchange's
// RBAC for Applications the right to read some does not show in the token.
func (a *app) checkTenant(ctx context.Context, client *graph.Client) (doubt, err error) {
	err = client.Check(ctx)
	if err != nil {
		err = fmt.Errorf("sign in to the tenant: %w", err)
	}
	if errors.Is(err, graph.ErrMailRead) {
		doubt, err = err, nil
	}
	if err != nil {
		return nil, err
	}
	for _, w := range client.Warnings() {
		a.log.Warn("the sync is limited", "reason", w)
	}
	if tenant := client.Tenant(); tenant != "" {
		err = a.archive.Bind(ctx, indexer.GraphSource, tenant)
	}
	return doubt, err
}

// settle tells what is left of a doubt after a round.
func settle(doubt error, r indexer.RoundResult) error {
	if r.Synced+r.Failed == 0 && r.Denied > 0 {
		return doubt
	}
	return nil
}

// checkOrGoOn is checkTenant for a service: where there is mail to search, a
// network that is down now is no reason to stay down too.
func (a *app) checkOrGoOn(ctx context.Context, client *graph.Client) (doubt, err error) {
	doubt, err = a.checkTenant(ctx, client)
	switch source.ClassOf(err) {
	case source.Unreachable, source.Transient, source.Throttled:
	default:
		return doubt, err
	}
	if n, lerr := a.archive.Live(ctx); lerr != nil || n == 0 {
		return nil, errors.Join(err, lerr)
	}
	a.log.Error("the tenant cannot be reached; serving what is in the store and trying again every round", "error", err)
	return nil, nil
}

// needMail refuses to serve an empty store that nothing fills.
func (a *app) needMail(ctx context.Context) error {
	n, err := a.archive.Live(ctx)
	if err != nil {
		return err
	}
	if n == 0 {
		return usagef("there is no mail yet and no tenant to sync: set AZURE_TENANT_ID, AZURE_CLIENT_ID and " +
			"AZURE_CLIENT_CERTIFICATE_PATH or AZURE_CLIENT_SECRET, or run mailquarry import, or mailquarry demo")
	}
	a.log.Info("no tenant is set; serving what is in the store", "messages", n)
	return nil
}
