package bleve

import (
	"math/bits"
	"strconv"
	"strings"
	"time"

	index "github.com/blevesearch/bleve_index_api"

	"mailquarry/internal/mail"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// The fields of a document.
const (
	fieldID       = "_id"
	fieldText     = "text"
	fieldSubject  = "subject"
	fieldFrom     = "from"
	fieldTo       = "to"
	fieldCc       = "cc"
	fieldBcc      = "bcc"
	fieldFile     = "file"
	fieldMailbox  = "mailbox"
	fieldFolder   = "folder"
	fieldSender   = "sender"
	fieldYear     = "year"
	fieldType     = "type"
	fieldHas      = "has"
	fieldLang     = "lang"
	fieldState    = "state"
	fieldKey      = "key" // name, keySeparator, value
	fieldPeople   = "recipient"
	fieldMonth    = "month"
	fieldCategory = "category" // as people named it
	fieldName     = "name"     // what senders are sorted by
	fieldAccent   = "accent"   // term, keySeparator, the word with its accents

	// Values, which nothing looks up.
	fieldDate   = "ts"     // seconds
	fieldSent   = "sent"   // seconds, where it is not the date
	fieldSize   = "size"   // bytes
	fieldZones  = "zones"  // where in fieldText what stands
	fieldCopy   = "copy"   // digest of Document.Copy
	fieldThread = "thread" // digests of Document.Threads
)

// keySeparator stands between the name and the value of a mark.
const keySeparator = "\x00"

// The values of fieldHas.
const (
	hasAttachment = "attachment"
	hasGone       = "gone"
)

// partGap is the distance in positions between two parts of a field. It is the largest
// distance that can be asked for, so that nothing is near what stands in another part.
const partGap = 1000

const (
	textOptions    = index.IndexField | index.IncludeTermVectors
	keywordOptions = index.IndexField | index.SkipFreqNorm
	valueOptions   = index.SkipFreqNorm | index.DocValues
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
	// The body is first, as most words are its: the smaller their positions are, the
	// fewer bytes they take.
	text := newText(fieldText)
	text.addBody(d.Body, d.Parts)
	text.add(zoneHead, weightSubject, d.Subject)
	subject := newText(fieldSubject)
	subject.add(zoneHead, weightOwn, d.Subject)
	doc := &document{id: id}
	doc.fields = []index.Field{keyword(fieldID, id), text, subject}
	for _, people := range []struct {
		field string
		list  []mail.Address
	}{{fieldFrom, d.From}, {fieldTo, d.To}, {fieldCc, d.Cc}, {fieldBcc, d.Bcc}} {
		f := newText(people.field)
		for _, a := range people.list {
			addAddress(a, text, f)
		}
		doc.fields = append(doc.fields, f)
	}
	file := newText(fieldFile)
	types, states := make([]string, 0, len(d.Attachments)), make([]string, 0, 2*len(d.Attachments))
	for _, a := range d.Attachments {
		text.add(zoneHead, weightOwn, a.Name)
		text.add(zoneAttached, weightAttached, a.Text)
		file.add(zoneHead, weightOwn, a.Name)
		types = append(types, a.Type)
		if a.State != "" {
			states = append(states, a.State, a.State+"/"+a.Kind)
		}
	}
	has := []string{map[bool]string{true: hasAttachment}[d.HasAttachment], map[bool]string{true: hasGone}[d.Gone]}
	doc.size = 512 + text.bytes
	doc.fields = append(
		doc.fields, file,
		keyword(fieldMailbox, d.Mailbox.String()),
		keyword(fieldFolder, d.Folder.String()),
		keyword(fieldSender, senderOf(d)),
		keyword(fieldPeople, recipientsOf(d)...),
		keyword(fieldYear, dateAs(d.Date, "2006")),
		keyword(fieldMonth, dateAs(d.Date, "2006-01")),
		keyword(fieldType, types...),
		keyword(fieldHas, has...),
		keyword(fieldState, states...),
		keyword(fieldLang, d.Language),
		keyword(fieldKey, keysOf(d)...),
		keyword(fieldCategory, categoriesOf(d)...),
		keyword(fieldName, nameOf(d)),
		value(fieldCopy, digestsOf(d.Copy)),
		value(fieldThread, digestsOf(d.Threads...)),
		value(fieldDate, secondsOf(d.Date)),
		value(fieldSent, sentOf(d)),
		value(fieldSize, strconv.AppendInt(nil, d.Size, 36)),
		&zonesField{fieldBase{fieldZones, valueOptions}, text},
		&accentField{fieldBase{fieldAccent, keywordOptions}, text},
	)
	return doc
}

// addAddress adds a name and an address, each as a part of its own.
func addAddress(a mail.Address, fields ...*wordField) {
	for _, f := range fields {
		f.add(zoneHead, weightOwn, a.Name)
		f.add(zoneHead, weightOwn, a.Address)
	}
}

// keysOf are the terms of a message's marks, categories folded like the others.
func keysOf(d *engine.Document) []string {
	keys := make([]string, len(d.Keys))
	for i, k := range d.Keys {
		keys[i] = k.Name + keySeparator + query.FoldKey(k.Value)
	}
	return keys
}

// recipientsOf are the values of the recipient facet.
func recipientsOf(d *engine.Document) []string {
	var all []string
	for _, list := range [][]mail.Address{d.To, d.Cc, d.Bcc} {
		for _, a := range list {
			all = append(all, strings.ToLower(strings.TrimSpace(a.Address)))
		}
	}
	return all
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

// categoriesOf are the values of the category facet.
func categoriesOf(d *engine.Document) []string {
	var all []string
	for _, k := range d.Keys {
		if k.Name == engine.KeyCategory {
			all = append(all, k.Value)
		}
	}
	return all
}

// nameOf is what a message's sender is sorted by: the first name or else address
// there is, folded.
func nameOf(d *engine.Document) string {
	for _, a := range d.From {
		for _, s := range []string{a.Name, a.Address} {
			if s = query.FoldKey(s); s != "" {
				return strings.ToValidUTF8(s[:min(len(s), engine.MaxKey)], "")
			}
		}
	}
	return ""
}

// dateAs is the value of a facet of dates, in UTC.
func dateAs(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(layout)
}

// secondsOf is a date as a number in base 36, nil for none.
func secondsOf(t time.Time) []byte {
	if t.IsZero() {
		return nil
	}
	return strconv.AppendInt(nil, t.Unix(), 36)
}

// sentOf is when a message was sent, where that is not its date, to the second: "-"
// when it is not known though the date is.
func sentOf(d *engine.Document) []byte {
	switch {
	case d.Sent.IsZero() && d.Date.IsZero(), !d.Sent.IsZero() && !d.Date.IsZero() && d.Sent.Unix() == d.Date.Unix():
		return nil
	case d.Sent.IsZero():
		return []byte("-")
	}
	return secondsOf(d.Sent)
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
