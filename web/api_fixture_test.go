package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"mailquarry/extract"
	"mailquarry/indexer"
	"mailquarry/internal/access"
	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
	"mailquarry/internal/operate"
	"mailquarry/internal/source"
	"mailquarry/search"
	"mailquarry/search/engine"
	"mailquarry/search/engine/bleve"
	"mailquarry/search/query"
)

// site is a running server over a real archive and index.
type site struct {
	t      *testing.T
	url    string
	server *server
	ids    map[string]mail.MessageID
	box    mail.MailboxID
	inbox  mail.FolderID
	log    *logBook

	archive *archive.Archive
	rebuild func() // takes what was committed into the index
	sync    *syncStub
	desk    *operate.Desk
}

// syncStub is a sync that goes as the test says.
type syncStub struct {
	mu    sync.Mutex
	live  operate.Live
	woken []string
}

func (s *syncStub) Live() operate.Live {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.live
}

func (s *syncStub) Wake(keys ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.woken = append(s.woken, keys...)
}

// logBook keeps what is logged.
type logBook struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logBook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// asIs takes bytes for text.
type asIs struct{}

func (asIs) Extract(_ context.Context, d extract.Doc) (extract.Result, error) {
	r, err := d.Open()
	if err != nil {
		return extract.Result{}, err
	}
	b, err := io.ReadAll(r)
	return extract.Result{State: extract.OK, Type: "text", Text: strings.ToValidUTF8(string(b), "")}, errors.Join(err, r.Close())
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// letterOf is a Graph message of the given fields and defaults.
func letterOf(fields map[string]any) []byte {
	m := map[string]any{
		"subject": "Lease renewal", "receivedDateTime": "2025-03-04T09:15:00Z", "isRead": true, "internetMessageId": "<c1@x>",
		"conversationId": "c", "importance": "normal", "categories": []string{"Red category"},
		"body": map[string]string{"contentType": "text", "content": "Please sign the renewal <now>."},
		"from": map[string]any{"emailAddress": map[string]string{"name": "Tom Berg", "address": "tom@contoso.example"}},
		"toRecipients": []any{
			map[string]any{"emailAddress": map[string]string{"name": "Eva", "address": "eva@contoso.example"}},
		},
	}
	for k, v := range fields {
		m[k] = v
	}
	b, _ := json.Marshal(m)
	return b
}

// newSite serves three messages: plain with attachments, html with a picture,
// and one of which nothing is known.
func newSite(t *testing.T) *site {
	t.Helper()
	dir, ctx := t.TempDir(), t.Context()
	a, err := archive.Open(ctx, filepath.Join(dir, "data"))
	must(t, err)
	e, err := bleve.Open(filepath.Join(dir, "index"), bleve.Options{ArchiveID: a.ID()})
	must(t, err)
	t.Cleanup(func() { must(t, errors.Join(e.Close(), a.Close())) })
	must(t, a.CommitMailboxes(ctx, "graph", source.MailboxPage{Mailboxes: []source.Mailbox{{
		Key: "u", Address: "eva@contoso.example", Name: "Eva Novak", Aliases: []string{"e@contoso.example"}, Purpose: "user",
	}}}))
	boxes, err := a.Mailboxes(ctx)
	must(t, err)
	s := &site{t: t, box: boxes[0].ID, ids: map[string]mail.MessageID{}, log: &logBook{}}
	must(t, a.CommitFolders(ctx, s.box, source.FolderPage{Folders: []source.Folder{
		{Key: "in", Name: "Inbox", WellKnown: "inbox", Total: 3}, {Key: "sub", ParentKey: "in", Name: "Legal"},
	}}, archive.Removal{}))
	folders, err := a.Folders(ctx, s.box)
	must(t, err)
	s.inbox = folders[0].ID
	part := func(name, kind, text, cid string) mail.Part {
		d, n, err := a.PutBlob(ctx, strings.NewReader(text), 0)
		must(t, err)
		return mail.Part{Key: name, Name: name, ContentType: kind, ContentID: cid, Inline: cid != "", Kind: mail.FilePart, Size: n, Digest: d}
	}
	_, err = a.CommitMessages(ctx, archive.MessageCommit{Mailbox: s.box, Folder: s.inbox, KeepCursor: true, Upserts: []archive.Upsert{
		{Key: "plain", Format: source.GraphJSON, Payload: letterOf(nil), PartsKnown: true, Parts: []mail.Part{
			part("..\\..\\evil\u202etxt.exe\r\nX: y", "text/html", "<script>alert(1)</script> renewal", ""),
			part("scan.pdf", "application/pdf", "%PDF renewal terms", ""),
			{Key: "l", Name: "lost.doc", ContentType: "application/msword", Kind: mail.FilePart, Problem: "gone at the source", Size: 10},
		}},
		{Key: "html", Format: source.GraphJSON, PartsKnown: true, Payload: letterOf(map[string]any{
			"body":   map[string]string{"contentType": "html", "content": `<p onclick="x()">Hello</p><script>alert(1)</script><img src="cid:pic"><img src="https://tracker.example/x.png">`},
			"sender": map[string]any{"emailAddress": map[string]string{"name": "Desk", "address": "desk@contoso.example"}},
		}), Parts: []mail.Part{part("pic.png", "image/png", "\x89PNG\r\n\x1a\n....", "pic")}},
		{Key: "bare", Format: source.GraphJSON, Payload: []byte(`{}`), PartsKnown: true},
	}})
	must(t, err)
	s.rebuild = func() { must(t, indexer.NewBuilder(a, asIs{}, e, indexer.BuildOptions{}).Catchup(ctx)) }
	s.rebuild()
	found, err := a.Lookup(ctx, s.box, []string{"plain", "html", "bare"})
	must(t, err)
	for key, m := range found {
		s.ids[key] = m.ID
	}
	s.operated(a)
	s.serve(Options{
		Service: search.New(search.Config{Archive: a, Engine: e, Checkpoint: e.Checkpoint}), Desk: s.desk,
		Version: "1.2.3",
	}, 10*time.Second)
	return s
}

// operated gives the site a desk with a sync in full swing, a problem of each
// kind, and a reconciler that finds what the site holds.
func (s *site) operated(a *archive.Archive) {
	s.t.Helper()
	ctx := s.t.Context()
	now := time.Now().UTC()
	s.archive = a
	paused := operate.Progress{
		State: operate.StatePaused, Done: 3, ToDo: 7, Rate: 2.5, Left: 3 * time.Second,
		PausedUntil: now.Add(time.Hour), PauseReason: "ErrorMailboxMoveInProgress", Requests: 40, Throttled: 2,
	}
	s.sync = &syncStub{live: operate.Live{
		At: now, Rounds: 1, Total: paused, Mailboxes: map[mail.MailboxID]operate.Progress{s.box: paused},
	}}
	for i, kind := range operate.Kinds()[:4] {
		must(s.t, a.SetProblems(ctx, []archive.Problem{{
			Mailbox: s.box, Folder: s.inbox, Kind: archive.ProblemKind(kind), Key: fmt.Sprintf("poison-%d", i),
			Reason: "The answer is <malformed>.", Code: "ErrorCorruptData", Attempts: 1, First: now, Last: now, Next: now.Add(time.Hour),
		}}))
	}
	s.desk = operate.New(operate.Config{Archive: a, Sync: s.sync, Compare: func(ctx context.Context, _ []mail.MailboxID) error {
		return a.SaveCoverage(ctx, []archive.Coverage{{
			Mailbox: s.box, Folder: s.inbox, At: time.Now(), Source: 5, Stored: 3, Indexed: 3, SetAside: 1, Kept: 2, Missing: 1, Unexplained: 1,
		}})
	}})
	work, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.desk.Run(work)
	}()
	s.t.Cleanup(func() { stop(); <-done })
}

