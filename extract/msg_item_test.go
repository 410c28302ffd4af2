package extract

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// namedEntry is a named property: by its set and number, or by its text. In a file
// it has the number 0x8000 and its place in the list.
type namedEntry struct {
	set, number int
	text        string
}

const (
	addressSet     = 0x2004
	appointmentSet = 0x2002
	taskSet        = 0x2003
)

func outlookSet(set int) string {
	var w le
	w.u16(set, 6, 0, 0).str("\xC0\x00\x00\x00\x00\x00\x00\x46")
	return string(w.b)
}

// nameList is the list of a file's named properties.
func nameList(names ...namedEntry) oleEntry {
	var sets, entries, texts le
	at := map[int]int{}
	for i, n := range names {
		if n.text != "" {
			entries.u32(len(texts.b)).u16(1|2<<1, i)
			texts.u32(2 * len(n.text)).str(wide(n.text)).zeros(-2 * len(n.text) & 3)
			continue
		}
		if _, ok := at[n.set]; !ok {
			at[n.set] = 3 + len(at)
			sets.str(outlookSet(n.set))
		}
		entries.u32(n.number).u16(at[n.set]<<1, i)
	}
	return oleEntry{name: "__nameid_version1.0", in: []oleEntry{
		{name: "__substg1.0_00020102", data: string(sets.b)}, {name: "__substg1.0_00030102", data: string(entries.b)}, {name: "__substg1.0_00040102", data: string(texts.b)},
	}}
}

// msgItem makes a saved item of a class.
func msgItem(class string, numbers map[uint32]uint64, more ...oleEntry) []byte {
	return oleFile(append([]oleEntry{
		{name: "__properties_version1.0", data: msgProps(msgTopHeader, numbers)}, msgText(0x001A001F, class),
	}, more...)...)
}

// fileTime is a day of 2024, and an hour, as 100 ns since 1601.
func fileTime(day, hour int) uint64 {
	const newYear2024 = 133485408000000000
	return newYear2024 + uint64((day-1)*24+hour)*36e9
}

// TestSavedContact promises what a person sees of a contact: who it is, and all
// ways to reach them, each once.
func TestSavedContact(t *testing.T) {
	t.Parallel()
	raw := msgItem(
		"IPM.Contact", map[uint32]uint64{0x3A420040: fileTime(31, 23)},
		nameList(namedEntry{addressSet, 0x8083, ""}, namedEntry{addressSet, 0x8084, ""}, namedEntry{addressSet, 0x801B, ""}, namedEntry{addressSet, 0x8046, ""}, namedEntry{text: "Keywords"}),
		msgText(0x0037001F, "Ann B. Example"), msgText(0x3001001F, "Ann B. Example"), msgText(0x3A06001F, "Ann"), msgText(0x3A16001F, "Tree & Co"), msgText(0x3A17001F, "Forester"),
		msgText(0x3A08001F, "+47 22 00"), msgText(0x3A1C001F, "+47 99 00"), msgText(0x8000001F, "ann@x.example"), msgText(0x8001001F, "Ann (ann@x.example)"),
		msgText(0x8002001F, "1 Elm Street\r\nOslo"), msgText(0x8003001F, "Oslo"), msgText(0x3A59001F, "Bergen"),
		msgText(0x8004101F, ""), oleEntry{name: "__substg1.0_8004101F-00000000", data: wide("friends")}, oleEntry{name: "__substg1.0_8004101F-00000001", data: wide("wood")},
		msgText(0x1000001F, "likes walnuts"),
	)
	wantText(t, raw, "", "msg", OK, strings.Join([]string{
		"Ann B. Example", "Tree & Co", "Forester", "Business phone: +47 22 00", "Mobile phone: +47 99 00", "Business address: 1 Elm Street Oslo", "Bergen",
		"Birthday: 2024-02-01", "friends", "wood", "Ann (ann@x.example)", "", "likes walnuts",
	}, "\n"))
}

