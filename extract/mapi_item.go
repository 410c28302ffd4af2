package extract

import (
	"encoding/binary"
	"math"
	"strings"
	"time"
)

// itemKind is how a property of a contact, an appointment or a task reads.
type itemKind uint8

const (
	itemText   itemKind = iota // one text or many
	itemPart                   // a text that another one may hold already
	itemDay                    // a date without a time of day
	itemMoment                 // a date and a time
)

// itemField is a property that people see in a contact, an appointment or a task.
type itemField struct {
	id    uint32
	label string // says what it is where the value alone does not
	kind  itemKind
}

// itemFields are what is read of items that are no mail, in the order in which
// they are written ([MS-OXOCNTC], [MS-OXOCAL], [MS-OXOTASK], [MS-OXOJRNL]).
func itemFields() []itemField {
	return []itemField{
		// When and where.
		{setAppointment | 0x8208, "Location", itemText},
		{setMeeting | 0x0002, "Location", itemPart},
		{setAppointment | 0x8232, "Repeats", itemText},
		{setAppointment | 0x8248, "", itemText}, // meetings on the net: address, document, workspace
		{setAppointment | 0x8247, "", itemText},
		{setAppointment | 0x8209, "", itemText},
		{setAppointment | 0x8250, "Proposed start", itemMoment},
		{setAppointment | 0x8251, "Proposed end", itemMoment},
		{setLog | 0x8700, "", itemText},
		{setLog | 0x8706, "Start", itemMoment},
		{setLog | 0x8708, "End", itemMoment},
		// Tasks, and mail that is flagged.
		{setCommon | 0x8530, "", itemText},
		{setCommon | 0x85A4, "", itemPart},
		{setTask | 0x8104, "Start", itemDay},
		{setTask | 0x8105, "Due", itemDay},
		{setTask | 0x810F, "Completed", itemDay},
		{setTask | 0x811F, "Owner", itemText},
		{setTask | 0x8121, "Assigned by", itemText},
		{setTask | 0x8125, "Delegated by", itemText},
		{setTask | 0x8127, "Role", itemText},
		// Who it is.
		{mapiDisplayName, "", itemPart},
		{0x3A45, "", itemPart}, // the parts of a name
		{0x3A06, "", itemPart},
		{0x3A44, "", itemPart},
		{0x3A11, "", itemPart},
		{0x3A05, "", itemPart},
		{setAddress | 0x802D, "", itemText}, // how a name is pronounced
		{setAddress | 0x802C, "", itemText},
		{0x3A4F, "Nickname", itemText},
		{0x3A16, "", itemText}, // company, title, department
		{setAddress | 0x802E, "", itemText},
		{0x3A17, "", itemText},
		{0x3A18, "", itemText},
		{setAddress | 0x8010, "", itemPart},
		{0x3A19, "Office", itemText},
		{0x3A46, "Profession", itemText},
		{0x3A4E, "Manager", itemText},
		{0x3A30, "Assistant", itemText},
		{0x3A47, "Referred by", itemText},
		// Where people are reached.
		{0x3A08, "Business phone", itemText},
		{0x3A1B, "Business phone", itemText},
		{0x3A1C, "Mobile phone", itemText},
		{0x3A09, "Home phone", itemText},
		{0x3A2F, "Home phone", itemText},
		{0x3A1A, "Primary phone", itemText},
		{0x3A57, "Company phone", itemText},
		{0x3A1F, "Other phone", itemText},
		{0x3A2E, "Assistant's phone", itemText},
		{0x3A02, "Callback", itemText},
		{0x3A1E, "Car phone", itemText},
		{0x3A1D, "Radio phone", itemText},
		{0x3A21, "Pager", itemText},
		{0x3A24, "Business fax", itemText},
		{0x3A25, "Home fax", itemText},
		{0x3A23, "Other fax", itemText},
		{0x3A2C, "Telex", itemText},
		{0x3A2D, "ISDN", itemText},
		{0x3A4B, "TTY", itemText},
		{setAddress | 0x8062, "IM", itemText},
		{setAddress | 0x802B, "", itemText}, // pages on the net
		{0x3A51, "", itemPart},
		{0x3A50, "", itemPart},
		{0x3A4C, "", itemPart},
		{setAddress | 0x80D8, "", itemPart},
		{setAddress | 0x801B, "Business address", itemText},
		{setAddress | 0x801A, "Home address", itemText},
		{setAddress | 0x801C, "Other address", itemText},
		{0x3A15, "", itemPart},
		{setAddress | 0x8045, "", itemPart}, // the parts of the business address
		{setAddress | 0x804A, "", itemPart},
		{setAddress | 0x8048, "", itemPart},
		{setAddress | 0x8046, "", itemPart},
		{setAddress | 0x8047, "", itemPart},
		{setAddress | 0x8049, "", itemPart},
		{0x3A5D, "", itemPart}, // of the home's
		{0x3A5E, "", itemPart},
		{0x3A5B, "", itemPart},
		{0x3A59, "", itemPart},
		{0x3A5C, "", itemPart},
		{0x3A5A, "", itemPart},
		{0x3A63, "", itemPart}, // of the other one
		{0x3A64, "", itemPart},
		{0x3A61, "", itemPart},
		{0x3A5F, "", itemPart},
		{0x3A62, "", itemPart},
		{0x3A60, "", itemPart},
		{0x3A29, "", itemPart}, // of that for letters
		{0x3A2B, "", itemPart},
		{0x3A2A, "", itemPart},
		{0x3A27, "", itemPart},
		{0x3A28, "", itemPart},
		{0x3A26, "", itemPart},
		// What else is known of them.
		{0x3A42, "Birthday", itemDay},
		{0x3A41, "Anniversary", itemDay},
		{0x3A48, "Spouse", itemText},
		{0x3A58, "Children", itemText},
		{0x3A43, "Hobbies", itemText},
		{0x3A4A, "Customer", itemText},
		{0x3A10, "", itemText}, // numbers and accounts
		{0x3A07, "", itemText},
		{0x3A00, "", itemText},
		{0x3A49, "", itemText},
		{0x3A0B, "", itemText},
		{setAddress | 0x804F, "", itemText}, // fields of the user's own
		{setAddress | 0x8050, "", itemText},
		{setAddress | 0x8051, "", itemText},
		{setAddress | 0x8052, "", itemText},
		{setAddress | 0x8053, "", itemPart}, // the name of a list of people
		// What any item may have.
		{mapiKeywords, "", itemText},
		{setCommon | 0x8539, "", itemText}, // companies, contacts
		{setCommon | 0x853A, "", itemText},
		{setCommon | 0x8586, "", itemPart},
		{setCommon | 0x8535, "", itemText}, // billing, mileage, classification
		{setCommon | 0x8534, "", itemText},
		{setCommon | 0x85B6, "", itemText},
	}
}

