package search

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"mailquarry/internal/access"
	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
	"mailquarry/search/engine"
)

// fresh is how long the names of mailboxes and folders are kept. A search on
// a large tenant would otherwise spend most of its time on reading them; where
// reading takes long, they are kept for costShare times as long as it took.
const (
	fresh     = 2 * time.Second
	costShare = 10
)

// directory keeps the names of mailboxes and folders for a moment.
type directory struct {
	archive *archive.Archive
	now     func() time.Time
	kept    func(archive.Mailbox) bool // may be nil

	mu   sync.Mutex
	last *names
}

// names is what the directory knew at one moment. It is not changed.
type names struct {
	read      time.Time
	cost      time.Duration     // that reading took
	mailboxes []archive.Mailbox // by address, removed ones included
	folders   []archive.Folder
	mailbox   map[mail.MailboxID]*archive.Mailbox
	folder    map[mail.FolderID]*archive.Folder
	hidden    []mail.MailboxID // shown to nobody
	removed   []mail.MailboxID // of deleted users, and shown
	excluded  []mail.FolderID  // out of the configured scope: shown to nobody
	tree      *engine.Tree     // which folders lie in which

	// Made when they are asked for first.
	naming  sync.Once
	called  *people
	folding sync.Once
	folds   []foldedFolder // as folders
}

// names gives names that are at most as old as maxAge, or, unless that is 0, as
// reading them often enough allows.
func (d *directory) names(ctx context.Context, maxAge time.Duration) (*names, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.now()
	if d.last != nil && maxAge > 0 {
		maxAge = max(maxAge, costShare*d.last.cost)
		if age := now.Sub(d.last.read); 0 <= age && age < maxAge {
			return d.last, nil
		}
	}
	start := time.Now()
	n, err := d.readNames(ctx)
	if err != nil {
		return nil, err
	}
	if d.last != nil && maps.EqualFunc(n.tree.Above, d.last.tree.Above, slices.Equal) {
		n.tree = d.last.tree // engines keep what they have counted by it
	}
	n.read, n.cost = now, time.Since(start)
	d.last = n
	return n, nil
}

func (d *directory) readNames(ctx context.Context) (*names, error) {
	mailboxes, err := d.archive.Mailboxes(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the mailboxes: %w", err)
	}
	folders, err := d.archive.Folders(ctx, 0)
	if err != nil {
		return nil, fmt.Errorf("read the folders: %w", err)
	}
	n := &names{
		mailboxes: mailboxes, folders: folders,
		mailbox: make(map[mail.MailboxID]*archive.Mailbox, len(mailboxes)),
		folder:  make(map[mail.FolderID]*archive.Folder, len(folders)),
	}
	for i := range mailboxes {
		m := &mailboxes[i]
		n.mailbox[m.ID] = m
		switch m.State {
		case archive.MailboxRemoved:
			if d.kept != nil && d.kept(*m) {
				n.removed = append(n.removed, m.ID)
				continue
			}
			n.hidden = append(n.hidden, m.ID)
		case archive.MailboxPurged, archive.MailboxExcluded:
			n.hidden = append(n.hidden, m.ID)
		default:
		}
	}
	for i := range folders {
		n.folder[folders[i].ID] = &folders[i]
		if folders[i].Excluded {
			n.excluded = append(n.excluded, folders[i].ID)
		}
	}
	n.tree = n.makeTree()
	return n, nil
}

// makeTree tells which folders lie in which. What lies in itself is at the top.
func (n *names) makeTree() *engine.Tree {
	tree := &engine.Tree{Above: make(map[string][]string, len(n.folders))}
	for i := range n.folders {
		f := &n.folders[i]
		var above []string
		for over := n.folder[f.Parent]; over != nil && over != f && len(above) < len(f.Path); over = n.folder[over.Parent] {
			if !over.Excluded {
				above = append(above, over.ID.String())
			}
		}
		if len(above) > 0 {
			tree.Above[f.ID.String()] = above
		}
	}
	return tree
}

// scope is what p may see.
func (n *names) scope(p access.Principal) access.Scope { return p.Scope(n.hidden) }

// shows tells whether a message may be shown to who has the scope.
func (n *names) shows(rec archive.Record, scope access.Scope) bool {
	f := n.folder[rec.Folder]
	return scope.Contains(rec.Mailbox) && (f == nil || !f.Excluded)
}

// knows tells whether the folders are all here. One that is not was made after
// the names were read.
func (n *names) knows(folders []mail.FolderID) bool {
	for _, id := range folders {
		if n.folder[id] == nil {
			return false
		}
	}
	return true
}

func (n *names) mailboxRef(id mail.MailboxID) MailboxRef {
	ref := MailboxRef{ID: id}
	if m := n.mailbox[id]; m != nil {
		ref.Address, ref.Name = m.Address, m.Name
		if m.State == archive.MailboxRemoved {
			ref.RemovedAt = m.RemovedAt
		}
	}
	return ref
}

func (n *names) folderRef(id mail.FolderID) FolderRef {
	ref := FolderRef{ID: id}
	if f := n.folder[id]; f != nil {
		ref.Path, ref.WellKnown = joinPath(f.Path), f.WellKnown
	}
	return ref
}

// mailboxLabel is a mailbox as people call it.
func (n *names) mailboxLabel(id mail.MailboxID) string {
	return n.mailboxRef(id).Label()
}

// goneAt is when a message was found deleted at its source, which it is with all
// of a deleted user's mailbox.
func (n *names) goneAt(rec archive.Record) time.Time {
	if !rec.GoneAt.IsZero() {
		return rec.GoneAt
	}
	return n.mailboxRef(rec.Mailbox).RemovedAt
}

func joinPath(names []string) string { return strings.Join(names, "/") }
