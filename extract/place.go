package extract

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// Place says where a stretch of a Result's Text stands: the stretch begins at
// Offset, in bytes, and ends where the next Place's begins.
type Place struct {
	Offset int    `json:"o"`
	Path   []Step `json:"p,omitempty"` // from the outside in; none is the document itself
}

// Step is one part of a Place's path: page 3; the sheet "Budget"; the archive
// member "offers/a.pdf".
type Step struct {
	Kind   StepKind `json:"k"`
	Number int      `json:"n,omitempty"` // from 1; 0 when it has none
	Name   string   `json:"s,omitempty"` // as the document gives it; at most 200 bytes
}

// StepKind is what a Step is in its document.
type StepKind string

// The kinds.
const (
	Page       StepKind = "page"       // of a PDF
	Sheet      StepKind = "sheet"      // of a workbook
	Slide      StepKind = "slide"      // of a presentation
	Notes      StepKind = "notes"      // of a slide or page, by its speaker; foot and end notes
	Comments   StepKind = "comments"   // that readers left
	Links      StepKind = "links"      // what the links of a page lead to
	Header     StepKind = "header"     // and footer of the pages
	Properties StepKind = "properties" // title, author and the like
	Form       StepKind = "form"       // fields that were filled in
	Fields     StepKind = "fields"     // what a form says of its fields: what they are for, what could be chosen
	Member     StepKind = "member"     // a file in an archive, or one embedded in a document
	Attachment StepKind = "attachment" // of a message
	Message    StepKind = "message"    // forwarded in another, or a file that is one; Name is its subject
)

// maxStepName and maxSteps bound what a Place may weigh, maxPlaces how many a
// document may have: the stretches after that count as the last one's.
const (
	maxStepName  = 200
	maxPathSteps = 16
	maxPlaces    = 20000
)

// PlaceAt finds the place of a byte of the text, nil where there is none.
func PlaceAt(places []Place, offset int) []Step {
	i, found := slices.BinarySearchFunc(places, offset, func(p Place, offset int) int { return p.Offset - offset })
	if !found {
		i--
	}
	if i < 0 {
		return nil
	}
	return places[i].Path
}

// EncodePlaces gives places in the form in which they are stored, nil for none.
func EncodePlaces(places []Place) []byte {
	if len(places) == 0 {
		return nil
	}
	b, err := json.Marshal(places)
	if err != nil {
		return nil // strings and numbers always encode
	}
	return b
}

// DecodePlaces reads what EncodePlaces gave. What is none is no place.
func DecodePlaces(b []byte) []Place {
	var places []Place
	if len(b) == 0 || json.Unmarshal(b, &places) != nil {
		return nil
	}
	return places
}

// PathText says in words where a stretch stands, from the inside out: "page 3 of
// invoice.pdf in offers.zip".
func PathText(path []Step) string {
	var b strings.Builder
	for i := len(path) - 1; i >= 0; i-- {
		if b.Len() > 0 {
			// A part is of its document, which lies in another.
			if path[i+1].part() {
				b.WriteString(" of ")
			} else {
				b.WriteString(" in ")
			}
		}
		b.WriteString(path[i].words())
	}
	return b.String()
}

// part tells of the kinds that are a part of a document, not one of their own.
func (s Step) part() bool {
	switch s.Kind {
	case Member, Attachment, Message:
		return false
	}
	return true
}

func (s Step) words() string {
	switch {
	case !s.part() && s.Name != "" && s.Kind == Message:
		return "the message \"" + s.Name + "\""
	case !s.part() && s.Name != "":
		return s.Name
	case s.Kind == Message:
		return "a forwarded message"
	case !s.part():
		return "an unnamed file"
	}
	out := string(s.Kind)
	if s.Number > 0 {
		out += " " + strconv.Itoa(s.Number)
	}
	if s.Name != "" {
		out += " \"" + s.Name + "\""
	}
	return out
}
