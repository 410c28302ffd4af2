package indexer

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"mailquarry/internal/archive"
	"mailquarry/internal/decode"
	"mailquarry/internal/mail"
	"mailquarry/internal/source"
	"mailquarry/internal/source/files"
	"mailquarry/internal/wellknown"
)

// ImportSource is the name under which the archive keeps imported mailboxes.
const ImportSource = "import"

// A page of an import: what is committed in one transaction.
const (
	importPageMessages = 1000
	importPageBytes    = 16 << 20
)

// Importer takes mail files into the archive, in the same way as pages from a
// tenant. A message that is already there, bytes and folder alike, is not taken
// twice.
type Importer struct {
	archive   *archive.Archive
	log       *slog.Logger
	committed func()
	taken     atomic.Int64
	bytes     atomic.Int64
	unread    atomic.Int64
	added     atomic.Int64
}

// NewImporter makes an Importer into a; committed is called after each commit.
func NewImporter(a *archive.Archive, log *slog.Logger, committed func()) *Importer {
	return &Importer{archive: a, log: log, committed: committed}
}

// Taken counts messages and their bytes, and the files that could not be read.
func (im *Importer) Taken() (messages, size, unread int64) {
	return im.taken.Load(), im.bytes.Load(), im.unread.Load()
}

// Added counts the messages of a finished Run that were not there before. An
// import has the archive to itself, so that what it grew by is what was new.
func (im *Importer) Added() int64 { return im.added.Load() }

// Run takes all items. A file that cannot be read is logged and counted; the
// error is for faults of the archive.
func (im *Importer) Run(ctx context.Context, items iter.Seq2[files.Item, error]) error {
	before, err := im.archive.Live(ctx)
	if err != nil {
		return err
	}
	if err := im.take(ctx, items); err != nil {
		return err
	}
	after, err := im.archive.Live(ctx)
	if err != nil {
		return err
	}
	im.added.Store(int64(after - before))
	return nil
}

func (im *Importer) take(ctx context.Context, items iter.Seq2[files.Item, error]) error {
	ctx, cancel := context.WithCancel(ctx)
	var working sync.WaitGroup
	defer working.Wait() // who closes the archive next finds nobody writing to it
	defer cancel()
	page := importPage{Importer: im, folders: map[string]importFolder{}, mailboxes: map[string]mail.MailboxID{}}
	for slot := range im.prepare(ctx, &working, items) {
		m := <-slot
		if m.skip {
			continue
		}
		if m.err != nil {
			return m.err
		}
		if err := page.add(ctx, m); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return page.finish(ctx)
}

// imported is one message, taken apart.
type imported struct {
	item   files.Item
	upsert archive.Upsert
	skip   bool
	err    error
}

// prepare takes messages apart side by side and yields them in order.
func (im *Importer) prepare(ctx context.Context, working *sync.WaitGroup, items iter.Seq2[files.Item, error]) <-chan chan imported {
	workers := runtime.GOMAXPROCS(0)
	slots := make(chan chan imported, 8*workers)
	type job struct {
		item files.Item
		out  chan imported
	}
	jobs := make(chan job, workers)
	for range workers {
		working.Go(func() {
			for j := range jobs {
				j.out <- im.split(ctx, j.item)
			}
		})
	}
	working.Go(func() {
		defer close(slots)
		defer close(jobs)
		for it, err := range items {
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				im.unread.Add(1)
				im.log.Warn("a file is left out", "reason", err)
				continue
			}
			out := make(chan imported, 1)
			select {
			case slots <- out:
			case <-ctx.Done():
				return
			}
			select {
			case jobs <- job{it, out}:
			case <-ctx.Done():
				out <- imported{err: ctx.Err()}
				return
			}
		}
	})
	return slots
}

// split stores the attachments, each once however many messages carry it.
func (im *Importer) split(ctx context.Context, it files.Item) imported {
	m := imported{item: it, upsert: archive.Upsert{Key: files.Key(it.Folder, it.Raw), PartsKnown: true}}
	payload, format, parts, err := decode.Split(it.Raw)
	if err != nil {
		im.unread.Add(1)
		im.log.Warn("a message is left out", "file", it.Origin, "reason", err)
		m.skip = true
		return m
	}
	if it.Marked {
		payload, format = decode.Mark(payload, format, decode.Marks(it.Flags))
	}
	m.upsert.Payload, m.upsert.Format = payload, format
	for _, p := range parts {
		digest, _, err := im.archive.PutBlob(ctx, bytes.NewReader(p.Content), 0)
		if err != nil {
			m.err = fmt.Errorf("store an attachment of %s: %w", it.Origin, err)
			return m
		}
		p.Part.Digest = digest
		m.upsert.Parts = append(m.upsert.Parts, p.Part)
	}
	return m
}

