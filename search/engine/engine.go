package engine

import (
	"context"
	"errors"
	"time"

	"mailquarry/internal/access"
	"mailquarry/internal/mail"
	"mailquarry/search/query"
)

// Document is one message as the index takes it. All text is plain, valid
// UTF-8.
type Document struct {
	ID            mail.MessageID
	Mailbox       mail.MailboxID
	Folder        mail.FolderID
	Subject       string
	From          []mail.Address // From and, where it differs, Sender
	To, Cc, Bcc   []mail.Address
	Body          string
	Parts         []BodyPart // of Body, in order; nil: the author wrote all of it
	Language      string     // ISO 639-1, "" when unknown
	Attachments   []Attachment
	Date          time.Time // UTC; zero when unknown
	Sent          time.Time // UTC; zero when unknown
	Size          int64     // bytes, with attachments
	HasAttachment bool      // a person sees one: inline pictures do not count
	Gone          bool      // deleted at its source, and kept here
	// Copy is the same for all copies of a message, in whatever mailbox; "" when
	// nothing is known by which copies could be told.
	Copy string
	// Threads name the conversation by what the message knows of it: an id, the
	// Message-IDs that it refers to, its subject. Messages that share any of them
	// are of one conversation, and so are those that share one with such a message.
	Threads []string
	Keys    []Key
}

// MaxWords is how many words of a message's body are searched at most, and as many
// again of its attachments' texts together, in their order.
const MaxWords = 4 << 20

// Key is a mark of a message: Name is what kind of mark it is, Value which one, folded
// (query.FoldKey); that of a category is as people named it, and folded where it is
// looked for. A message may have several of one kind.
type Key struct{ Name, Value string }

// The names of marks, and their values.
const (
	KeyExt       = "ext"        // of an attachment's name, or by its type: pdf
	KeyMIME      = "mime"       // of an attachment, as it is: image/png
	KeyHas       = "has"        // image, link, invite
	KeyIs        = "is"         // read, flagged, draft, sent, important
	KeyImportant = "importance" // high, normal, low
	KeyCategory  = "category"   // as people named it
	KeyList      = "list"       // List-Id, what stands between < and >
	KeyDelivered = "deliveredto"
	KeyKind      = "kind"   // mail, meeting, task, receipt, report
	KeyHeader    = "header" // name=value, at most MaxKey bytes
	KeyDomain    = "domain" // FacetDomain: the sender's domain
	// The domains of those that it was sent to.
	KeyToDomain  = "todomain"
	KeyCcDomain  = "ccdomain"
	KeyBccDomain = "bccdomain"
	KeyDirection = "direction" // inbound, outbound, internal: as the organisation was when it was indexed
)

// MaxKey is the greatest length of a mark's value in bytes; longer ones are cut.
const MaxKey = 200

// BodyPart is a stretch of a Body, from the end of the one before.
type BodyPart struct {
	Kind PartKind
	End  int // in bytes
}

// PartKind says whose words a part of a body is.
type PartKind int

// The kinds.
const (
	Own       PartKind = iota // the author wrote it
	Quoted                    // of another message
	Signature                 // who the author is, legal footers
)

// Attachment is one attachment of a Document.
type Attachment struct {
	Name string
	Type string // facet value: a short lower-case type such as pdf, docx, image; "" when unknown
	// Kind is the type by which states are counted. There is a limited number of
	// kinds, whatever strangers name their files.
	Kind string
	Text string
	// State is what became of its text: an extract.State, or "pending",
	// "unavailable" or "reference".
	State string
}

// Batch is applied as one: after a crash either all of it is in the index,
// with Upto as the checkpoint, or nothing of it.
type Batch struct {
	Put    []Document // replaces a document of the same id
	Delete []mail.MessageID
	Upto   uint64 // the archive's sequence number that the index has reached
}

// Writer takes batches. What is in a batch is found when Apply returns; a kill may undo
// those that Checkpoint does not tell of yet, the last first.
type Writer interface {
	Apply(ctx context.Context, b Batch) error
	// Checkpoint is the Upto of the last batch that is durable with all before it, 0 for a
	// new index. It fails where batches cannot be made durable.
	Checkpoint(ctx context.Context) (uint64, error)
	// Applied is the Upto of the last batch that can be found.
	Applied(ctx context.Context) (uint64, error)
}

