package operate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"mailquarry/internal/access"
	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
)

// The errors that callers tell apart.
var (
	// ErrForbidden: who asks does not run this server.
	ErrForbidden = errors.New("only operators may do this")
	// ErrNotFound: there is no such mailbox, problem or hold.
	ErrNotFound = errors.New("there is no such thing")
	// ErrNoSource: there is no tenant to compare with.
	ErrNoSource = errors.New("no tenant is set, so that there is nothing to compare with")
	// ErrBusy: a pass is running already.
	ErrBusy = errors.New("a pass is running already")
)

// RequestError says which field of a request cannot be used, and why.
type RequestError struct {
	Field, Reason string
}

// Error is for logs; Field and Reason are for the asker.
func (e *RequestError) Error() string { return e.Field + ": " + e.Reason }

// Config is what a Desk works with. Only Archive has to be there.
type Config struct {
	Archive *archive.Archive
	// Sync is the running sync, nil where there is none: a folder that is only
	// looked at, or a server without a tenant.
	Sync Sync
	// Compare runs a reconcile pass over these mailboxes, nil for all; it is nil
	// itself where there is no tenant.
	Compare func(ctx context.Context, mailboxes []mail.MailboxID) error
	// CheckQuery tells why a search cannot be held, beyond its grammar, by a
	// RequestError; nil: it can.
	CheckQuery func(ctx context.Context, text string) error
	Now        func() time.Time // nil is time.Now
}

// Sync is what the desk needs of a running sync.
type Sync interface {
	Live() Live
	// Wake polls the mailboxes with these keys of the source now, all for none.
	Wake(mailboxKeys ...string)
}

// Desk answers for one data folder. Its methods may be called from several
// goroutines.
type Desk struct {
	archive *archive.Archive
	sync    Sync
	compare func(ctx context.Context, mailboxes []mail.MailboxID) error
	check   func(ctx context.Context, text string) error
	now     func() time.Time

	asked chan pass // to Run; holds the one that is to begin

	mu    sync.Mutex
	last  Pass
	ended bool // Run has ended
}

// New makes a Desk.
func New(c Config) *Desk {
	d := &Desk{archive: c.Archive, sync: c.Sync, compare: c.Compare, check: c.CheckQuery, now: c.Now, asked: make(chan pass, 1)}
	if d.now == nil {
		d.now = time.Now
	}
	return d
}

// MailboxRef names a mailbox.
type MailboxRef struct {
	ID      mail.MailboxID
	Address string
	Name    string
}

// FolderRef names a folder.
type FolderRef struct {
	ID   mail.FolderID
	Path string
}

func allowed(p access.Principal) error {
	if !p.Operates() {
		return ErrForbidden
	}
	return nil
}

// names are the mailboxes at one moment, and the folders of those whose folders
// were asked for: there may be a hundred thousand.
type names struct {
	mailboxes []archive.Mailbox
	mailbox   map[mail.MailboxID]*archive.Mailbox
	folder    map[mail.FolderID]archive.Folder
	read      map[mail.MailboxID]bool
}

// mailboxNames reads the mailboxes.
func (d *Desk) mailboxNames(ctx context.Context) (*names, error) {
	n := &names{mailbox: map[mail.MailboxID]*archive.Mailbox{}, folder: map[mail.FolderID]archive.Folder{}, read: map[mail.MailboxID]bool{}}
	var err error
	if n.mailboxes, err = d.archive.Mailboxes(ctx); err != nil {
		return nil, err
	}
	for i := range n.mailboxes {
		n.mailbox[n.mailboxes[i].ID] = &n.mailboxes[i]
	}
	return n, nil
}

// readFolders adds the folders of a mailbox.
func (d *Desk) readFolders(ctx context.Context, n *names, mailbox mail.MailboxID) error {
	if n.read[mailbox] || mailbox == 0 {
		return nil
	}
	n.read[mailbox] = true
	folders, err := d.archive.Folders(ctx, mailbox)
	if err != nil {
		return err
	}
	for _, f := range folders {
		n.folder[f.ID] = f
	}
	return nil
}

func (n *names) mailboxRef(id mail.MailboxID) MailboxRef {
	ref := MailboxRef{ID: id}
	if m := n.mailbox[id]; m != nil {
		ref.Address, ref.Name = m.Address, m.Name
	}
	return ref
}

func (n *names) folderRef(id mail.FolderID) FolderRef {
	ref := FolderRef{ID: id}
	if f, known := n.folder[id]; known {
		ref.Path = strings.Join(f.Path, "/")
	}
	return ref
}

// find gives the mailbox that a person named by id or address.
func (n *names) find(field, name string) (*archive.Mailbox, error) {
	name = strings.TrimSpace(name)
	for i := range n.mailboxes {
		if m := &n.mailboxes[i]; m.Address != "" && strings.EqualFold(m.Address, name) {
			return m, nil
		}
	}
	if id, err := mail.ParseMailboxID(name); err == nil && n.mailbox[id] != nil {
		return n.mailbox[id], nil
	}
	for i := range n.mailboxes {
		for _, alias := range n.mailboxes[i].Aliases {
			if strings.EqualFold(alias, name) {
				return &n.mailboxes[i], nil
			}
		}
	}
	return nil, &RequestError{field, fmt.Sprintf("there is no mailbox %q here", name)}
}
