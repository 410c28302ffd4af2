package indexer_test

import (
	"context"
	"crypto/x509"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mailquarry/extract"
	"mailquarry/indexer"
	"mailquarry/internal/access"
	"mailquarry/internal/archive"
	"mailquarry/internal/decode"
	"mailquarry/internal/graphsim"
	"mailquarry/internal/mail"
	"mailquarry/internal/source"
	"mailquarry/internal/source/graph"
	"mailquarry/search/engine"
	"mailquarry/search/engine/bleve"
	"mailquarry/search/query"
)

// testWait is how long a test may take before it has failed.
const testWait = 2 * time.Minute

// store is a data folder with its index.
type store struct {
	t       *testing.T
	ctx     context.Context
	dir     string
	archive *archive.Archive
	index   *bleve.Engine
	extract *extract.Pool
	builder *indexer.Builder
}

func newStore(t *testing.T) *store {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testWait)
	t.Cleanup(cancel)
	dir := t.TempDir()
	a, err := archive.Open(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	pool := extract.New(extract.Options{})
	t.Cleanup(pool.Close)
	s := &store{t: t, ctx: ctx, dir: dir, archive: a, extract: pool}
	s.index = s.openIndex(filepath.Join(t.TempDir(), "index"))
	s.builder = indexer.NewBuilder(a, pool, s.index, indexer.BuildOptions{})
	return s
}

func (s *store) openIndex(dir string) *bleve.Engine {
	s.t.Helper()
	e, err := bleve.Open(dir, bleve.Options{ArchiveID: s.archive.ID()})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = e.Close() })
	return e
}

// build brings the index up to date.
func (s *store) build() {
	s.t.Helper()
	if err := s.builder.Catchup(s.ctx); err != nil {
		s.t.Fatal(err)
	}
}