// Expunger removes from the disk what an index still holds there of deleted
// documents, and tells how many of its parts that made it write anew. It may ask
// for one of some documents to be applied again.
type Expunger interface {
	Expunge(ctx context.Context, again func(context.Context, []mail.MessageID) error) (int, error)
}

// Sort is the order of hits. Of what is equal in it, as by relevance in score, the newest
// come first, those without a date last; of one date those with the greater id.
type Sort string

// The orders.
const (
	Relevance Sort = "relevance"
	Newest    Sort = "newest"
	Oldest    Sort = "oldest"
	Largest   Sort = "size"   // the largest first
	BySender  Sort = "sender" // by the sender's folded name or else address, those without one last
)

// Facet names a field whose values are counted over all hits.
type Facet string

// The facets. Bucket values are: mailbox and folder the id as printed; sender
// the lower-cased address; year four digits; type as in Attachment.Type; language as in Document.
const (
	FacetMailbox Facet = "mailbox"
	FacetFolder  Facet = "folder"
	FacetSender  Facet = "sender"
	FacetYear    Facet = "year"
	FacetType    Facet = "type"
	FacetLang    Facet = "language"
	// FacetDomain is the sender's domain, FacetRecipient the lower-cased address of
	// each that it was sent to, FacetMonth the date's month (2006-01) in Request.Zone,
	// FacetCategory the categories as people named them, FacetSize one of SizeBands.
	FacetDomain    Facet = "domain"
	FacetRecipient Facet = "recipient"
	FacetMonth     Facet = "month"
	FacetCategory  Facet = "category"
	FacetSize      Facet = "size"
	// FacetState has for each attachment the state of its text, and once more
	// with its type: "encrypted" and "encrypted/pdf".
	FacetState Facet = "state"
)

// Fields of a query.OneOf that are no facets.
const (
	FieldID     = "id"     // documents by id, as printed
	FieldCopy   = "copy"   // documents by Document.Copy
	FieldThread = "thread" // documents of a conversation, by any of its Document.Threads
)

// Facets lists the facets that people choose by.
func Facets() []Facet {
	return []Facet{
		FacetMailbox, FacetFolder, FacetSender, FacetDomain, FacetRecipient, FacetYear, FacetMonth,
		FacetType, FacetCategory, FacetSize, FacetLang, FacetState,
	}
}

// Request is a search. A zero Scope finds nothing.
type Request struct {
	Scope access.Scope
	Query query.Node // nil matches all; resolved: no names that package search knows are left
	// Filters are chosen values of facets; a hit has one of each filter's. They are
	// like query.OneOf in the query, but the counts of a filter's own facet leave
	// that filter out, so that one sees what else could be chosen.
	Filters []Filter
	Sort    Sort // "" is Relevance
	// Collapse has the copies of a message count as one hit: the best of them by
	// the order asked for stands for all, and totals and facets count it once.
	Collapse bool
	// Group has the messages of a conversation count as one hit, likewise. With
	// Collapse too, hits are conversations, and of the copies of a message Hit.Thread
	// has the best by the order asked for, one that was found before others.
	Group bool
	// Shown is what else may stand in Hit.Thread than what was found; nil is all of the
	// scope.
	Shown  query.Node
	Limit  int    // 0 counts only
	Cursor string // Result.Next of the page before, "" for the first page
	Facets []Facet
	// FacetSize is how many buckets a facet has, the largest first; 0 is 1000. Behind them
	// come those of values chosen by filters (of folders that lie in others chosen, the
	// latter's alone), if they count anything.
	FacetSize int
	// Zone is where FacetYear and FacetMonth are told, of buckets and filters; nil is UTC.
	Zone *time.Location
	// Tree has the buckets of FacetFolder count what lies in folders within, too.
	Tree *Tree
	// Texts reads the texts of messages, in their order, "" for one that cannot be
	// read. A ranking by relevance of a query of many words goes by what its best hits say,
	// too; what is found stays the same. Of the same message it reads the same each time.
	// nil for a ranking by the query's words alone.
	Texts func(context.Context, []mail.MessageID) ([]string, error)
	// Lean is what else than words a ranking by relevance leans to.
	Lean Lean
	// Explain has each hit tell what its score is made of.
	Explain bool
}