// TestSavedList promises who is on a list of people.
func TestSavedList(t *testing.T) {
	t.Parallel()
	member := func(name, address string) string {
		var w le
		w.u32(0).str("\x81\x2B\x1F\xA4\xBE\xA3\x10\x19\x9D\x6E\x00\xDD\x01\x0F\x54\x02").u16(0, 0x8000)
		return string(w.b) + wide(name+"\x00SMTP\x00"+address+"\x00")
	}
	raw := msgItem("IPM.DistList", nil, nameList(namedEntry{addressSet, 0x8054, ""}), msgText(0x0037001F, "The board"),
		oleEntry{name: "__substg1.0_80001102", data: "\x00"}, oleEntry{name: "__substg1.0_80001102-00000000", data: member("Ann", "ann@x.example")},
		oleEntry{name: "__substg1.0_80001102-00000001", data: member("Ben", "ben@x.example")})
	wantText(t, raw, "", "msg", OK, "The board\nAnn <ann@x.example>\nBen <ben@x.example>")
}

// TestMessageLetters promises the letters of a message that is older than Unicode
// in Outlook: of the charset that it names for its HTML its strings are not.
func TestMessageLetters(t *testing.T) {
	t.Parallel()
	const russian, japanese, plan = "\xcf\xeb\xe0\xed \xed\xe0 \xec\xe0\xe9", "\x93\xfa\x96{\x8c\xea", "План на май"
	for _, c := range []struct {
		name    string
		numbers map[uint32]uint64
		subject string
		want    string
	}{
		{"named", map[uint32]uint64{0x3FFD0003: 1251, 0x3FDE0003: 65001}, russian, plan},
		{"by the language", map[uint32]uint64{0x3FF10003: 1041, 0x3FDE0003: 50220}, japanese, "日本語"},
		{"by the letters of its HTML", map[uint32]uint64{0x3FF10003: 1033, 0x3FDE0003: 20866}, russian, plan},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			wantText(t, msgItem("IPM.Note", c.numbers, oleEntry{name: "__substg1.0_0037001E", data: c.subject}), "", "msg", OK, c.want)
		})
	}
}

// TestSavedAppointment promises when and where an appointment is, in the saved item
// and in what lies in it.
func TestSavedAppointment(t *testing.T) {
	t.Parallel()
	names := nameList(namedEntry{appointmentSet, 0x8208, ""}, namedEntry{appointmentSet, 0x820D, ""}, namedEntry{appointmentSet, 0x820E, ""}, namedEntry{appointmentSet, 0x8215, ""}, namedEntry{appointmentSet, 0x8232, ""})
	inner := oleEntry{name: "__substg1.0_3701000D", in: []oleEntry{
		{name: "__properties_version1.0", data: msgProps(msgInnerHeader, map[uint32]uint64{0x80010040: fileTime(5, 23), 0x80020040: fileTime(6, 23), 0x8003000B: 1})},
		msgText(0x0037001F, "The outing"), msgText(0x8000001F, "Hill"),
	}}
	raw := msgItem("IPM.Appointment", map[uint32]uint64{0x80010040: fileTime(3, 9), 0x80020040: fileTime(3, 10)}, names,
		msgText(0x0037001F, "Plan"), msgText(0x8000001F, "Room 12"), msgText(0x8004001F, "every week"),
		oleEntry{name: "__attach_version1.0_#00000000", in: []oleEntry{{name: "__properties_version1.0", data: msgProps(msgOtherHeader, nil)}, inner}})
	wantText(t, raw, "", "msg", OK, "Plan\nStart: 2024-01-03 09:00 UTC\nEnd: 2024-01-03 10:00 UTC\nLocation: Room 12\nRepeats: every week\n\n"+
		`[the message "The outing"]`+"The outing\nStart: 2024-01-06\nLocation: Hill")
}

