package search

import (
	"context"
	"time"

	"mailquarry/internal/access"
	"mailquarry/internal/mail"
)

// Mailbox is a mailbox with its folders.
type Mailbox struct {
	ID       mail.MailboxID
	Address  string
	Name     string
	Aliases  []string
	Purpose  string // user, shared, room, ...; "" when unknown
	Source   string // graph or import
	Messages int    // stored
	Folders  []*Folder
}

// Folder is a folder with its subfolders.
type Folder struct {
	ID        mail.FolderID
	Name      string
	Path      string
	WellKnown string
	Hidden    bool
	Messages  int // stored in it, without its subfolders
	Folders   []*Folder
}

// Mailboxes lists the mailboxes that p may see, by address, with their folders.
func (s *Service) Mailboxes(ctx context.Context, p access.Principal) ([]Mailbox, error) {
	return nil, errSkeleton
}

// Status is how far sync and index are.
type Status struct {
	At        time.Time
	Totals    Progress
	Mailboxes []MailboxStatus
}

// Progress counts messages.
type Progress struct {
	Source  int // at the source, as it claims
	Stored  int
	Indexed int
	Failed  int
}

// The states of a mailbox and of a folder.
const (
	StateWaiting = "waiting" // its first round has not begun or brought anything
	StateSyncing = "syncing" // its first round is under way
	StateSynced  = "synced"  // its first round has ended; changes follow at intervals
	StateFailing = "failing" // its last round failed
	StateSkipped = "skipped" // its messages are not synced
)

// MailboxStatus is how far one mailbox is. State is one of the states above,
// or the archive's unavailable or denied, with the reason.
type MailboxStatus struct {
	Mailbox MailboxRef
	State   string
	Reason  string
	Progress
	LastAttempt time.Time
	LastSuccess time.Time
	LastError   string
	Folders     []FolderStatus
}

// FolderStatus is how far one folder is.
type FolderStatus struct {
	Folder FolderRef
	State  string
	Progress
	LastSuccess time.Time
	LastError   string
}

// Status tells how far the mailboxes are that p may see.
func (s *Service) Status(ctx context.Context, p access.Principal) (Status, error) {
	return Status{}, errSkeleton
}
