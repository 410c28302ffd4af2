package graph

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"

	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"mailquarry/internal/source"
	"mailquarry/internal/source/graph/wire"
)

func folderFields() []string {
	return []string{"id", "displayName", "parentFolderId", "childFolderCount", "totalItemCount", "isHidden"}
}

func wellKnownNames() []string {
	return []string{
		"inbox", "drafts", "sentitems", "deleteditems", "junkemail", "archive", "outbox",
		"conversationhistory", "syncissues", "conflicts", "localfailures", "serverfailures",
		"searchfolders", "scheduled", "recoverableitemsdeletions", "msgfolderroot",
	}
}

// notSynced are the well-known folders whose messages are not read, with all
// below them: what is in them is elsewhere too, or no mail.
func notSynced() []string {
	return []string{"outbox", "syncissues", "conflicts", "localfailures", "serverfailures", "searchfolders"}
}

// tree is what is known of a mailbox's folders: names by id, and the parents of
// those seen, by which the folders below a skipped one are found.
type tree struct {
	mu      sync.Mutex
	names   map[string]string // nil until asked for
	parents map[string]string
	search  map[string]bool
	// open are folders that were given as synced before all that is above them
	// was seen.
	open map[string]source.Folder
}

func (c *Client) tree(mailbox string) *tree {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.trees[mailbox]
	if t == nil {
		t = &tree{}
		c.trees[mailbox] = t
	}
	return t
}

// Folders implements source.Source.
func (c *Client) Folders(ctx context.Context, mailbox string, since source.Cursor) (source.FolderPage, error) {
	var out source.FolderPage
	q := call{mailbox: mailbox, kind: "mailFolders/delta", area: content, sizer: pageSizer, build: func(ctx context.Context, h *abs.RequestHeaders) (*abs.RequestInformation, error) {
		cfg := &users.ItemMailFoldersDeltaRequestBuilderGetRequestConfiguration{Headers: h}
		b := c.user(mailbox).MailFolders().Delta()
		if since.Link != "" {
			cfg.Options = verbatim()
			return b.WithUrl(since.Link).ToGetRequestInformation(ctx, cfg)
		}
		cfg.QueryParameters = &users.ItemMailFoldersDeltaRequestBuilderGetQueryParameters{Select: folderFields()}
		return b.ToGetRequestInformation(ctx, cfg)
	}}
	p, err := c.page(ctx, q, since.Link)
	listed := overQuota(err)
	if listed {
		p, err = c.listedFolders(ctx, mailbox, since.Link)
	}
	if err != nil {
		return out, wrap("read folders", err)
	}
	if listed {
		out.Next = source.Cursor{Complete: true}
	} else if out.Next, err = c.cursor(p); err != nil {
		return out, wrap("read folders", err)
	}
	t := c.tree(mailbox)
	if len(p.Value) > 0 {
		// Without a change there is nothing to name: most rounds save the
		// requests.
		if err := c.learnNames(ctx, mailbox, t, since.Link == "" && !listed); err != nil {
			return out, wrap("name folders", err)
		}
	}
	out.Folders = t.read(p.Value, func(reason string) {
		c.log.WarnContext(ctx, "graph folder skipped", "reason", reason)
	})
	return out, nil
}