// item is the lines that tell what a message has beyond those of a mail.
type item struct {
	p       mapiProps
	charset string
	lines   []string
	said    strings.Builder // all of them, in lower case
}

// item writes what a contact, an appointment or a task says beside its subject
// and its text. Those who are invited are told by the recipients, if there are any.
func (r *reading) item(p mapiProps, charset string, recipients bool) error {
	it := &item{p: p, charset: charset}
	it.said.WriteString(strings.ToLower(p.text(mapiSubject, charset)))
	it.when()
	it.task()
	for _, f := range itemFields() {
		it.field(f)
	}
	it.addresses()
	it.members()
	if !recipients {
		it.people()
	}
	if it.said.Len() > maxSaid {
		r.fault(outcome{TooLarge, "more is said of it than is read"})
	}
	for _, s := range it.lines {
		if err := r.line(s); err != nil {
			return err
		}
	}
	return nil
}

// maxSaid bounds what an item says, in bytes: each part is looked for in it.
const maxSaid = 256 << 10

// line adds one. A part is left out where it has been said before.
func (it *item) line(label, value string, part bool) {
	value = strings.Join(strings.Fields(value), " ")
	low := strings.ToLower(value)
	if value == "" || len(value) > maxProperty || it.said.Len() > maxSaid || part && strings.Contains(it.said.String(), low) {
		return
	}
	it.said.WriteString("\n" + low)
	if label != "" {
		value = label + ": " + value
	}
	it.lines = append(it.lines, value)
}

func (it *item) field(f itemField) {
	v, ok := it.p[f.id]
	if !ok {
		return
	}
	switch f.kind {
	case itemText, itemPart:
		it.line(f.label, mapiText(v.typ, v.raw, it.charset), f.kind == itemPart)
		for _, raw := range v.more {
			it.line(f.label, mapiText(v.typ, raw, it.charset), f.kind == itemPart)
		}
	case itemDay:
		it.line(f.label, it.day(f.id), false)
	case itemMoment:
		it.line(f.label, it.moment(f.id), false)
	}
}

// day gives a date. Tasks have it at midnight; birthdays at midnight in the zone of
// who wrote them, or at noon.
func (it *item) day(id uint32) string {
	t, ok := it.p.instant(id)
	if !ok {
		return ""
	}
	const half = 12 * time.Hour
	if t.Hour() >= 12 {
		t = t.Add(half)
	}
	return t.Format(time.DateOnly)
}