type importFolder struct {
	mailbox mail.MailboxID
	folder  mail.FolderID
}

// importPage gathers the messages of one folder until they are worth a commit.
type importPage struct {
	*Importer
	mailboxes map[string]mail.MailboxID
	folders   map[string]importFolder
	at        importFolder
	upserts   []archive.Upsert
	bytes     int
	raw       int64
}

func (p *importPage) add(ctx context.Context, m imported) error {
	at, err := p.place(ctx, m.item)
	if err != nil {
		return err
	}
	if at != p.at || len(p.upserts) >= importPageMessages || p.bytes >= importPageBytes {
		if err := p.commit(ctx); err != nil {
			return err
		}
		p.at = at
	}
	p.upserts = append(p.upserts, m.upsert)
	p.bytes += len(m.upsert.Payload)
	p.raw += int64(len(m.item.Raw))
	return nil
}

func (p *importPage) commit(ctx context.Context) error {
	if len(p.upserts) == 0 {
		return nil
	}
	_, err := p.archive.CommitMessages(ctx, archive.MessageCommit{
		Mailbox: p.at.mailbox, Folder: p.at.folder, Upserts: p.upserts, KeepCursor: true,
	})
	if err != nil {
		return err
	}
	p.taken.Add(int64(len(p.upserts)))
	p.Importer.bytes.Add(p.raw)
	p.committed()
	p.upserts, p.bytes, p.raw = p.upserts[:0], 0, 0
	return nil
}

// finish commits the rest and marks the folders as whole.
func (p *importPage) finish(ctx context.Context) error {
	if err := p.commit(ctx); err != nil {
		return err
	}
	for _, at := range p.folders {
		_, err := p.archive.CommitMessages(ctx, archive.MessageCommit{
			Mailbox: at.mailbox, Folder: at.folder, Cursor: source.Cursor{Link: ImportSource, Complete: true},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// place finds the item's mailbox and folder, making them when they are new.
func (p *importPage) place(ctx context.Context, it files.Item) (importFolder, error) {
	key := it.Mailbox + "\x00" + folderKey(it.Folder)
	if at, ok := p.folders[key]; ok {
		return at, nil
	}
	box, err := p.mailbox(ctx, it)
	if err != nil {
		return importFolder{}, err
	}
	var page source.FolderPage
	for i := range it.Folder {
		f := source.Folder{Key: folderKey(it.Folder[:i+1]), Name: it.Folder[i]}
		if i > 0 {
			f.ParentKey = folderKey(it.Folder[:i])
		} else {
			f.WellKnown = wellknown.Folder(f.Name) // so that in:sent works on imported mail too
		}
		page.Folders = append(page.Folders, f)
	}
	if err := p.archive.CommitFolders(ctx, box, page, archive.Removal{}); err != nil {
		return importFolder{}, err
	}
	stored, err := p.archive.Folders(ctx, box)
	if err != nil {
		return importFolder{}, err
	}
	for _, f := range stored {
		p.folders[it.Mailbox+"\x00"+f.Key] = importFolder{mailbox: box, folder: f.ID}
	}
	at, ok := p.folders[key]
	if !ok {
		return at, fmt.Errorf("the folder of %s could not be made", it.Origin)
	}
	return at, nil
}

func (p *importPage) mailbox(ctx context.Context, it files.Item) (mail.MailboxID, error) {
	if id, ok := p.mailboxes[it.Mailbox]; ok {
		return id, nil
	}
	err := p.archive.CommitMailboxes(ctx, ImportSource, source.MailboxPage{
		Mailboxes: []source.Mailbox{{Key: it.Mailbox, Address: it.Mailbox, Name: it.MailboxName}},
	})
	if err != nil {
		return 0, err
	}
	boxes, err := p.archive.Mailboxes(ctx)
	if err != nil {
		return 0, err
	}
	i := slices.IndexFunc(boxes, func(b archive.Mailbox) bool { return b.Source == ImportSource && b.Key == it.Mailbox })
	if i < 0 {
		return 0, fmt.Errorf("the mailbox of %s could not be made", it.Origin)
	}
	p.mailboxes[it.Mailbox] = boxes[i].ID
	return boxes[i].ID, nil
}

// folderKey joins the path by a character that no folder name holds.
func folderKey(path []string) string { return strings.Join(path, "\x1f") }