// Tree says which folders lie in which. It is not changed; the same one may serve many
// requests.
type Tree struct {
	// Above has for the value of a folder those of all folders that it lies in, from its
	// own parent up; nothing for one at the top.
	Above map[string][]string
}

// Filter is what is chosen of a facet: any of the values.
type Filter struct {
	Facet  Facet
	Values []string
}

// Hit is a message found.
type Hit struct {
	ID    mail.MessageID
	Score float64
	// Copies are, with Request.Collapse, all copies of the message within the
	// scope, in order, this one too, whether the query finds them or not; nil when
	// there is no other.
	Copies []mail.MessageID
	// Thread are, with Request.Group, the messages of its conversation within the scope
	// and Request.Shown, and those that were found, the oldest first. Found are the latter
	// alone: those of the query and the filters.
	Thread, Found []mail.MessageID
	Why           *Explanation // with Request.Explain, by relevance
}

// Bucket is one value of a facet with the number of hits that have it.
type Bucket struct {
	Value string
	Count int
	// Within is, with Request.Tree, how many hits have the value or that of a folder
	// within; 0 for other facets. Buckets are then those with the largest Within, and a
	// folder comes before those in it.
	Within int
}

// Result answers a Request.
type Result struct {
	Total  int // exact
	Hits   []Hit
	Facets map[Facet][]Bucket
	Next   string // "" when there are no more hits
	// Capped are the words of the query, as it prints them, that stand for more terms
	// than the engine looks for at once: it took the most frequent ones. Total is then
	// what these find.
	Capped []string
}

// Errors that callers tell apart.
var (
	// ErrCursor: the cursor was not made by this engine for this query and order.
	ErrCursor = errors.New("this cursor does not belong to this search")
	// ErrTooComplex: the query would cost more than the server allows.
	ErrTooComplex = errors.New("the query is too complex")
	// ErrMismatch: the index was built from another archive, or by a version
	// whose documents differ; it has to be rebuilt.
	ErrMismatch = errors.New("the index does not belong to this archive or version")
	// ErrDamaged: the index cannot be read; it has to be rebuilt.
	ErrDamaged = errors.New("the index is damaged")
)

// TermCount is a term and in how many messages it stands.
type TermCount struct {
	Term  string
	Count int
}

// MaxPersonNames is how many names are told of a person.
const MaxPersonNames = 3

// Person is who stands in messages.
type Person struct {
	Address string   // in lower case
	Names   []string // beside the address as a sender's, folded (query.FoldKey); the most frequent first
	Sent    int      // messages of which it is the sender, as FacetSender has it
	Got     int      // messages that were sent to it
}

// Reader answers searches.
type Reader interface {
	// Search honours ctx's deadline.
	Search(ctx context.Context, r Request) (Result, error)
	// Similar lists terms that differ from one by at most distance letters (1 or 2),
	// and the term itself, with in how many messages of the scope each stands: the
	// most frequent first. With distance 0 it is the term alone, at the cost of a look-up. It tells of no term that stands only outside of the scope.
	Similar(ctx context.Context, scope access.Scope, term string, distance, limit int) ([]TermCount, error)
	// People lists those who sent or got the messages of the scope that a query finds,
	// those of the most messages first; each copy of a message counts.
	People(ctx context.Context, scope access.Scope, q query.Node, limit int) ([]Person, error)
	// Count tells how many documents the index holds.
	Count(ctx context.Context) (int, error)
	// IDs lists the documents of a folder, those of hidden mailboxes too, in
	// order. It is for proving that nothing is missing, not for people.
	IDs(ctx context.Context, folder mail.FolderID) ([]mail.MessageID, error)
}

// Index is an index as the program holds it.
type Index interface {
	Reader
	Writer
	Expunger
	// Merge has what was written lie as compactly as it can.
	Merge(ctx context.Context) error
	// Rest gives back memory that nothing needs while nobody searches.
	Rest() error
	// Searching tells whether a search is under way.
	Searching() bool
	// Close makes durable what is not, and ends all use.
	Close() error
}
