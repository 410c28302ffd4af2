package source

import (
	"context"
	"io"
	"time"

	"mailquarry/internal/mail"
)

// Items reads single items of a mailbox, many in one exchange where the source
// can. Answers come in the order asked, one for each item, and each may fail by
// itself with an *Error; the method's own error is for what concerns them all.
type Items interface {
	// Locate tells in which folders messages now are. Class NotFound when one is
	// gone.
	Locate(ctx context.Context, mailbox string, messages []string) ([]Located, error)
	// Fetch reads messages whole. Class NotFound when one is gone.
	Fetch(ctx context.Context, mailbox string, messages []string) ([]Fetched, error)
	// ListParts lists messages' attachments without their bytes.
	ListParts(ctx context.Context, mailbox string, messages []string) ([]PartList, error)
	// FetchParts reads attachments' bytes, small ones together and large ones as
	// streams. Take gets each body, from several goroutines; when a body broke
	// off it is called again for the same i, and its last call counts. An error
	// that take returns for a whole body ends the call, since it is the
	// caller's. The result tells how each attachment went.
	FetchParts(ctx context.Context, mailbox string, wanted []PartRef, take func(i int, body io.Reader) error) ([]error, error)
}

// Located is where a message is.
type Located struct {
	Folder string // the source's key
	Err    error
}

// Fetched is a message read whole.
type Fetched struct {
	Change Change
	Err    error
}

// PartList is what is attached to a message.
type PartList struct {
	Parts []mail.Part
	Err   error
}

// PartRef names an attachment.
type PartRef struct {
	Message string // the source's key of the message
	Part    mail.Part
}

// Lister tells what a folder holds without its content, to prove that nothing
// is missing.
type Lister interface {
	// List reads one page of a folder's messages, newest first, by a plain
	// listing that has nothing to do with the folder's delta stream.
	List(ctx context.Context, mailbox, folder string, since Cursor) (ListPage, error)
	// Count tells how many items folders hold, in the order asked. Not all of
	// them need be messages.
	Count(ctx context.Context, mailbox string, folders []string) ([]Counted, error)
}

// ListPage is a page of a listing. Next.Complete tells that it is the last.
type ListPage struct {
	Items []Listed
	Next  Cursor
}

// Listed is a message in a listing.
type Listed struct {
	Key   string
	Stamp string // the source's version of the message (changeKey), "" when unknown
}

// Counted is how many items a folder holds.
type Counted struct {
	Total int
	Err   error
}

// Directory tells who belongs to a group.
type Directory interface {
	// Members lists the source's keys of a group's users, those of nested groups
	// among them. The group is named by its address or key. Class NotFound when
	// there is no such group, Forbidden when it may not be read.
	Members(ctx context.Context, group string) ([]string, error)
}

// Pacer tells how a source holds its client back.
type Pacer interface {
	// Pace tells what requests there were on a mailbox ("" for the directory),
	// and until when it is left alone. It never waits.
	Pace(mailbox string) Pace
}

// Pace is how requests on a mailbox go.
type Pace struct {
	Requests  int64     // sent since the start, each one of a batch counted
	Throttled int64     // of these, refused because there were too many
	InFlight  int       // now
	Until     time.Time // no request is sent before; zero when there is no pause
	Reason    string    // of the pause: the source's code, such as ErrorMailboxMoveInProgress
}