func (s *store) mailboxes() []archive.Mailbox {
	s.t.Helper()
	boxes, err := s.archive.Mailboxes(s.ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	return boxes
}

// records reads every live message.
func (s *store) records() []archive.Record {
	s.t.Helper()
	var live []archive.Record
	for r, err := range s.archive.Since(s.ctx, 0) {
		if err != nil {
			s.t.Fatal(err)
		}
		if !r.Deleted {
			live = append(live, r)
		}
	}
	return live
}

// record finds a message by the source's key.
func (s *store) record(key string) archive.Record {
	s.t.Helper()
	for _, r := range s.records() {
		if r.Key == key {
			return r
		}
	}
	s.t.Fatal("the message is not in the store")
	return archive.Record{}
}

// part is the only attachment of a message.
func (s *store) part(key string) mail.Part {
	s.t.Helper()
	r := s.record(key)
	if len(r.Parts) != 1 {
		s.t.Fatalf("%d attachments, want 1", len(r.Parts))
	}
	return r.Parts[0]
}

func (s *store) message(key string) mail.Message {
	s.t.Helper()
	r := s.record(key)
	m, err := decode.Message(r.Format, r.Payload)
	if err != nil {
		s.t.Fatal(err)
	}
	return m
}

// found searches as a person does, for one word, and gives the places of the
// hits as "mailbox: folder path: subject".
func (s *store) found(word string) []string {
	s.t.Helper()
	var hidden []mail.MailboxID
	address := map[mail.MailboxID]string{}
	for _, b := range s.mailboxes() {
		address[b.ID] = b.Address
		if b.State == archive.MailboxRemoved {
			hidden = append(hidden, b.ID)
		}
	}
	res, err := s.index.Search(s.ctx, engine.Request{
		Scope: access.Operator().Scope(hidden), Query: query.Word{Text: word}, Limit: 100,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	folders, err := s.archive.Folders(s.ctx, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	path := map[mail.FolderID]string{}
	for _, f := range folders {
		path[f.ID] = strings.Join(f.Path, "/")
	}
	var places []string
	for _, h := range res.Hits {
		r, err := s.archive.Record(s.ctx, h.ID)
		if err != nil {
			s.t.Fatalf("a hit is not in the store: %v", err)
		}
		m, err := decode.Message(r.Format, r.Payload)
		if err != nil {
			s.t.Fatal(err)
		}
		places = append(places, address[r.Mailbox]+": "+path[r.Folder]+": "+m.Subject)
	}
	slices.Sort(places)
	return places
}

func (s *store) wantFound(word string, places ...string) {
	s.t.Helper()
	if got := s.found(word); !slices.Equal(got, places) {
		s.t.Errorf("a search for %q finds %q, want %q", word, got, places)
	}
}

// site is a simulated tenant and the store that is synced from it.
type site struct {
	*store
	tenant *graphsim.Tenant
	source source.Source
	puller *indexer.Puller
	clock  time.Time
	url    string // of the simulated Graph
}

func newSite(t *testing.T) *site {
	t.Helper()
	return newSiteWith(t, indexer.PullOptions{})
}

func newSiteWith(t *testing.T, o indexer.PullOptions) *site {
	t.Helper()
	tenant := graphsim.New(graphsim.Options{Seed: 7})
	server, err := tenant.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(server.CertPEM) {
		t.Fatal("the simulator's certificate cannot be read")
	}
	to := tenant.Options()
	client, err := graph.New(graph.Config{
		TenantID: to.TenantID, ClientID: to.ClientID, ClientSecret: to.ClientSecret,
		AuthorityHost: server.Authority, GraphURL: server.GraphURL,
		DisableInstanceDiscovery: true, RootCAs: roots, Backoff: 2 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	s := &site{store: newStore(t), tenant: tenant, source: client, clock: time.Now(), url: server.GraphURL}
	o.Now = func() time.Time { return s.clock }
	s.puller = indexer.NewPuller(client, s.archive, o)
	return s
}

func (s *site) user(name string) *graphsim.Mailbox {
	return s.tenant.AddUser(graphsim.User{Address: name + "@contoso.example", DisplayName: name})
}

// round syncs once and brings the index up to date; every mailbox has to come.
func (s *site) round() {
	s.t.Helper()
	if r := s.tryRound(); r.Failed+r.Skipped > 0 {
		for _, b := range s.mailboxes() {
			s.t.Logf("mailbox %s: %s %s %s", b.ID, b.State, b.Reason, b.LastError)
		}
		s.t.Fatalf("a round ended with %+v", r)
	}
}

// tryRound is a round in which mailboxes may fail.
func (s *site) tryRound() indexer.RoundResult {
	s.t.Helper()
	r, err := s.puller.Round(s.ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	s.build()
	return r
}

// agree checks that store and index hold just what the given mailboxes hold,
// each message in its folder.
func (s *site) agree(boxes ...*graphsim.Mailbox) {
	s.t.Helper()
	want := map[string]string{}
	for _, b := range boxes {
		for _, f := range b.Folders() {
			for _, id := range f.Messages() {
				want[id] = f.ID()
			}
		}
	}
	folders, err := s.archive.Folders(s.ctx, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	key := map[mail.FolderID]string{}
	for _, f := range folders {
		key[f.ID] = f.Key
	}
	got := map[string]string{}
	counts := map[string]int{}
	for _, r := range s.records() {
		got[r.Key] = key[r.Folder]
		counts[r.Folder.String()]++
	}
	if !maps.Equal(got, want) {
		s.t.Errorf("the store holds\n%v\nand the tenant\n%v", got, want)
	}
	res, err := s.index.Search(s.ctx, engine.Request{
		Scope: access.Operator().Scope(nil), Facets: []engine.Facet{engine.FacetFolder},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	indexed := map[string]int{}
	for _, b := range res.Facets[engine.FacetFolder] {
		indexed[b.Value] = b.Count
	}
	if !maps.Equal(indexed, counts) {
		s.t.Errorf("messages by folder: the index holds %v, the store %v", indexed, counts)
	}
}

func letter(subject, text string) graphsim.Message {
	return graphsim.Message{
		Subject: subject, Text: text, From: graphsim.Address{Name: "Bo", Address: "bo@contoso.example"},
		Received: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC),
	}
}

func letterWith(subject string, files ...graphsim.Attachment) graphsim.Message {
	m := letter(subject, "see the attachment")
	m.Attachments = files
	return m
}

func textFile(name, content string) graphsim.Attachment {
	return graphsim.Attachment{Name: name, ContentType: "text/plain", Content: []byte(content)}
}
