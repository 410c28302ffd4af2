package search_test

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
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
	"mailquarry/internal/mail"
	"mailquarry/internal/source"
	"mailquarry/search"
	"mailquarry/search/engine/bleve"
)

// world is a data folder with its index and the service over both.
type world struct {
	t       testing.TB
	archive *archive.Archive
	engine  *bleve.Engine
	service *search.Service
	clock   time.Time
	builder *indexer.Builder
	boxes   map[string]mail.MailboxID
	folders map[string]mail.FolderID // by address and path, joined by a colon
	saved   map[string]string        // searches by name
}

// asIs takes bytes for text. Those that begin with ! cannot be read.
type asIs struct{}

func (asIs) Extract(_ context.Context, d extract.Doc) (extract.Result, error) {
	r, err := d.Open()
	if err != nil {
		return extract.Result{}, err
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if strings.HasPrefix(string(b), "!") {
		return extract.Result{State: extract.Encrypted, Reason: "it needs a password", Type: "pdf"}, err
	}
	switch string(b) {
	case noText:
		return extract.Result{State: extract.NoText, Reason: "no text layer", Type: "image"}, err
	case unknown:
		return extract.Result{State: extract.Unsupported, Reason: "no extractor for this format"}, err
	}
	return extract.Result{State: extract.OK, Type: "text", Text: string(b)}, err
}

// Contents that asIs has no text of.
const (
	noText  = "#picture"
	unknown = "#unknown"
)

func newWorld(t testing.TB) *world {
	t.Helper()
	dir := t.TempDir()
	a, err := archive.Open(t.Context(), filepath.Join(dir, "data"))
	check(t, err)
	t.Cleanup(func() { check(t, a.Close()) })
	e, err := bleve.Open(filepath.Join(dir, "index"), bleve.Options{ArchiveID: a.ID()})
	check(t, err)
	t.Cleanup(func() { check(t, e.Close()) })
	w := &world{
		t: t, archive: a, engine: e, clock: time.Date(2025, 6, 15, 12, 0, 0, 0, time.UTC),
		builder: indexer.NewBuilder(a, asIs{}, e, indexer.BuildOptions{}),
		boxes:   map[string]mail.MailboxID{}, folders: map[string]mail.FolderID{}, saved: map[string]string{},
	}
	w.service = search.New(search.Config{
		Archive: a, Engine: e, Checkpoint: e.Checkpoint, Now: func() time.Time { return w.clock },
		Saved:      func(name string) (string, bool, error) { text, ok := w.saved[name]; return text, ok, nil },
		SavedNames: func() ([]string, error) { return slices.Sorted(maps.Keys(w.saved)), nil },
	})
	return w
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// later moves the clock on, past what is kept for a moment.
func (w *world) later() { w.clock = w.clock.Add(time.Minute) }

// mailbox stores a mailbox with folders, parents first, as
// "Posteingang/Verträge" or, with a well-known name, "Posteingang=inbox".
func (w *world) mailbox(address, name string, folders ...string) {
	w.t.Helper()
	ctx := w.t.Context()
	check(w.t, w.archive.CommitMailboxes(ctx, "graph", source.MailboxPage{
		Mailboxes: []source.Mailbox{{Key: address, Address: address, Name: name, Aliases: []string{"alias-" + address}}},
	}))
	all, err := w.archive.Mailboxes(ctx)
	check(w.t, err)
	for _, m := range all {
		w.boxes[m.Address] = m.ID
	}
	page := source.FolderPage{}
	for _, f := range folders {
		path, known, _ := strings.Cut(f, "=")
		parent, leaf := "", path
		if i := strings.LastIndex(path, "/"); i >= 0 {
			parent, leaf = address+":"+path[:i], path[i+1:]
		}
		page.Folders = append(page.Folders, source.Folder{
			Key: address + ":" + path, ParentKey: parent, Name: leaf, WellKnown: known, Total: 5,
		})
	}
	check(w.t, w.archive.CommitFolders(ctx, w.boxes[address], page, archive.Removal{}))
	stored, err := w.archive.Folders(ctx, w.boxes[address])
	check(w.t, err)
	for _, f := range stored {
		w.folders[f.Key] = f.ID
	}
}

// letter is a message to be stored.
type letter struct {
	box, folder, key string
	subject          string
	from, to         string
	text, html       string
	date             string
	conversation     string // "" for one of its own
	files            []file
	raw              []byte // the payload, where it is given
}

type file struct {
	name, kind, text, cid string
	problem               string
}

func (l letter) payload() []byte {
	if l.raw != nil {
		return l.raw
	}
	if l.date == "" {
		l.date = "2025-03-01"
	}
	body := map[string]string{"contentType": "text", "content": l.text}
	if l.html != "" {
		body = map[string]string{"contentType": "html", "content": l.html}
	}
	address := func(a string) map[string]any {
		name, addr, _ := strings.Cut(a, " <")
		return map[string]any{"emailAddress": map[string]string{"name": name, "address": strings.TrimSuffix(addr, ">")}}
	}
	m := map[string]any{
		"id": l.key, "subject": l.subject, "body": body, "receivedDateTime": l.date + "T10:00:00Z",
		"internetMessageId": "<" + l.key + "@x>", "conversationId": "c-" + cmp.Or(l.conversation, l.key), "isRead": true,
		"from": address(l.from),
	}
	if l.to != "" {
		m["toRecipients"] = []any{address(l.to)}
	}
	b, _ := json.Marshal(m)
	return b
}

// store puts letters into the archive, without indexing them.
func (w *world) store(letters ...letter) {
	w.t.Helper()
	for _, l := range letters {
		up := archive.Upsert{Key: l.key, Format: source.GraphJSON, Payload: l.payload(), PartsKnown: true}
		for _, f := range l.files {
			p := mail.Part{Key: f.name, Name: f.name, ContentType: f.kind, ContentID: f.cid, Kind: mail.FilePart, Inline: f.cid != "", Problem: f.problem}
			if f.problem == "" {
				var err error
				p.Digest, p.Size, err = w.archive.PutBlob(w.t.Context(), strings.NewReader(f.text), 0)
				check(w.t, err)
			}
			up.Parts = append(up.Parts, p)
		}
		_, err := w.archive.CommitMessages(w.t.Context(), archive.MessageCommit{
			Mailbox: w.boxes[l.box], Folder: w.folders[l.box+":"+l.folder], Upserts: []archive.Upsert{up}, KeepCursor: true,
		})
		check(w.t, err)
	}
}

// remove deletes messages from the archive, without telling the index.
func (w *world) remove(box, folder string, keys ...string) {
	w.t.Helper()
	_, err := w.archive.CommitMessages(w.t.Context(), archive.MessageCommit{
		Mailbox: w.boxes[box], Folder: w.folders[box+":"+folder], Removed: keys, KeepCursor: true,
	})
	check(w.t, err)
}

// index brings the index up to the archive.
func (w *world) index() {
	w.t.Helper()
	check(w.t, w.builder.Catchup(w.t.Context()))
}

func (w *world) id(box, key string) mail.MessageID {
	w.t.Helper()
	m, err := w.archive.Lookup(w.t.Context(), w.boxes[box], []string{key})
	check(w.t, err)
	return m[key].ID
}

// find searches as the operator and gives all that came.
func (w *world) find(r search.Request) search.Results {
	w.t.Helper()
	if r.Limit == 0 {
		r.Limit = 20
	}
	res, err := w.service.Search(w.t.Context(), access.Operator(), r)
	check(w.t, err)
	return res
}

// findAs searches as the owner of a mailbox, or as somebody who is not signed in.
func (w *world) findAs(box, text string) search.Results {
	w.t.Helper()
	who := access.Operator()
	if box != "" {
		who = who.Owning(w.boxes[box])
	}
	res, err := w.service.Search(w.t.Context(), who, search.Request{Text: text, Sort: "oldest", EachCopy: true, Limit: 20})
	check(w.t, err)
	return res
}

// keys names the messages that a query finds, oldest first.
func (w *world) keys(r search.Request) string {
	w.t.Helper()
	r.Sort = "oldest"
	return keysOf(w.find(r))
}

func keysOf(r search.Results) string {
	var keys []string
	for _, h := range r.Hits {
		keys = append(keys, strings.TrimSuffix(h.InternetMessageID, "@x"))
	}
	return strings.Join(keys, " ")
}

const (
	eva = "eva@contoso.example"
	tom = "tom@contoso.example"
)

// office is a world with two mailboxes, one of them in German.
func office(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.mailbox(eva, "Eva Nováková", "Posteingang=inbox", "Posteingang/Verträge", "Posteingang/Verträge/2025", "Gesendete Elemente=sentitems", "Ablage")
	w.mailbox(tom, "Tom Berg", "Inbox=inbox", "Inbox/Legal", "Sent Items=sentitems", "Legal", "Ablage")
	w.store(
		letter{box: eva, folder: "Posteingang", key: "a", subject: "Lease renewal", from: "Tom Berg <tom@contoso.example>", text: "Please sign the renewal.", date: "2025-01-01"},
		letter{box: eva, folder: "Posteingang/Verträge", key: "b", subject: "Mietvertrag", from: "Eva <eva@contoso.example>", text: "Der Vertrag über die Büroräume.", date: "2025-01-02"},
		letter{box: eva, folder: "Posteingang/Verträge/2025", key: "c", subject: "Vertrag 2025", from: "Eva <eva@contoso.example>", text: "renewal", date: "2025-01-03"},
		letter{box: eva, folder: "Gesendete Elemente", key: "d", subject: "Re: Lease", from: "Eva <eva@contoso.example>", text: "Signed.", date: "2025-01-04"},
		letter{
			box: tom, folder: "Inbox/Legal", key: "e", subject: "Lease renewal", from: "Law <law@fabrikam.example>", text: "Terms attached.", date: "2025-01-05",
			files: []file{{name: "terms.txt", kind: "text/plain", text: "The renewal is for five years."}},
		},
		letter{box: tom, folder: "Legal", key: "f", subject: "Fees", from: "Law <law@fabrikam.example>", text: "Our fees.", date: "2025-01-06"},
		letter{box: tom, folder: "Sent Items", key: "g", subject: "Lunch", from: "Tom Berg <tom@contoso.example>", text: "Noon?", date: "2025-01-07"},
	)
	w.index()
	w.later()
	return w
}
