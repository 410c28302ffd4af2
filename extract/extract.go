package extract

import (
	"context"
	"io"
)

// State is how an extraction ended.
type State string

// The states.
const (
	OK          State = "ok"          // there is text, all of it
	Partial     State = "partial"     // there is text, and something in the document could not be read
	Empty       State = "empty"       // read without fault, and there is no text in it
	NoText      State = "no_text"     // there are pictures only, which were not looked at for text
	Unsupported State = "unsupported" // no extractor for this format
	Encrypted   State = "encrypted"   // needs a password or key
	TooLarge    State = "too_large"   // over a limit; Text may hold the first part
	Timeout     State = "timeout"     // killed after the time limit; Text may hold the first part
	Failed      State = "failed"      // damaged, or its parser failed; Text may hold what came before
)

func (s State) valid() bool {
	switch s {
	case OK, Partial, Empty, NoText, Unsupported, Encrypted, TooLarge, Timeout, Failed:
		return true
	}
	return false
}

// In is the state of a document's text as it is found in a message: as that of a
// picture which belongs into the body, in which nobody looks for words; and
// whether all of its words are searched.
func (s State) In(inline, whole bool) State {
	switch {
	case s == NoText && inline:
		return Empty
	case s == OK && !whole:
		return Partial
	}
	return s
}

// fault tells of a state in which something that should have been read was not.
func (s State) fault() bool { return s != OK && s != Empty && s != NoText }

// Doc is what is to be extracted. Name and ContentType are hints only.
type Doc struct {
	Name        string
	ContentType string
	Size        int64 // -1 when unknown
	Open        func() (io.ReadCloser, error)
	// OCR asks for the text of pictures, too. It takes seconds for each, and does
	// nothing where the Extractor has no means for it.
	OCR bool
}

// Result is what came of it. Reason says in a few words why State is not OK;
// it holds no content of the document.
type Result struct {
	State  State
	Reason string
	Type   string // short lower-case type: pdf, docx, html, text, csv, image, ...; "" when unknown
	// Made names the readers that took part and their versions, for Current:
	// "pdf/2 zip/1".
	Made   string
	Text   string  // plain text, valid UTF-8
	Places []Place // where its stretches stand, by Offset; none when it is all of one piece
}

// Extractor extracts. A fault in a document is a Result, never an error; an
// error means that nothing can be said about the document (its bytes could not
// be opened, ctx was cancelled) and it should be tried again.
type Extractor interface {
	Extract(ctx context.Context, d Doc) (Result, error)
}