// read turns a page's items into folders.
func (t *tree) read(items []json.RawMessage, skipped func(reason string)) []source.Folder {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []source.Folder
	for _, raw := range items {
		f, id, reason := wire.Fields(raw)
		if reason != "" {
			skipped(reason)
			continue
		}
		folder := source.Folder{
			Key: id, ParentKey: wire.Text(f, "parentFolderId"), Name: wire.Text(f, "displayName"), WellKnown: t.names[id],
			Hidden: wire.Truth(f, "isHidden"), Total: int(wire.Number(f, "totalItemCount")), Payload: raw,
		}
		folder.Gone, _ = wire.Removed(f)
		if folder.ParentKey != "" {
			t.parents[id] = folder.ParentKey
		}
		if strings.EqualFold(strings.TrimPrefix(wire.Text(f, "@odata.type"), "#"), "microsoft.graph.mailSearchFolder") {
			t.search[id] = true
		}
		out = append(out, folder)
	}
	for i := range out {
		delete(t.open, out[i].Key)
		out[i].Skip = t.skip(out[i].Key)
		if !out[i].Skip && !out[i].Gone && len(t.open) < maxOpen && !t.rooted(out[i].Key) {
			if t.open == nil {
				t.open = map[string]source.Folder{}
			}
			t.open[out[i].Key] = out[i]
		}
	}
	return append(out, t.correct()...)
}

// maxOpen bounds what is remembered of folders whose parents are to come.
const maxOpen = 10_000

// correct gives those folders again that turn out to be below one that is not
// synced.
func (t *tree) correct() []source.Folder {
	var out []source.Folder
	for _, id := range slices.Sorted(maps.Keys(t.open)) {
		f := t.open[id]
		f.Skip = t.skip(id)
		if f.Skip {
			out = append(out, f)
		}
		if f.Skip || t.rooted(id) {
			delete(t.open, id)
		}
	}
	return out
}

// rooted tells whether all that is above a folder has been seen.
func (t *tree) rooted(id string) bool {
	for range 64 {
		parent := t.parents[id]
		if t.names[id] == "msgfolderroot" || parent == id {
			return true
		}
		if parent == "" {
			return false
		}
		id = parent
	}
	return true
}

// skip tells whether a folder or one above it is not synced.
func (t *tree) skip(id string) bool {
	for range 64 {
		if t.search[id] {
			return true
		}
		for _, name := range notSynced() {
			if t.names[id] == name {
				return true
			}
		}
		parent := t.parents[id]
		if parent == "" || parent == id {
			return false
		}
		id = parent
	}
	return false
}

// learnNames asks for the ids of the well-known folders. Their display names
// are in the mailbox owner's language, and v1.0 has no property that tells.
func (c *Client) learnNames(ctx context.Context, mailbox string, t *tree, again bool) error {
	t.mu.Lock()
	known := t.names != nil
	t.mu.Unlock()
	if known && !again {
		return nil
	}
	asked := make([]inner, len(wellKnownNames()))
	for i, name := range wellKnownNames() {
		asked[i] = namedFolder(mailbox, name, content)
	}
	replies, err := c.batch(ctx, mailbox, asked)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for i, name := range wellKnownNames() {
		id, err := c.named(ctx, mailbox, asked[i], replies[i])
		switch source.ClassOf(err) {
		case source.NotFound, source.Permanent:
			continue // not every mailbox has every folder
		}
		if err != nil {
			return err
		}
		names[id] = name
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.names = names
	if again || t.parents == nil {
		t.parents, t.search, t.open = map[string]string{}, map[string]bool{}, nil
	}
	return nil
}

// namedFolder asks for the id of a well-known folder.
func namedFolder(box, name string, about area) inner {
	return inner{kind: "mailFolders/" + name, area: about, path: userPath(box, "mailFolders", name) + "?$select=id"}
}

// named reads the id of a well-known folder. An answer that makes no sense is
// asked for again, since without the names the mailbox cannot be read at all.
func (c *Client) named(ctx context.Context, mailbox string, q inner, r reply) (string, error) {
	for n := 1; ; n++ {
		id, err := r.id()
		if err == nil || r.err != nil || n >= c.tries {
			return id, err
		}
		r = c.alone(ctx, mailbox, q)
	}
}

// id reads the id of what was asked for.
func (r reply) id() (string, error) {
	if r.err != nil {
		return "", r.err
	}
	_, id, reason := wire.Fields(r.body)
	if reason != "" {
		return "", &source.Error{Class: source.Transient, Message: reason}
	}
	return id, nil
}
