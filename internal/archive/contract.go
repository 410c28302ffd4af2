package archive

import (
	"context"
	"errors"
	"io"
	"iter"
	"time"

	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// Seq numbers the archive's changes to messages. It only grows; each message
// carries the Seq of its latest change. The index records how far it has come.
type Seq uint64

// Errors that callers tell apart.
var (
	ErrLocked   = errors.New("another mailquarry process is using this data folder")
	ErrForeign  = errors.New("this folder holds other files than mailquarry's")
	ErrNewer    = errors.New("this data folder was written by a newer mailquarry")
	ErrNotFound = errors.New("not in the archive")
)

// Archive is the truth on disk. Its methods may be called from several goroutines.
type Archive struct{}

// Open opens the archive in the data folder dir, creating it when the folder is
// empty or absent, and locks the folder against other processes.
func Open(ctx context.Context, dir string) (*Archive, error) { panic("contract") }

// Close releases the lock.
func (a *Archive) Close() error { panic("contract") }

// ID is a random identifier made with the archive; the index remembers it.
func (a *Archive) ID() string { panic("contract") }

// ---- mailboxes

// MailboxState tells what the sync may do with a mailbox.
type MailboxState string

// The states. Mail of Removed mailboxes is kept but shown to nobody; that of
// Purged ones is deleted.
const (
	MailboxActive      MailboxState = "active"
	MailboxUnavailable MailboxState = "unavailable"
	MailboxDenied      MailboxState = "denied"
	MailboxRemoved     MailboxState = "removed"
	MailboxPurged      MailboxState = "purged"
)

// Mailbox is a stored mailbox.
type Mailbox struct {
	ID          mail.MailboxID
	Source      string // "graph" or "import"
	Key         string
	Address     string
	Name        string
	Aliases     []string
	Purpose     string
	State       MailboxState
	Reason      string // why State is not active
	LastAttempt time.Time
	LastSuccess time.Time
	LastError   string
}

// Mailboxes lists every mailbox but the purged ones, by address.
func (a *Archive) Mailboxes(ctx context.Context) ([]Mailbox, error) { panic("contract") }

// MailboxCursor is where the named source's stream of mailboxes goes on.
func (a *Archive) MailboxCursor(ctx context.Context, src string) (source.Cursor, error) {
	panic("contract")
}

// CommitMailboxes stores a page of the source's stream of mailboxes and its
// cursor. A gone mailbox becomes Removed, or Purged with all its messages
// tombstoned; one that comes back becomes Active. When the page completes a
// round that began from the zero cursor, mailboxes not seen in it become Removed.
// Nil Settings or Purpose keep what is stored.
func (a *Archive) CommitMailboxes(ctx context.Context, src string, page source.MailboxPage) error {
	panic("contract")
}

// RestartMailboxes drops the cursor, so that the next round starts from nothing.
func (a *Archive) RestartMailboxes(ctx context.Context, src string) error { panic("contract") }

// SetMailboxState changes the state with its reason; UpdateMailbox stores what a probe told.
func (a *Archive) SetMailboxState(ctx context.Context, id mail.MailboxID, s MailboxState, reason string) error {
	panic("contract")
}

// UpdateMailbox stores the settings, purpose and other details that a probe told.
func (a *Archive) UpdateMailbox(ctx context.Context, id mail.MailboxID, m source.Mailbox) error {
	panic("contract")
}

// SetMailboxResult records the end of a round: success, or failure with what went wrong.
func (a *Archive) SetMailboxResult(ctx context.Context, id mail.MailboxID, at time.Time, failure string) error {
	panic("contract")
}

// ---- folders

// Folder is a stored folder.
type Folder struct {
	ID        mail.FolderID
	Mailbox   mail.MailboxID
	Key       string
	Parent    mail.FolderID // 0 at the top
	Name      string
	Path      []string // names from the top down to this folder
	WellKnown string
	Hidden    bool
	Skip      bool
	Total     int // messages at the source as it claims
}

// Folders lists the live folders of a mailbox, of all mailboxes for id 0, by
// mailbox and path. A cycle or a missing parent puts a folder at the top.
// The root folder (msgfolderroot) is stored but not listed and not in paths.
func (a *Archive) Folders(ctx context.Context, mailbox mail.MailboxID) ([]Folder, error) {
	panic("contract")
}

// FolderCursor is where the mailbox's stream of folders goes on.
func (a *Archive) FolderCursor(ctx context.Context, mailbox mail.MailboxID) (source.Cursor, error) {
	panic("contract")
}

// CommitFolders stores a page of a mailbox's stream of folders and its cursor.
// The messages of a gone folder are tombstoned with it; subfolders report
// their own end. When the page completes a round that began from the zero
// cursor, folders not seen in it are gone too.
func (a *Archive) CommitFolders(ctx context.Context, mailbox mail.MailboxID, page source.FolderPage) error {
	panic("contract")
}

// RestartFolders drops the cursor of the mailbox's stream of folders.
func (a *Archive) RestartFolders(ctx context.Context, mailbox mail.MailboxID) error {
	panic("contract")
}

// ---- messages

// MessageCursor is where the folder's stream of messages goes on. Full tells
// that the present round began from the zero cursor.
func (a *Archive) MessageCursor(ctx context.Context, folder mail.FolderID) (c source.Cursor, full bool, err error) {
	panic("contract")
}

// RestartMessages drops the folder's cursor: the next round is a full one with
// a new round number, at whose end Unseen names what has to go.
func (a *Archive) RestartMessages(ctx context.Context, folder mail.FolderID) error {
	panic("contract")
}

// Upsert is a message's complete new state.
type Upsert struct {
	Key     string
	Format  source.Format
	Payload []byte
	// Parts replace the stored ones when PartsKnown; otherwise those stay.
	Parts      []mail.Part
	PartsKnown bool
	Stamp      string // the source's version of the message (changeKey), "" when unknown
}

// MessageCommit is what is stored in one transaction.
type MessageCommit struct {
	Mailbox mail.MailboxID
	Folder  mail.FolderID
	Upserts []Upsert // now in Folder
	// Removed are tombstoned if they are still in Folder. Moved are put into
	// another folder as they are.
	Removed []string
	Moved   map[string]mail.FolderID
	// Problems are items that could not be taken, by key, with the reason;
	// an Upsert of the key clears its problem.
	Problems map[string]string
	// Cursor is stored unless KeepCursor (imports, refetches).
	Cursor     source.Cursor
	KeepCursor bool
}

// CommitMessages stores c in one transaction. Blobs named in it were put
// before. Replaying a commit changes nothing but sequence numbers.
func (a *Archive) CommitMessages(ctx context.Context, c MessageCommit) (Seq, error) {
	panic("contract")
}

// Stored is what the sync needs to know of a message it already has.
type Stored struct {
	ID      mail.MessageID
	Folder  mail.FolderID
	Deleted bool // a tombstone: no payload, no parts
	Format  source.Format
	Payload []byte
	Parts   []mail.Part
	Stamp   string
}

// Lookup finds the messages of a mailbox by key; absent ones are not in the map.
func (a *Archive) Lookup(ctx context.Context, mailbox mail.MailboxID, keys []string) (map[string]Stored, error) {
	panic("contract")
}

// Unseen lists the keys of the folder's live messages that the present full
// round has not reported.
func (a *Archive) Unseen(ctx context.Context, folder mail.FolderID) ([]string, error) {
	panic("contract")
}

// SetFolderResult records the end of the folder's round.
func (a *Archive) SetFolderResult(ctx context.Context, folder mail.FolderID, at time.Time, failure string) error {
	panic("contract")
}

// PendingPart is an attachment whose bytes are still to be fetched.
type PendingPart struct {
	Message mail.MessageID
	Mailbox mail.MailboxID
	Key     string // the message's
	Index   int
	Part    mail.Part
}

// PendingParts lists a mailbox's attachments that are still to be fetched.
func (a *Archive) PendingParts(ctx context.Context, mailbox mail.MailboxID, limit int) ([]PendingPart, error) {
	panic("contract")
}

// SetPart replaces one part of a message, which gets a new Seq.
func (a *Archive) SetPart(ctx context.Context, message mail.MessageID, index int, p mail.Part) error {
	panic("contract")
}

// ---- feed and reading

// Record is a message as stored.
type Record struct {
	ID      mail.MessageID
	Seq     Seq
	Mailbox mail.MailboxID
	Folder  mail.FolderID
	Key     string
	Deleted bool // tombstone: only the fields above are set
	Format  source.Format
	Payload []byte
	Parts   []mail.Part
	Size    int64 // payload uncompressed + parts' bytes
}

// Since yields every message whose Seq is greater, tombstones included, in
// order of Seq, each once in its present state, up to the head at the call.
func (a *Archive) Since(ctx context.Context, after Seq) iter.Seq2[Record, error] { panic("contract") }

// Head is the Seq of the latest change.
func (a *Archive) Head(ctx context.Context) (Seq, error) { panic("contract") }

// Backlog counts the messages whose Seq is greater, tombstones included.
func (a *Archive) Backlog(ctx context.Context, after Seq) (int, error) { panic("contract") }

// Records reads messages by id, in the order of ids, leaving out tombstones
// and unknown ids.
func (a *Archive) Records(ctx context.Context, ids []mail.MessageID) ([]Record, error) {
	panic("contract")
}

// Record reads one message. ErrNotFound for tombstones and unknown ids.
func (a *Archive) Record(ctx context.Context, id mail.MessageID) (Record, error) { panic("contract") }

// ---- blobs and texts

// PutBlob stores the bytes of r, fsynced, and tells their digest and number.
// Equal bytes are kept once. It fails when more than limit bytes come (0: no limit).
func (a *Archive) PutBlob(ctx context.Context, r io.Reader, limit int64) (mail.Digest, int64, error) {
	panic("contract")
}

// OpenBlob opens a blob. ErrNotFound when it is not held.
func (a *Archive) OpenBlob(ctx context.Context, d mail.Digest) (io.ReadSeekCloser, error) {
	panic("contract")
}

// Text is a stored extraction result of a blob.
type Text struct {
	Version int // extract.Version that made it
	State   string
	Reason  string
	Type    string
	Text    string
}

// Texts reads the stored extraction results of blobs; absent ones are not in the map.
func (a *Archive) Texts(ctx context.Context, ds []mail.Digest) (map[mail.Digest]Text, error) {
	panic("contract")
}

// PutTexts stores extraction results in one transaction.
func (a *Archive) PutTexts(ctx context.Context, texts map[mail.Digest]Text) error {
	panic("contract")
}

// SweepBlobs deletes blobs and texts that no message names any more and that
// are older than the age, and tells how many bytes that freed.
func (a *Archive) SweepBlobs(ctx context.Context, age time.Duration) (int64, error) {
	panic("contract")
}

// ---- status

// FolderStatus is how far one folder is.
type FolderStatus struct {
	Folder      Folder
	Complete    bool // the first full round has ended
	Stored      int
	Indexed     int // of Stored, those with Seq <= the given one
	Failed      int // problems of this folder, and messages with a part that could not be had
	LastSuccess time.Time
	LastError   string
}

// Status tells how far every live folder is; indexed is the index's checkpoint.
func (a *Archive) Status(ctx context.Context, indexed Seq) ([]FolderStatus, error) {
	panic("contract")
}
