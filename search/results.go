package search

import (
	"cmp"
	"time"

	"mailquarry/internal/mail"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// MaxLimit is the largest page of hits.
const MaxLimit = 100

// How many buckets a facet lists, the largest first: a tenant has a hundred
// thousand senders, and a person reads a few.
const (
	DefaultFacetSize = 100
	MaxFacetSize     = 10_000
)

// Request is what a person asks for.
type Request struct {
	Text string // in the query language, at most query.MaxLength bytes
	// Filters are chosen values of facets, as their buckets give them (of mailboxes
	// addresses too, of folders with Within for what lies in them): hits have one of each facet's. The counts of a facet leave its
	// own filter out.
	Filters map[engine.Facet][]string
	Match   Match // "" is MatchAll
	// EachCopy has each copy of a message be a hit of its own. Otherwise all copies
	// are one for who sees several mailboxes.
	EachCopy bool
	// Conversations has each conversation be one hit, its best message standing for it.
	Conversations bool
	After         time.Time      // hits at or after it, unless zero
	Before        time.Time      // hits before it, unless zero
	Sort          engine.Sort    // "" is relevance
	Limit         int            // hits per page, 0 to MaxLimit; 0 counts only
	Cursor        string         // Results.Next of the page before, "" for the first page
	Facets        []engine.Facet // to be counted
	FacetSize     int            // buckets per facet, to MaxFacetSize; 0 is DefaultFacetSize
	Explain       bool           // has hits by relevance tell what their scores are made of
	Location      *time.Location // in which the query's dates are read, and years and months counted; nil is UTC
}

// Results answers a Request.
type Results struct {
	Text     string          // the query as it was given
	Parsed   string          // the query as it was understood
	Warnings []query.Warning // what was not understood, with its place in Text
	// DidYouMean is the query with words in another spelling, which finds more, where the
	// ones that were asked for stand in no message that the viewer may see or in hardly any;
	// "" otherwise.
	DidYouMean string
	Match      Match // MatchAll, or MatchAny where that was asked for or all would find nothing
	Total      int
	Sort       engine.Sort // the order, which the query may have named
	Took       time.Duration
	Hits       []Hit
	Facets     map[engine.Facet][]Bucket // the facets that were asked for
	Next       string                    // the next page's cursor, "" on the last one
}

// Bucket is a facet's value with the number of hits that have it. Label is
// what a person reads: a folder's path, a mailbox's name.
type Bucket struct {
	Value string
	Label string
	Count int
	// Of folders alone. Mailbox is whose it is, for people to tell two folders of one
	// path apart; Parent the value of the folder it lies in, "" at the top; Within how
	// many hits are in it or a folder within, which is what they are listed by.
	Mailbox string
	Parent  string
	Within  int
}

// Within stands behind a folder's value in a filter for the folder and all within, as
// in the query language.
const Within = "/**"

// MailboxRef names a mailbox.
type MailboxRef struct {
	ID        mail.MailboxID
	Address   string
	Name      string
	RemovedAt time.Time // when its user was deleted; zero otherwise
}

// Label is a mailbox as people call it.
func (m MailboxRef) Label() string {
	label := cmp.Or(m.Name, m.Address, m.ID.String())
	if !m.RemovedAt.IsZero() {
		label += " (deleted user)"
	}
	return label
}

// FolderRef names a folder. Path joins the names from the top with slashes.
type FolderRef struct {
	ID        mail.FolderID
	Path      string
	WellKnown string
}

// Hit is a message found.
type Hit struct {
	ID                mail.MessageID
	Mailbox           MailboxRef
	Folder            FolderRef
	Subject           string
	From              mail.Address
	To, Cc            []mail.Address
	Date              time.Time // UTC; zero when unknown
	Size              int64
	HasAttachments    bool // that a person sees: inline pictures do not count
	IsRead            bool
	GoneAt            time.Time // when it was found deleted at its source, alone or with its mailbox; zero while it is there
	ConversationID    string
	InternetMessageID string
	Score             float64
	Snippets          Snippets
	Attachments       []Attachment
	Copies            []Copy              // the other copies of it that the viewer sees, at most maxCopies; unless EachCopy
	CopiesTotal       int                 // how many other copies there are
	Thread            Thread              // with Conversations
	Why               *engine.Explanation // of Score, with Explain and by relevance
}

// Copy is another copy of a message.
type Copy struct {
	ID      mail.MessageID
	Mailbox MailboxRef
	Folder  FolderRef
}

// Thread is what the viewer sees of a conversation, copies once, whether the search finds
// it or not.
type Thread struct {
	Total int
	Found int // how many of them the search finds
	// Messages are at most maxThread of them, the oldest first: the hit, then the latest
	// that were found, then the latest of all.
	Messages []ThreadMessage
}

// ThreadMessage is a message of a conversation.
type ThreadMessage struct {
	ID      mail.MessageID
	Mailbox MailboxRef
	From    mail.Address
	Date    time.Time // UTC; zero when unknown
	IsRead  bool
	Found   bool // by the search
}

// Snippets show why a message was found. All of it is HTML in which matches
// stand between <mark> and </mark> and everything else is escaped.
type Snippets struct {
	Subject     []string // the whole subject; none when it is empty
	Body        []string // up to three fragments; the body's beginning when nothing matches in it
	Attachments []AttachmentSnippet
}

// AttachmentSnippet shows what matched in one attachment.
type AttachmentSnippet struct {
	Index     int    // the attachment's number in its message
	Name      string // plain text, not marked
	Fragments []string
	Places    []string // where in it each fragment stands, in words, such as "page 3 of a.pdf in b.zip"; "" for nowhere in particular
}

// Attachment describes an attachment of a message.
type Attachment struct {
	Index       int // its number in the message, by which it is opened
	Name        string
	ContentType string // as the sender declared it
	Size        int64
	Inline      bool
	Kind        mail.PartKind
	State       string // an extract.State, or one of the states below
	Reason      string // why State is not ok, "" when there is no more to say
}

// The states of attachments that no extraction result is stored for.
const (
	StatePending     = "pending"     // not fetched or not extracted yet
	StateUnavailable = "unavailable" // the source would not give the bytes
	StateReference   = "reference"   // a link to a file in the cloud
)
