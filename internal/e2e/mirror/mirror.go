package mirror

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"time"

	"mailquarry/extract"
	"mailquarry/indexer"
	"mailquarry/internal/archive"
	"mailquarry/internal/graphsim"
	"mailquarry/internal/source/graph"
	"mailquarry/search/engine/bleve"
)

// Options of a Mirror; zero values get what suits a test.
type Options struct {
	Dir     string           // of store and index; has to be given
	Now     func() time.Time // the clock of what is stored; time.Now when nil
	Backoff time.Duration    // between tries that no Retry-After sets; 5 ms when 0
	Pull    indexer.PullOptions
	Log     io.Writer // nil logs nothing
	Extract *extract.Pool
}

// Mirror is a tenant that is served, and the store and the index that are kept
// in step with it.
type Mirror struct {
	Tenant  *graphsim.Tenant
	Server  *graphsim.Server
	Archive *archive.Archive
	Index   *bleve.Engine
	Client  *graph.Client
	Puller  *indexer.Puller
	Builder *indexer.Builder

	o     Options
	roots *x509.CertPool
}

// New serves the tenant and opens a store for it.
func New(ctx context.Context, tenant *graphsim.Tenant, o Options) (*Mirror, error) {
	if o.Backoff == 0 {
		o.Backoff = 5 * time.Millisecond
	}
	if o.Pull.Now == nil {
		o.Pull.Now = o.Now
	}
	server, err := tenant.Start("")
	if err != nil {
		return nil, err
	}
	m := &Mirror{Tenant: tenant, Server: server, o: o, roots: x509.NewCertPool()}
	if !m.roots.AppendCertsFromPEM(server.CertPEM) {
		return nil, errors.New("the simulator's certificate cannot be read")
	}
	if err := m.open(ctx); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	return m, nil
}

func (m *Mirror) open(ctx context.Context) (err error) {
	if m.Archive, err = archive.Open(ctx, filepath.Join(m.o.Dir, "data")); err != nil {
		return err
	}
	if m.Index, err = bleve.Open(filepath.Join(m.o.Dir, "index"), bleve.Options{ArchiveID: m.Archive.ID()}); err != nil {
		return err
	}
	m.Builder = indexer.NewBuilder(m.Archive, m.o.Extract, m.Index, indexer.BuildOptions{Workers: 1})
	return m.Connect()
}

// Connect makes a new client and a new puller, which know nothing of what the
// former ones met.
func (m *Mirror) Connect() (err error) {
	to := m.Tenant.Options()
	logger := slog.New(slog.DiscardHandler)
	if m.o.Log != nil {
		logger = slog.New(slog.NewTextHandler(m.o.Log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	m.Client, err = graph.New(graph.Config{
		TenantID: to.TenantID, ClientID: to.ClientID, ClientSecret: to.ClientSecret,
		AuthorityHost: m.Server.Authority, GraphURL: m.Server.GraphURL,
		DisableInstanceDiscovery: true, RootCAs: m.roots, Logger: logger, Backoff: m.o.Backoff,
	})
	if err != nil {
		return err
	}
	pull := m.o.Pull
	pull.Logger = logger
	m.Puller = indexer.NewPuller(m.Client, m.Archive, pull)
	return nil
}

// Restart closes everything but the tenant and opens it again, as the end and
// the start of the process do.
func (m *Mirror) Restart(ctx context.Context) error {
	if err := m.closeStore(); err != nil {
		return err
	}
	return m.open(ctx)
}

// Round syncs once, purges what is out of the scope, and brings the index up to
// date.
func (m *Mirror) Round(ctx context.Context) (indexer.RoundResult, error) {
	r, err := m.Puller.Round(ctx)
	if err != nil {
		return r, err
	}
	if err := m.purge(ctx); err != nil {
		return r, err
	}
	return r, m.Catchup(ctx)
}

// purge does what is done once a day.
func (m *Mirror) purge(ctx context.Context) error {
	boxes, err := m.Archive.Mailboxes(ctx)
	if err != nil {
		return err
	}
	for _, b := range boxes {
		ids, err := m.Archive.Expired(ctx, archive.Expiry{Mailbox: b.ID, Excluded: true}, 0, 10_000)
		if err != nil {
			return err
		}
		if _, err := m.Archive.Purge(ctx, ids); err != nil {
			return err
		}
	}
	return nil
}

// Catchup brings the index up to date with the store.
func (m *Mirror) Catchup(ctx context.Context) error { return m.Builder.Catchup(ctx) }

// Reconcile compares tenant, store and index folder by folder, as an
// administrator has it done, and mends what differs.
func (m *Mirror) Reconcile(ctx context.Context) (indexer.ReconcileResult, error) {
	return indexer.NewReconciler(m.Puller, m.Archive, m.Index, m.Builder, indexer.ReconcileOptions{Now: m.o.Now}).Pass(ctx, nil)
}

func (m *Mirror) closeStore() error {
	var errs []error
	if m.Index != nil {
		errs = append(errs, m.Index.Close())
	}
	if m.Archive != nil {
		errs = append(errs, m.Archive.Close())
	}
	m.Index, m.Archive = nil, nil
	return errors.Join(errs...)
}

// Close ends everything.
func (m *Mirror) Close() error {
	return errors.Join(m.closeStore(), m.Server.Close())
}

// Troubles describes the mailboxes that are not in order, for a test's log.
func (m *Mirror) Troubles(ctx context.Context) []string {
	boxes, err := m.Archive.Mailboxes(ctx)
	if err != nil {
		return []string{err.Error()}
	}
	var out []string
	for _, b := range boxes {
		if b.State != archive.MailboxActive || b.LastError != "" {
			out = append(out, fmt.Sprintf("mailbox %s: %s %s %s", b.Address, b.State, b.Reason, b.LastError))
		}
	}
	return out
}
