package source

import (
	"context"

	"mailquarry/internal/mail"
)

// Format tells how a message's payload is written.
type Format string

// The payload formats.
const (
	// GraphJSON is one message object as Microsoft Graph gave it, fields
	// merged over later partial objects.
	GraphJSON Format = "graph"
	// RFC822 is a message as it came from a file, byte for byte.
	RFC822 Format = "rfc822"
	// RFC822Detached is an RFC 5322 message whose large encoded attachments
	// were taken out and are blobs; package decode puts them back byte for byte.
	RFC822Detached Format = "rfc822-detached"
)

// Mailbox is one mailbox as its source describes it. A source may describe only
// what changed: an empty Address, Name or Purpose, no Aliases and a nil Payload
// or Settings keep their former values.
type Mailbox struct {
	Key     string // the source's immutable id
	Address string // primary SMTP address, or the user principal name
	Name    string
	Aliases []string
	Purpose string // Graph's userPurpose: user, shared, room, ...; "" when unknown
	// Gone means that the source no longer lists the mailbox. Purged means in
	// addition that it cannot come back.
	Gone, Purged bool
	Payload      []byte // verbatim JSON of the user object, nil for imports
	Settings     []byte // verbatim JSON of the mailbox settings, nil when not read
}

// Folder is one folder as its source describes it.
type Folder struct {
	Key       string
	ParentKey string // "" for children of the root
	Name      string
	WellKnown string // Graph's locale-independent name (inbox, sentitems, ...), "" for others
	Hidden    bool
	Skip      bool // listed, but its messages are not synced (search folders, outbox, sync issues)
	Total     int  // messages at the source as it claims; it also counts items that are no mail
	Gone      bool
	Payload   []byte // verbatim JSON, nil for imports
}

// Change is one message's new state in the folder whose stream reports it.
type Change struct {
	Key string // the source's immutable message id
	// Gone means "left this folder": it may live on in another one.
	Gone   bool
	Format Format
	// Payload is the message, or for GraphJSON possibly only the fields that
	// changed: an absent field keeps its former value.
	Payload []byte
	// Parts are set by sources that read attachments together with the
	// message (imports); for Graph they are listed by Items.ListParts.
	Parts []mail.Part
}

// MailboxPage, FolderPage and MessagePage are the units of commit: the changes
// and the cursor behind them are stored in one transaction.
type (
	// MailboxPage is a page of the stream of mailboxes.
	MailboxPage struct {
		Mailboxes []Mailbox
		Next      Cursor
	}
	// FolderPage is a page of one mailbox's stream of folders.
	FolderPage struct {
		Folders []Folder
		Next    Cursor
	}
	// MessagePage is a page of one folder's stream of messages.
	MessagePage struct {
		Changes   []Change
		Malformed []Malformed
		Next      Cursor
	}
)

// Malformed is an item of a page that could not be read. It is reported and
// does not spoil its page.
type Malformed struct {
	Key    string // "" when not even the id could be read
	Reason string
}

// Cursor is where a stream goes on. Link is opaque and stored whole. Complete
// tells that the round is finished and Link starts the next one; otherwise
// more pages of this round follow. The zero Cursor starts from nothing.
type Cursor struct {
	Link     string
	Complete bool
}

// Source is a place that mail is pulled from. All methods may be called from
// several goroutines; implementations limit their own concurrency and retry
// what is worth retrying, so an error that comes back is to be acted on by its
// class (see ClassOf).
type Source interface {
	// Mailboxes reads one page of the stream of mailboxes.
	Mailboxes(ctx context.Context, since Cursor) (MailboxPage, error)
	// Probe tells whether the mailbox can be read, with its settings. Its
	// error is of class MailboxUnavailable or Denied when it can not.
	Probe(ctx context.Context, mailbox string) (Mailbox, error)
	// Folders reads one page of a mailbox's stream of folders.
	Folders(ctx context.Context, mailbox string, since Cursor) (FolderPage, error)
	// Messages reads one page of a folder's stream of messages.
	Messages(ctx context.Context, mailbox, folder string, since Cursor) (MessagePage, error)
	Items
}