func (it *item) moment(id uint32) string {
	t, ok := it.p.instant(id)
	if !ok {
		return ""
	}
	return t.Format("2006-01-02 15:04 UTC")
}

// when writes the times of an appointment. What lasts all day does so in a zone
// that is not known here: its dates are those nearest to midnight.
func (it *item) when() {
	const begins, ends, allDay = setAppointment | 0x820D, setAppointment | 0x820E, setAppointment | 0x8215
	class := strings.ToLower(it.p.text(mapiClass, it.charset))
	ids := [2]uint32{begins, ends}
	if _, ok := it.p[begins]; !ok && (strings.HasPrefix(class, "ipm.appointment") || strings.HasPrefix(class, "ipm.schedule.meeting")) {
		ids = [2]uint32{0x0060, 0x0061}
	}
	if v := it.p[allDay]; len(v.raw) == 0 || v.raw[0] == 0 {
		it.line("Start", it.moment(ids[0]), false)
		it.line("End", it.moment(ids[1]), false)
		return
	}
	from := it.day(ids[0])
	it.line("Start", from, false)
	if end, ok := it.p.instant(ids[1]); ok {
		if to := end.Add(-12 * time.Hour).Format(time.DateOnly); to != from { // its last day
			it.line("End", to, false)
		}
	}
}

// task writes how far a task is.
func (it *item) task() {
	const status, done = setTask | 0x8101, setTask | 0x8102
	if !strings.HasPrefix(strings.ToLower(it.p.text(mapiClass, it.charset)), "ipm.task") {
		return
	}
	if names := []string{"not started", "in progress", "completed", "waiting", "deferred"}; it.p.number(status) < len(names) {
		it.line("Status", names[it.p.number(status)], false)
	}
	if v := it.p[done]; len(v.raw) == 8 {
		part := math.Float64frombits(binary.LittleEndian.Uint64(v.raw))
		if percent := int(100 * min(max(part, 0), 1)); percent > 0 && percent < 100 {
			it.line("Done", itoa(percent)+"%", false)
		}
	}
}

// addresses writes the addresses of mail that a contact has. Those of people in the
// same organisation are no addresses, but their names are.
func (it *item) addresses() {
	for _, at := range []uint32{0x8080, 0x8090, 0x80A0} {
		name := it.p.text(setAddress|at+4, it.charset)
		if name == "" {
			name = it.p.text(setAddress|at, it.charset)
		}
		address := it.p.text(setAddress|at+3, it.charset)
		if !strings.Contains(address, "@") || strings.Contains(strings.ToLower(name), strings.ToLower(address)) {
			address = ""
		}
		it.line("", person(name, address), false)
	}
}

// people writes who is invited.
func (it *item) people() {
	for _, id := range []uint32{setAppointment | 0x823B, setAppointment | 0x823C, setAppointment | 0x8238, setCommon | 0x8536, setCommon | 0x8537, setCommon | 0x8538} {
		it.field(itemField{id, "", itemPart})
	}
}

// members writes who is on a list of people: name and address stand in the
// identifiers of those who are in no address book ([MS-OXCDATA] 2.2.5.1).
func (it *item) members() {
	const oneOff, identifier = setAddress | 0x8054, "\x81\x2B\x1F\xA4\xBE\xA3\x10\x19\x9D\x6E\x00\xDD\x01\x0F\x54\x02"
	v := it.p[oneOff]
	for _, raw := range append([][]byte{v.raw}, v.more...) {
		b := blob(raw)
		if string(b.sub(4, 16)) != identifier {
			continue
		}
		const isWide = 0x8000
		wide := b.u16(22)&isWide != 0
		var texts [3]string // name, kind of address, address
		b = b.from(24)
		for i := range texts {
			if wide {
				texts[i], b = b.wideString()
				continue
			}
			var s []byte
			s, b = b.cstring()
			texts[i] = mapiText(mapiString, s, it.charset)
		}
		if strings.Contains(texts[0], texts[2]) {
			texts[2] = ""
		}
		it.line("", person(texts[0], texts[2]), false)
	}
}

// wideString gives the characters of two bytes up to a NUL, and what comes after
// that.
func (b blob) wideString() (string, blob) {
	for i := 0; i+1 < len(b); i += 2 {
		if b[i] == 0 && b[i+1] == 0 {
			return utf16LE(b[:i]), b[i+2:]
		}
	}
	return utf16LE(b), nil
}
