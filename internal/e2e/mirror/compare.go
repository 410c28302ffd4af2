package mirror

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"mailquarry/internal/access"
	"mailquarry/internal/archive"
	"mailquarry/internal/decode"
	"mailquarry/internal/graphsim"
	"mailquarry/internal/mail"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// Want is what store and index have to hold.
type Want struct {
	Boxes []*graphsim.Mailbox // those in the directory that can be read
	// Skip are folders that are not synced, by id, besides Skipped.
	Skip map[string]bool
	// Kept are mailboxes that stay in the store as they were: refused,
	// suspended or removed for now. Nothing of them is compared.
	Kept []*graphsim.Mailbox
}

// notSynced are the well-known folders that are never synced.
func notSynced() []string {
	return []string{"outbox", "syncissues", "conflicts", "localfailures", "serverfailures", "searchfolders", "msgfolderroot", "recoverableitemsdeletions"}
}

// enough is how many differences are told.
const enough = 12

// report gathers differences.
type report struct {
	lines []string
	more  int
}

func (r *report) add(format string, args ...any) {
	if len(r.lines) >= enough {
		r.more++
		return
	}
	r.lines = append(r.lines, fmt.Sprintf(format, args...))
}

func (r *report) list() []string {
	if r.more > 0 {
		return append(r.lines, fmt.Sprintf("and %d more", r.more))
	}
	return r.lines
}

// Differences compares store and index with the tenant, message for message;
// none means that all three are equal.
func (m *Mirror) Differences(ctx context.Context, w Want) ([]string, error) {
	r := &report{}
	c := &comparison{Mirror: m, report: r, want: w}
	if err := c.read(ctx); err != nil {
		return nil, err
	}
	for _, b := range w.Boxes {
		if err := c.mailbox(ctx, b); err != nil {
			return nil, err
		}
	}
	c.surplus()
	return r.list(), c.index(ctx)
}

// comparison is one under way.
type comparison struct {
	*Mirror
	*report
	want Want

	boxes   map[string]archive.Mailbox // by the source's key
	folders map[string]archive.Folder  // by the source's key
	records map[string]archive.Record  // the live ones by the source's key
	stored  map[mail.FolderID][]mail.MessageID
	seen    map[string]bool // keys that the tenant has
}

// read reads the whole store.
func (c *comparison) read(ctx context.Context) error {
	boxes, err := c.Archive.Mailboxes(ctx)
	if err != nil {
		return err
	}
	c.boxes, c.folders, c.records = map[string]archive.Mailbox{}, map[string]archive.Folder{}, map[string]archive.Record{}
	c.stored, c.seen = map[mail.FolderID][]mail.MessageID{}, map[string]bool{}
	for _, b := range boxes {
		c.boxes[b.Key] = b
	}
	folders, err := c.Archive.Folders(ctx, 0)
	if err != nil {
		return err
	}
	for _, f := range folders {
		c.folders[f.Key] = f
	}
	for rec, err := range c.Archive.Since(ctx, 0) {
		if err != nil {
			return err
		}
		if rec.Deleted {
			continue
		}
		if _, twice := c.records[rec.Key]; twice {
			c.add("message %s is stored twice", rec.Key)
		}
		c.records[rec.Key] = rec
		c.stored[rec.Folder] = append(c.stored[rec.Folder], rec.ID)
	}
	return nil
}

// mailbox compares what is in one mailbox.
func (c *comparison) mailbox(ctx context.Context, box *graphsim.Mailbox) error {
	stored, ok := c.boxes[box.ID()]
	address := box.User().Address
	switch {
	case !ok:
		c.add("mailbox %s is not in the store", address)
		return nil
	case stored.State != archive.MailboxActive:
		c.add("mailbox %s is %s: %s", address, stored.State, stored.Reason)
	}
	skipped := maps.Clone(c.want.Skip)
	if skipped == nil {
		skipped = map[string]bool{}
	}
	for _, name := range notSynced() {
		if f := box.Folder(name); f != nil {
			skipped[f.ID()] = true
		}
	}
	for _, f := range box.Folders() {
		keys := f.Messages()
		kept, known := c.folders[f.ID()]
		if skipped[f.ID()] || f.Search() {
			continue
		}
		if !known && f.Name() != "Deletions" {
			c.add("folder %q of %s is not in the store", f.Name(), address)
		}
		if known && (kept.Gone || kept.Skip || kept.Excluded) {
			c.add("folder %q of %s is not synced: gone %v, skipped %v, excluded %v", f.Name(), address, kept.Gone, kept.Skip, kept.Excluded)
		}
		if known && kept.Name != f.Name() {
			c.add("folder %q of %s is called %q in the store", f.Name(), address, kept.Name)
		}
		for _, key := range keys {
			c.seen[key] = true
			msg, ok := box.Message(key)
			if !ok {
				continue
			}
			if err := c.message(ctx, place{address, stored.ID, f, kept.ID}, key, msg); err != nil {
				return err
			}
		}
	}
	return nil
}