// TestSavedTask promises when a task is due, whose it is and how far.
func TestSavedTask(t *testing.T) {
	t.Parallel()
	names := nameList(namedEntry{taskSet, 0x8101, ""}, namedEntry{taskSet, 0x8102, ""}, namedEntry{taskSet, 0x8105, ""}, namedEntry{taskSet, 0x811F, ""})
	raw := msgItem("IPM.Task", map[uint32]uint64{0x80000003: 1, 0x80010005: math.Float64bits(0.25), 0x80020040: fileTime(9, 0)}, names,
		msgText(0x0037001F, "Fell the oak"), msgText(0x8003001F, "Ben"))
	wantText(t, raw, "", "msg", OK, "Fell the oak\nStatus: in progress\nDone: 25%\nDue: 2024-01-09\nOwner: Ben")
}

// TestWinmailItem promises the same of what Exchange wraps.
func TestWinmailItem(t *testing.T) {
	t.Parallel()
	var props le
	props.u32(4)
	text := func(s string) { props.u32(1, len(wide(s))).str(wide(s)).zeros(-len(wide(s)) & 3) }
	props.u16(mapiWide, mapiSubject)
	text("Plan")
	props.u16(mapiWide, 0x8001).str(outlookSet(appointmentSet)).u32(0, 0x8208)
	text("Room 12")
	props.u16(mapiWide|mapiMany, 0x8002).str(outlookSet(0)).u32(1, 2*len("Keywords")+2).str(wide("Keywords\x00")).zeros(-(2*len("Keywords") + 2) & 3).u32(2)
	for _, s := range []string{"friends", "wood"} {
		props.u32(len(wide(s))).str(wide(s)).zeros(-len(wide(s)) & 3)
	}
	props.u16(mapiTime, 0x8003).str(outlookSet(taskSet)).u32(0, 0x8105, int(uint32(fileTime(9, 0))), int(fileTime(9, 0)>>32))
	raw := "\x78\x9f\x3e\x22\x01\x00" + tnefAttribute(1, tnefMessage, string(props.b))
	wantText(t, []byte(raw), "winmail.dat", "tnef", OK, "Plan\nLocation: Room 12\nDue: 2024-01-09\nfriends\nwood")
}

// TestMessageLinks promises that where links lead is found although the plain form
// of a text does not tell.
func TestMessageLinks(t *testing.T) {
	t.Parallel()
	const packed = 0x414C454D // as it is
	rtf := `{\rtf1\ansi\fromhtml1 {\*\htmltag84 <a href="https://a.example/?x=1&amp;y=\'7b2` + "\n" + `\}">}here{\*\htmltag92 </a>}{\field{\*\fldinst HYPERLINK "mailto:b@b.example"}{\fldrslt b}}}`
	var w le
	w.u32(len(rtf)+12, len(rtf), packed, 0).str(rtf)
	for _, c := range []struct {
		name string
		more oleEntry
		want string
	}{
		{"HTML", oleEntry{name: "__substg1.0_10130102", data: `<p>see <a href="https://a.example/x">here</a>, <a href="https://c.example/">c.example</a>, <a href="https://a.example/x">again</a>`}, "(https://a.example/x)"},
		{"RTF", oleEntry{name: "__substg1.0_10090102", data: string(w.b)}, "(b@b.example)\n(https://a.example/?x=1&y={2})"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			raw := msgItem("IPM.Note", nil, msgText(0x1000001F, "see here, c.example"), c.more)
			wantText(t, raw, "", "msg", OK, "see here, c.example\n"+c.want)
		})
	}
}

// TestMessageNamesHostile promises that a list of names that lies about itself
// costs nothing but what it names.
func TestMessageNamesHostile(t *testing.T) {
	t.Parallel()
	for i, entry := range []string{"\xff\xff\xff\xff\x01\x00\x00\x00", "\x08\x82\x00\x00\xff\xfe\x00\x00", "\x08\x82\x00\x00\x06\x00\xff\xff", "\x08"} {
		list := nameList(namedEntry{appointmentSet, 0x8208, ""})
		list.in[1].data = strings.Repeat(entry, 1000)
		raw := msgItem("IPM.Note", nil, list, msgText(0x0037001F, "Plan"), msgText(0x8000001F, "Room"))
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			wantText(t, raw, "", "msg", OK, "Plan")
		})
	}
}
