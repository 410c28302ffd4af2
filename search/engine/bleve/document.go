package bleve

import (
	"math/bits"
	"strconv"
	"strings"
	"time"

	index "github.com/blevesearch/bleve_index_api"

	"mailquarry/internal/mail"
	"mailquarry/search/engine"
)

// The fields of a document.
const (
	fieldID      = "_id"
	fieldText    = "text"
	fieldSubject = "subject"
	fieldFrom    = "from"
	fieldTo      = "to"
	fieldFile    = "file"
	fieldMailbox = "mailbox"
	fieldFolder  = "folder"
	fieldSender  = "sender"
	fieldYear    = "year"
	fieldType    = "type"
	fieldHas     = "has"
	fieldLang    = "lang"
	fieldState   = "state"
	fieldDate    = "ts"
)

// The values of fieldHas.
const (
	hasAttachment = "attachment"
	hasGone       = "gone"
)

// maxWords is how many words of a field are indexed; what comes after them is
// not found. A word takes about 30 bytes while its batch is built, so that a
// hostile message cannot take all memory.
const maxWords = 1 << 20

// partGap is the distance in positions between two parts of a field.
const partGap = 100

const (
	textOptions    = index.IndexField | index.IncludeTermVectors
	keywordOptions = index.IndexField | index.SkipFreqNorm
	dateOptions    = index.IndexField | index.SkipFreqNorm | index.DocValues
	idOptions      = index.IndexField | index.StoreField
)

// document is a message as bleve takes it. Its words are told apart when its
// segment is built.
type document struct {
	id     string
	fields []index.Field
	size   int
}

// documentOf makes the document of a message.
func documentOf(d *engine.Document) *document {
	id := d.ID.String()
	text, subject, from, to, file := newText(fieldText), newText(fieldSubject), newText(fieldFrom), newText(fieldTo), newText(fieldFile)
	text.add(weightSubject, d.Subject)
	subject.add(weightOwn, d.Subject)
	for _, a := range d.From {
		addAddress(a, text, from)
	}
	for _, list := range [][]mail.Address{d.To, d.Cc, d.Bcc} {
		for _, a := range list {
			addAddress(a, text, to)
		}
	}
	text.addBody(d.Body, d.Parts)
	types, states := make([]string, 0, len(d.Attachments)), make([]string, 0, 2*len(d.Attachments))
	has := []string{map[bool]string{true: hasAttachment}[d.HasAttachment], map[bool]string{true: hasGone}[d.Gone]}
	for _, a := range d.Attachments {
		text.add(weightOwn, a.Name)
		text.add(weightAttached, a.Text)
		file.add(weightOwn, a.Name)
		types = append(types, a.Type)
		if a.State != "" {
			states = append(states, a.State, a.State+"/"+a.Type)
		}
	}
	doc := &document{id: id, size: 512 + text.bytes}
	doc.fields = []index.Field{
		keyword(fieldID, id), text, subject, from, to, file,
		keyword(fieldMailbox, d.Mailbox.String()),
		keyword(fieldFolder, d.Folder.String()),
		keyword(fieldSender, senderOf(d)),
		keyword(fieldYear, yearOf(d.Date)),
		keyword(fieldType, types...),
		keyword(fieldHas, has...),
		keyword(fieldState, states...),
		keyword(fieldLang, d.Language),
		dateField(d.Date),
	}
	return doc
}

// addAddress adds a name and an address, each as a part of its own.
func addAddress(a mail.Address, fields ...*wordField) {
	for _, f := range fields {
		f.add(weightOwn, a.Name)
		f.add(weightOwn, a.Address)
	}
}

// senderOf is the value of the sender facet: the first address there is.
func senderOf(d *engine.Document) string {
	for _, a := range d.From {
		if s := strings.ToLower(strings.TrimSpace(a.Address)); s != "" {
			return s
		}
	}
	return ""
}

// yearOf is the value of the year facet, in UTC.
func yearOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006")
}

// dateField holds the seconds of t, as a number in base 36. Nothing looks it up,
// as the column of dates answers what is asked of it.
func dateField(t time.Time) *keywordField {
	f := keyword(fieldDate)
	f.options = dateOptions
	if !t.IsZero() {
		f.values = []string{strconv.FormatInt(t.Unix(), 36)}
	}
	return f
}

// maxStep is the largest result of lengthStep: 2^15 words and more.
const maxStep = 127

// lengthStep gives the step for a number of words: eight steps for each
// doubling, so that it fits the one byte which a posting has for it.
func lengthStep(words int) int {
	if words < 8 {
		return 1 + words
	}
	octave := bits.Len(uint(words)) - 1 // 3 for 8 to 15
	return min(9+8*(octave-3)+(words>>(octave-3)-8), maxStep)
}

// lengthOf gives the least number of words in a step.
func lengthOf(step int) float64 {
	if step < 9 {
		return float64(max(step-1, 0))
	}
	octave, eighth := (step-9)/8+3, (step-9)%8
	return float64((8 + eighth) << (octave - 3))
}

// The methods by which bleve reads a document.

func (d *document) ID() string                                 { return d.id }
func (d *document) Size() int                                  { return d.size }
func (d *document) HasComposite() bool                         { return false }
func (d *document) VisitComposite(index.CompositeFieldVisitor) {}
func (d *document) NumPlainTextBytes() uint64                  { return uint64(d.size) }
func (d *document) AddIDField()                                {}
func (d *document) StoredFieldsBytes() uint64                  { return 0 }
func (d *document) Indexed() bool                              { return true }

func (d *document) VisitFields(visit index.FieldVisitor) {
	for _, f := range d.fields {
		visit(f)
	}
}
