package mail

import "time"

// Address is a mail address with its display name; either may be empty. Address
// is kept as the source wrote it and may be an X.500 name.
type Address struct {
	Name    string `json:"name"`
	Address string `json:"address"`
}

// BodyType tells how a body's content is written.
type BodyType string

// The two body types that Graph and MIME messages come down to.
const (
	Text BodyType = "text"
	HTML BodyType = "html"
)

// Body is a message's displayed body.
type Body struct {
	Type    BodyType
	Content string // valid UTF-8
}

// Message is a decoded message: what people read and search. It is derived
// from a payload and its parts at need and never stored.
type Message struct {
	Subject           string
	From              Address   // zero on unsent drafts
	Sender            Address   // zero when equal to From or absent
	To, Cc, Bcc       []Address // in the message's order
	ReplyTo           []Address
	Received          time.Time // UTC; zero when unknown
	Sent              time.Time // UTC; zero when unknown
	Body              Body
	InternetMessageID string // without angle brackets
	ConversationID    string // opaque; for imports the thread's root Message-ID
	Importance        string // low, normal, high or ""
	Categories        []string
	IsRead            bool
	IsDraft           bool
	IsFlagged         bool

	Kind        Kind     // never "" in a decoded message
	HasInvite   bool     // it holds an appointment, as a part or by what it is
	References  []string // Message-IDs of those before it in its thread, the oldest first, without angle brackets
	ListID      string   // of the mailing list that it came by: what stands between the angle brackets
	DeliveredTo []string // addresses that servers have delivered it to
	Headers     []Header // in the message's order; those that are kept, see package decode
}

// Header is a field of a message's header. Name is in lower case.
type Header struct{ Name, Value string }

// Kind tells what a message is for.
type Kind string

// The kinds of message.
const (
	Mail    Kind = "mail"    // what people and programs write
	Meeting Kind = "meeting" // an invitation, a change to one or an answer to one
	Task    Kind = "task"    // a task that is assigned, or an answer to one
	Receipt Kind = "receipt" // that a message was read, or deleted unread
	Report  Kind = "report"  // that a message was delivered, or could not be
)

// Date is the time by which a message is sorted and filtered: received, or
// sent where that is all that is known. Zero when neither is.
func (m *Message) Date() time.Time {
	if !m.Received.IsZero() {
		return m.Received
	}
	return m.Sent
}

// PartKind tells what an attachment is, after Graph's three attachment types.
type PartKind string

// The kinds of part.
const (
	FilePart      PartKind = "file"      // bytes
	ItemPart      PartKind = "item"      // a message, event or contact, held as its MIME form
	ReferencePart PartKind = "reference" // a link to a file in the cloud; it has no bytes
)

// Part is an attachment's description. Its bytes, where they are held, are the
// blob named Digest.
type Part struct {
	Key         string // the source's id of the attachment, "" for imports
	Name        string // as the source gave it: hostile, may be empty
	ContentType string // as declared: hostile, may be empty or wrong
	ContentID   string // without angle brackets
	Kind        PartKind
	Inline      bool
	Size        int64  // bytes held, or as the source claims while none are held
	Digest      Digest // zero when the bytes are not held
	Problem     string // why the bytes are not held, "" when they are or never will be (a reference)
	Pending     bool   // the bytes could not be fetched yet and are asked for again
}
