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
	fieldLength  = "len"
	fieldDate    = "ts"
)

// The values of fieldHas.
const (
	hasAttachment = "attachment"
	hasGone       = "gone"
	hasState      = "state:" // of an attachment's text
)

// maxWords is how many words of a field are indexed; what comes after them is
// not found. A word takes about 100 bytes while its batch is built, so that a
// hostile message cannot take all memory.
const maxWords = 1 << 20

// partGap is the distance in positions between two parts of a field.
const partGap = 100

const (
	textOptions    = index.IndexField | index.IncludeTermVectors
	keywordOptions = index.IndexField | index.SkipFreqNorm
	// SkipDVCompression would be quicker to read at random, but zapx 17.2.5 takes
	// it for SkipDVChunking when it merges, and then gives documents the doc
	// values of others. Columns are read in order, where it makes no difference.
	dateOptions = index.IndexField | index.DocValues
	idOptions   = index.IndexField | index.StoreField
)

// document is a message as bleve takes it. It is complete when it is made:
// there is nothing left to analyse.
type document struct {
	id     string
	fields []*docField
	size   int
	text   int
}

// documentOf makes the document of a message.
func documentOf(d *engine.Document) *document {
	id := d.ID.String()
	text, subject, from, to, file := newWords(textBytes(d)), newWords(len(d.Subject)), newWords(0), newWords(0), newWords(0)
	text.add(d.Subject)
	subject.add(d.Subject)
	for _, a := range d.From {
		addAddress(a, text, from)
	}
	for _, list := range [][]mail.Address{d.To, d.Cc, d.Bcc} {
		for _, a := range list {
			addAddress(a, text, to)
		}
	}
	text.add(d.Body)
	types := make([]string, 0, len(d.Attachments))
	has := []string{map[bool]string{true: hasAttachment}[d.HasAttachment], map[bool]string{true: hasGone}[d.Gone]}
	for _, a := range d.Attachments {
		text.add(a.Name)
		text.add(a.Text)
		file.add(a.Name)
		types = append(types, a.Type)
		if a.State != "" {
			has = append(has, hasState+a.State)
		}
	}
	doc := &document{id: id, text: text.bytes}
	length := lengthStep(text.count)
	doc.fields = []*docField{
		{name: fieldID, value: []byte(id), options: idOptions, length: 1, terms: once(id)},
		text.field(fieldText), subject.field(fieldSubject), from.field(fieldFrom), to.field(fieldTo), file.field(fieldFile),
		keyword(fieldMailbox, d.Mailbox.String()),
		keyword(fieldFolder, d.Folder.String()),
		keyword(fieldSender, senderOf(d)),
		keyword(fieldYear, yearOf(d.Date)),
		keyword(fieldType, types...),
		keyword(fieldHas, has...),
		keyword(fieldLength, strconv.Itoa(length)),
		dateField(d.Date),
	}
	doc.size = 512 + len(id)
	for _, f := range doc.fields {
		doc.size += 64 + 96*len(f.terms)
	}
	doc.size += 56 * text.count
	return doc
}

// addAddress adds a name and an address, each as a part of its own.
func addAddress(a mail.Address, fields ...*words) {
	for _, w := range fields {
		w.add(a.Name)
		w.add(a.Address)
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

// dateField holds the seconds of t. Its terms are numbers in base 36; nothing
// looks them up, as the column of dates answers what is asked of them. With
// frequencies a date that is unique takes no postings list after a merge.
func dateField(t time.Time) *docField {
	f := &docField{name: fieldDate, options: dateOptions, length: 1, terms: once(undated)}
	if !t.IsZero() {
		f.terms = once(strconv.FormatInt(t.Unix(), 36))
	}
	return f
}

// undated is the date of a message without one. It has one, since zapx 17.2.5
// merges segments in which no document has any into one that it then fails to
// read doc values from.
const undated = "-"

func once(term string) index.TokenFrequencies {
	tf := &index.TokenFreq{Term: []byte(term)}
	tf.SetFrequency(1)
	return index.TokenFrequencies{term: tf}
}

// keyword is a field of whole values. Empty values and repetitions are left out.
func keyword(name string, values ...string) *docField {
	f := &docField{name: name, options: keywordOptions, length: 1}
	for _, v := range values {
		if v == "" {
			continue
		}
		if f.terms == nil {
			f.terms = make(index.TokenFrequencies, len(values))
		}
		f.terms[v] = &index.TokenFreq{Term: []byte(v)}
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
func (d *document) NumPlainTextBytes() uint64                  { return uint64(d.text) }
func (d *document) AddIDField()                                {}
func (d *document) StoredFieldsBytes() uint64                  { return 0 }
func (d *document) Indexed() bool                              { return true }

func (d *document) VisitFields(visit index.FieldVisitor) {
	for _, f := range d.fields {
		visit(f)
	}
}

// docField is a field of a document.
type docField struct {
	name    string
	value   []byte
	options index.FieldIndexingOptions
	length  int // what bleve writes as the norm of each posting: a lengthStep
	terms   index.TokenFrequencies
}

func (f *docField) Name() string                                     { return f.name }
func (f *docField) Value() []byte                                    { return f.value }
func (f *docField) ArrayPositions() []uint64                         { return nil }
func (f *docField) EncodedFieldType() byte                           { return 't' }
func (f *docField) Analyze()                                         {}
func (f *docField) Options() index.FieldIndexingOptions              { return f.options }
func (f *docField) AnalyzedLength() int                              { return f.length }
func (f *docField) AnalyzedTokenFrequencies() index.TokenFrequencies { return f.terms }
func (f *docField) NumPlainTextBytes() uint64                        { return 0 }