// place is where a message has to be.
type place struct {
	address  string
	mailbox  mail.MailboxID
	folder   *graphsim.Folder
	storedID mail.FolderID
}

// message compares one message, and looks for it by its own words.
func (c *comparison) message(ctx context.Context, at place, key string, want graphsim.Message) error {
	what := fmt.Sprintf("message %q in %s/%s", want.Subject, at.address, at.folder.Name())
	rec, ok := c.records[key]
	if !ok {
		c.add("%s is not in the store", what)
		return nil
	}
	if rec.Mailbox != at.mailbox || rec.Folder != at.storedID {
		c.add("%s is in another place in the store: mailbox %s, folder %s (%s)", what, rec.Mailbox, rec.Folder, c.folderName(rec.Folder))
	}
	got, err := decode.Message(rec.Format, rec.Payload)
	if err != nil {
		c.add("%s cannot be decoded: %v", what, err)
		return nil
	}
	for _, d := range fieldDifferences(want, got) {
		c.add("%s: %s", what, d)
	}
	for _, d := range partDifferences(want, rec.Parts) {
		c.add("%s: %s", what, d)
	}
	for _, word := range markers(want) {
		if err := c.finds(ctx, what, word, rec.ID); err != nil {
			return err
		}
	}
	return nil
}

func (c *comparison) folderName(id mail.FolderID) string {
	for _, f := range c.folders {
		if f.ID == id {
			return f.Name
		}
	}
	return "unknown"
}

func (c *comparison) finds(ctx context.Context, what, word string, id mail.MessageID) error {
	res, err := c.Index.Search(ctx, engine.Request{
		Scope: access.Operator().Scope(nil), Query: query.Word{Text: word}, Limit: 3,
	})
	if err != nil {
		return err
	}
	if len(res.Hits) != 1 || res.Hits[0].ID != id {
		c.add("%s: a search for its word %q gives %d hits, or another message", what, word, res.Total)
	}
	return nil
}

// surplus finds what the store has and the tenant has not.
func (c *comparison) surplus() {
	kept := map[mail.MailboxID]bool{}
	for _, b := range c.want.Kept {
		kept[c.boxes[b.ID()].ID] = true
	}
	for _, key := range slices.Sorted(maps.Keys(c.records)) {
		rec := c.records[key]
		if c.seen[key] || kept[rec.Mailbox] {
			continue
		}
		got, _ := decode.Message(rec.Format, rec.Payload)
		c.add("message %q in folder %s is in the store, and not in the tenant", got.Subject, c.folderName(rec.Folder))
	}
	for _, b := range c.want.Kept {
		if state := c.boxes[b.ID()].State; state == archive.MailboxActive {
			c.add("mailbox %s cannot be read, and is active in the store", b.User().Address)
		}
	}
}

// index compares the index with the store, folder for folder.
func (c *comparison) index(ctx context.Context) error {
	total := 0
	for folder, ids := range c.stored {
		slices.Sort(ids)
		total += len(ids)
		indexed, err := c.Index.IDs(ctx, folder)
		if err != nil {
			return err
		}
		if !slices.Equal(ids, indexed) {
			c.add("folder %s: the store has messages %v, the index %v", c.folderName(folder), ids, indexed)
		}
	}
	n, err := c.Index.Count(ctx)
	if err == nil && n != total {
		c.add("the index has %d documents, the store %d messages", n, total)
	}
	return err
}

// markers are the words that a message is found by and no other: those of
// its texts that begin with Mark.
func markers(m graphsim.Message) []string {
	var out []string
	note := func(text string) {
		for _, w := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if strings.HasPrefix(w, Mark) {
				out = append(out, w)
			}
		}
	}
	note(m.Subject)
	note(m.Text)
	note(m.HTML)
	for i := range m.Attachments {
		a := &m.Attachments[i]
		if strings.HasPrefix(a.ContentType, "text/") && len(a.Content) < 1<<16 {
			note(string(a.Content))
		}
		if a.Item != nil {
			note(a.Item.Subject)
			note(a.Item.Text)
		}
	}
	return out
}

// Mark begins the words by which a comparison looks for messages.
const Mark = "zq"
