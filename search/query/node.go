package query

import "time"

// Node is a part of a parsed query. String prints it in the language itself,
// fully parenthesised; tests, logs and the API's "parsed" show it.
type Node interface{ String() string }

// Span is where in a query's text something stands: bytes From (inclusive) to To
// (exclusive). Nodes that no text was read for have a zero one.
type Span struct{ From, To int }

// Field says where a word is looked for.
type Field string

// The text fields.
const (
	Any          Field = ""             // subject, addresses, body, attachment names and texts
	From         Field = "from"         // sender's name, address, domain
	To           Field = "to"           // those addressed, and likewise
	Cc           Field = "cc"           //
	Bcc          Field = "bcc"          //
	Recipients   Field = "recipients"   // to, cc and bcc
	Participants Field = "participants" // from, to, cc and bcc
	Subject      Field = "subject"      //
	Body         Field = "body"         // all of the body: own words, quoted ones and signatures
	Quoted       Field = "quoted"       // what the body quotes of other messages
	Filename     Field = "filename"     // attachment names
	Attachment   Field = "attachment"   // attachment texts
)

// The nodes. A nil Node matches everything.
type (
	// And matches what all of its nodes match.
	And struct{ Nodes []Node }
	// Or matches what any of its nodes matches.
	Or struct{ Nodes []Node }
	// Not matches what its node does not.
	Not struct{ Node Node }
	// Word matches one word, in any inflection of the message's language unless
	// it is Exact. The engine's analyzer may split it (eva@contoso.com, 会议); then
	// the pieces have to stand next to each other, as they are.
	Word struct {
		Field Field
		Text  string
		Exact bool
		// Fuzzy is how many letters may be changed, added, left out or swapped
		// with the next one: 0, 1 or 2.
		Fuzzy int
		// Typed is the word as it was typed, of one in another spelling than that.
		Typed string
		At    Span
	}
	// Phrase matches words next to each other in this order, as they are.
	Phrase struct {
		Field Field
		Text  string
		// Typed is the phrase as it was typed, of one with words in another spelling.
		Typed string
		At    Span
	}
	// Prefix matches words that begin with Text.
	Prefix struct {
		Field Field
		Text  string
		At    Span
	}
	// Wildcard matches words by a pattern in which * stands for any letters, none
	// too, and ? for one.
	Wildcard struct {
		Field   Field
		Pattern string
		At      Span
	}
	// Regexp matches words of a header field (subject, the addresses, file names)
	// by a regular expression of Go's, which has to match a whole word.
	Regexp struct {
		Field   Field
		Pattern string
		At      Span
	}
	// Near matches words of which each stands at most Distance words from the
	// one named before it (1 is next to it), behind it where Ordered, and does not
	// overlap with it. Its nodes are of the types Word, Phrase, Prefix and Wildcard, all
	// of one field.
	Near struct {
		Nodes    []Node
		Distance int
		Ordered  bool
	}
	// Dates matches messages whose date is at or after From and before To;
	// a zero time leaves that side open. The date is when the message was
	// received, or sent where nothing else is known; with Sent when it was sent.
	Dates struct {
		From, To time.Time
		Sent     bool
		At       Span
	}
	// Size matches messages of at least From and less than To bytes; a To of 0
	// leaves that side open.
	Size struct {
		From, To int64
		At       Span
	}
	// HasAttachment matches messages with an attachment that a person sees.
	HasAttachment struct{}
	// Gone matches messages that were deleted at their source and are kept here.
	Gone struct{}
	// TextState matches messages with an attachment whose text came to one of the
	// states that States lists; a state may have a type behind it: encrypted/pdf.
	TextState struct{ States []string }
	// Key matches messages that have the mark Name with one of the values, which
	// are folded (lower case) and in which * and ? stand for letters when Pattern is
	// set. The names and their values are those of engine.Key.
	Key struct {
		Name    string
		Values  []string
		Pattern bool
		At      Span
	}
	// Thread matches the messages of all conversations in which some message,
	// that the searcher may see, matches Node.
	Thread struct{ Node Node }
	// Me matches what the signed-in person's addresses match in Field; package
	// search resolves it before the engine sees it.
	Me struct {
		Field Field
		At    Span
	}
	// Saved stands for a saved search by its name; package search resolves it
	// before the engine sees it.
	Saved struct {
		Name string
		At   Span
	}
	// Direction matches messages by whether they came from outside, went outside,
	// or did neither; package search resolves it before the engine sees it. Way is
	// inbound, outbound or internal.
	Direction struct {
		Way string
		At  Span
	}
	// Folder matches folders by path, name or well-known name; package search
	// resolves it to OneOf before the engine sees it.
	Folder struct {
		Name string
		At   Span
	}
	// Mailbox matches mailboxes by address, local part or name; package search
	// resolves it to OneOf before the engine sees it.
	Mailbox struct {
		Name string
		At   Span
	}
	// OneOf matches documents whose keyword field (an engine.Facet's name, or
	// engine.FieldID, FieldCopy, FieldThread) has one of the values. No values match nothing.
	OneOf struct {
		Field  string
		Values []string
	}
	// Nothing matches no message.
	Nothing struct{}
)

// Warning tells what of the query was not understood, and where: byte offsets
// From (inclusive) and To (exclusive) into the query's text.
type Warning struct {
	Message string `json:"message"`
	From    int    `json:"from"`
	To      int    `json:"to"`
}

// Parsed is a query as it was understood.
type Parsed struct {
	Node     Node   // nil matches everything
	Sort     string // what sort: asks for, "" when nothing does: relevance, newest, oldest, size or sender
	Warnings []Warning
}
