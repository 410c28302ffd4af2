package query

import "time"

// Node is a part of a parsed query. String prints it in the language itself,
// fully parenthesised; tests, logs and the API's "parsed" show it.
type Node interface{ String() string }

// Field says where a word is looked for.
type Field string

// The text fields.
const (
	Any      Field = ""         // subject, addresses, body, attachment names and texts
	From     Field = "from"     // sender's name, address, domain
	To       Field = "to"       // to, cc and bcc
	Subject  Field = "subject"  //
	Filename Field = "filename" // attachment names
)

// The nodes. A nil Node matches everything.
type (
	// And matches what all of its nodes match.
	And struct{ Nodes []Node }
	// Or matches what any of its nodes matches.
	Or struct{ Nodes []Node }
	// Not matches what its node does not.
	Not struct{ Node Node }
	// Word matches one word as typed. The engine's analyzer may split it
	// (eva@contoso.com, 会议); then the pieces have to stand next to each other.
	Word struct {
		Field Field
		Text  string
	}
	// Phrase matches words next to each other in this order.
	Phrase struct {
		Field Field
		Text  string
	}
	// Prefix matches words that begin with Text.
	Prefix struct {
		Field Field
		Text  string
	}
	// Dates matches messages whose date is at or after From and before To;
	// a zero time leaves that side open.
	Dates struct{ From, To time.Time }
	// HasAttachment matches messages with an attachment that a person sees.
	HasAttachment struct{}
	// Gone matches messages that were deleted at their source and are kept here.
	Gone struct{}
	// TextState matches messages with an attachment whose text came to one of the
	// states that States lists; a state may have a type behind it: encrypted/pdf.
	TextState struct{ States []string }
	// Folder matches folders by path, name or well-known name; package search
	// resolves it to OneOf before the engine sees it.
	Folder struct{ Name string }
	// Mailbox matches mailboxes by address, local part or name; package search
	// resolves it to OneOf before the engine sees it.
	Mailbox struct{ Name string }
	// OneOf matches documents whose keyword field (an engine.Facet's name, or
	// engine.FieldID) has one of the values. No values match nothing.
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