func (s *site) serve(o Options, limit time.Duration) {
	o.Logger = slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s.server = newServer(o)
	s.server.time = limit
	s.listen(s.server.handler())
}

func (s *site) listen(h http.Handler) {
	ts := httptest.NewServer(h)
	s.t.Cleanup(ts.Close)
	s.url = ts.URL
}

// stuck is an engine that answers when the time is over.
type stuck struct{ fault error }

func (e stuck) Search(ctx context.Context, _ engine.Request) (engine.Result, error) {
	if e.fault != nil {
		return engine.Result{}, e.fault
	}
	<-ctx.Done()
	return engine.Result{}, ctx.Err()
}

func (stuck) Similar(context.Context, access.Scope, string, int, int) ([]engine.TermCount, error) {
	return nil, nil
}

func (e stuck) People(ctx context.Context, _ access.Scope, _ query.Node, _ int) ([]engine.Person, error) {
	_, err := e.Search(ctx, engine.Request{})
	return nil, err
}

func (stuck) Count(context.Context) (int, error) { return 0, nil }

func (stuck) IDs(context.Context, mail.FolderID) ([]mail.MessageID, error) { return nil, nil }

// stuckSite is a site whose engine gives that error, or none in time.
func stuckSite(t *testing.T, fault error) *site {
	t.Helper()
	a, err := archive.Open(t.Context(), t.TempDir())
	must(t, err)
	t.Cleanup(func() { must(t, a.Close()) })
	limit := 10 * time.Second
	if fault == nil {
		limit = 20 * time.Millisecond
	}
	s := &site{t: t, log: &logBook{}}
	s.serve(Options{
		Service: search.New(search.Config{Archive: a, Engine: stuck{fault}}), Desk: operate.New(operate.Config{Archive: a}),
		Ready: func() error { return errors.New("the disk is on fire") },
	}, limit)
	return s
}

// answer is a response with its body read.
type answer struct {
	*http.Response
	body string
}

func (s *site) do(method, path string, header ...string) answer {
	s.t.Helper()
	return s.send(method, path, "", header...)
}

// post sends a JSON body.
func (s *site) post(path, body string, header ...string) answer {
	s.t.Helper()
	return s.send(http.MethodPost, path, body, append([]string{"Content-Type", "application/json"}, header...)...)
}

func (s *site) send(method, path, body string, header ...string) answer {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	must(s.t, err)
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
		}
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(req) // follows no redirects
	must(s.t, err)
	b, err := io.ReadAll(res.Body)
	must(s.t, errors.Join(err, res.Body.Close()))
	return answer{res, string(b)}
}

func (s *site) get(path string, header ...string) answer {
	s.t.Helper()
	return s.do(http.MethodGet, path, header...)
}
