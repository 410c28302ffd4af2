package extract

import (
	"cmp"
	"strings"

	"mailquarry/internal/rfc822"
)

// maxCalendarLines bounds how many content lines of a calendar are read.
const maxCalendarLines = 200000

func calendarFormat() format {
	return format{
		name: "calendar", version: 2, text: true, extensions: strings.Fields("ics ical ifb vcs"), media: []string{"text/calendar", "application/ics"},
		is: begins("BEGIN:VCALENDAR"), read: readCalendar,
	}
}

func contactFormat() format {
	return format{
		name: "contact", version: 2, text: true, extensions: strings.Fields("vcf vcard"), media: []string{"text/vcard", "text/x-vcard", "text/directory"},
		is: begins("BEGIN:VCARD"), read: readCalendar,
	}
}

// begins matches texts that begin with a word, in either case and after white
// space and a byte order mark.
func begins(word string) func(*probe) bool {
	return func(p *probe) bool {
		head := strings.TrimLeft(strings.TrimPrefix(string(p.head[:min(len(p.head), 256)]), "\uFEFF"), " \t\r\n")
		return len(head) >= len(word) && strings.EqualFold(head[:len(word)], word)
	}
}

func readCalendar(r *reading, d document) error {
	raw, cut := decodable(d.raw)
	t := calendarText(decodeText(raw, d.contentType), r.limits.Text)
	if err := r.block(t.text); err != nil || !t.cut && !cut {
		return err
	}
	return r.stop("text")
}

// calendarText reads iCalendar (RFC 5545) and vCard (RFC 6350) as people do:
// what, when, where and who, one property a line; identifiers, time zones,
// alarms and pictures are left out.
func calendarText(src string, limit int) limited {
	var out strings.Builder
	skip := 0
	var has told
	lines := unfoldLines(src)
	for i, line := range lines {
		if i >= maxCalendarLines || out.Len() > limit {
			return limited{text: normal(out.String(), limit).text, cut: true}
		}
		name, params, value := contentLine(line)
		switch {
		case name == "BEGIN" && hiddenComponent(value):
			skip++
		case name == "END" && hiddenComponent(value):
			skip = max(0, skip-1)
		case name == "BEGIN":
			has = tells(lines[i+1:])
		case name == "END":
			out.WriteByte('\n')
		case skip > 0:
		default:
			if s := property(name, params, value, has); s != "" {
				out.WriteString(s)
				out.WriteByte('\n')
			}
		}
	}
	return normal(out.String(), limit)
}

func hiddenComponent(value string) bool {
	return strings.EqualFold(value, "VTIMEZONE") || strings.EqualFold(value, "VALARM")
}

// told is what a component says in its better form, so that the other is not
// wanted: a name as it is shown, and a description without markup.
type told struct{ name, description bool }

// tells looks at the component that begins with these lines, up to its end or the
// next one's beginning.
func tells(lines []string) (t told) {
	hidden := false
	for _, l := range lines {
		head, value, _ := strings.Cut(l[:min(len(l), 200)], ":")
		head, _, _ = strings.Cut(head, ";")
		head = strings.ToUpper(head[strings.LastIndexByte(head, '.')+1:])
		filled := strings.TrimSpace(value) != ""
		switch {
		case (head == "BEGIN" || head == "END") && hiddenComponent(value):
			hidden = head == "BEGIN"
		case head == "BEGIN" || head == "END":
			return t
		case hidden:
		case head == "FN":
			t.name = t.name || filled
		case head == "DESCRIPTION":
			t.description = t.description || filled
		}
	}
	return t
}

// unfoldLines undoes folding: a line that begins with white space continues the
// one before, and in quoted-printable one that ends in = goes on in the next.
func unfoldLines(src string) []string {
	var out []string
	var line strings.Builder
	quoted := false
	for next := range strings.SplitSeq(strings.ReplaceAll(src, "\r\n", "\n"), "\n") {
		switch {
		case quoted:
			line.WriteByte('\n')
			line.WriteString(next)
		case line.Len() > 0 && next != "" && (next[0] == ' ' || next[0] == '\t'):
			line.WriteString(next[1:])
			continue
		default:
			if line.Len() > 0 {
				out = append(out, line.String())
				line.Reset()
			}
			line.WriteString(next)
		}
		quoted = strings.HasSuffix(next, "=") && (quoted || isQuotedPrintable(next))
	}
	return append(out, line.String())
}

// isQuotedPrintable tells of a property of vCard 2.1 by its first line.
func isQuotedPrintable(line string) bool {
	head, _, ok := strings.Cut(line, ":")
	return ok && len(head) < 1000 && strings.Contains(strings.ToUpper(head), "QUOTED-PRINTABLE")
}

// contentLine parts NAME;PARAM=VALUE:VALUE. The group prefix of a vCard
// property is dropped.
func contentLine(line string) (name string, params map[string]string, value string) {
	colon, quoted := -1, false
	for i := 0; i < len(line); i++ {
		if line[i] == '"' {
			quoted = !quoted
		} else if line[i] == ':' && !quoted {
			colon = i
			break
		}
	}
	if colon < 0 {
		return "", nil, ""
	}
	head, rest, _ := strings.Cut(line[:colon], ";")
	if i := strings.LastIndexByte(head, '.'); i >= 0 {
		head = head[i+1:]
	}
	_, params = rfc822.Params([]byte("x;" + rest))
	if isQuotedPrintable(line) {
		params["encoding"] = "quoted-printable"
	}
	return strings.ToUpper(strings.TrimSpace(head)), params, line[colon+1:]
}

func property(name string, params map[string]string, value string, has told) string {
	switch name {
	case "SUMMARY", "DESCRIPTION", "LOCATION", "COMMENT", "CONTACT", "CATEGORIES", "RESOURCES", "X-WR-CALNAME", "X-WR-CALDESC", "NAME", // events
		"FN", "ORG", "TITLE", "ROLE", "NOTE", "EMAIL", "NICKNAME", "ADR", "LABEL", "RELATED", "AGENT", "SORT-STRING": // people
		return unescapeText(encodedValue(params, value))
	case "N":
		if !has.name {
			return nameInOrder(encodedValue(params, value))
		}
	case "X-ALT-DESC":
		if !has.description {
			return htmlText(unescapeText(encodedValue(params, value)), maxPropertyHTML).text
		}
	case "TEL", "BDAY", "IMPP":
		return strings.TrimSpace(value)
	case "ORGANIZER", "ATTENDEE", "MEMBER":
		return person(params["cn"], value)
	case "DTSTART", "DTEND", "DUE":
		return dateTime(value)
	case "URL", "ATTACH", "CONFERENCE", "X-MICROSOFT-SKYPETEAMSMEETINGURL", "X-MICROSOFT-ONLINEMEETINGEXTERNALLINK",
		"X-MICROSOFT-ONLINEMEETINGCONFLINK", "X-GOOGLE-CONFERENCE":
		return placeOf(name, params, value)
	}
	if contactAside(name) {
		return unescapeText(encodedValue(params, value))
	}
	return ""
}

// maxPropertyHTML bounds the text of a description in HTML.
const maxPropertyHTML = 1 << 20

// contactAside tells of what programs say of people in properties of their own.
func contactAside(name string) bool {
	rest, ok := strings.CutPrefix(name, "X-")
	if !ok {
		return false
	}
	for _, of := range []string{
		"SKYPE", "AIM", "MSN", "ICQ", "JABBER", "YAHOO", "TWITTER", "SOCIALPROFILE", "PHONETIC", "MANAGER", "ASSISTANT", "SPOUSE", "ABLABEL", "ABRELATEDNAMES",
		"MS-IMADDRESS", "MS-MANAGER", "MS-ASSISTANT", "MS-SPOUSE", "MS-CHILD", "EVOLUTION-MANAGER", "EVOLUTION-ASSISTANT", "EVOLUTION-SPOUSE", "DEPARTMENT",
	} {
		if strings.HasPrefix(rest, of) {
			return true
		}
	}
	return false
}

// placeOf gives an address on the net, with what it is called. What is attached
// itself is none.
func placeOf(name string, params map[string]string, value string) string {
	value = strings.TrimSpace(value)
	called := cmp.Or(params["label"], params["filename"], params["x-filename"])
	target := linkTarget(value)
	if target == "" && name == "URL" {
		target = value
	}
	return strings.TrimSpace(called + " " + target)
}

// nameInOrder puts the parts of a name, which begin with the family's, in the
// order in which they are said.
func nameInOrder(value string) string {
	parts := strings.Split(strings.ReplaceAll(value, `\;`, ","), ";")
	for len(parts) < 5 {
		parts = append(parts, "")
	}
	family, given, others, before, after := parts[0], parts[1], parts[2], parts[3], parts[4]
	return strings.Join(strings.Fields(unescapeText(strings.Join([]string{before, given, others, family, after}, " "))), " ")
}

// encodedValue decodes the quoted-printable of vCard 2.1.
func encodedValue(params map[string]string, value string) string {
	if !strings.EqualFold(params["encoding"], "quoted-printable") {
		return value
	}
	p := rfc822.Part{Encoding: "quoted-printable", Body: []byte(value), Params: map[string]string{"charset": params["charset"]}}
	return p.Text()
}

func unescapeText(s string) string {
	s = strings.NewReplacer(`\n`, "\n", `\N`, "\n", `\,`, ",", `\;`, ";", `\\`, `\`, ";", " ").Replace(s)
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimSpace(l)
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

func person(name, value string) string {
	if len(value) > 7 && strings.EqualFold(value[:7], "mailto:") {
		value = value[7:]
	}
	switch {
	case name == "" || strings.EqualFold(name, value):
		return value
	case strings.Contains(value, "@"):
		return name + " <" + value + ">"
	}
	return name
}

// dateTime makes 20240102T030405Z readable; anything else stays as it is.
func dateTime(v string) string {
	v = strings.TrimSpace(v)
	if len(v) < 8 || strings.Trim(v[:8], "0123456789") != "" {
		return v
	}
	s := v[:4] + "-" + v[4:6] + "-" + v[6:8]
	if len(v) >= 15 && v[8] == 'T' && strings.Trim(v[9:15], "0123456789") == "" {
		s += " " + v[9:11] + ":" + v[11:13]
		if strings.HasSuffix(v, "Z") {
			s += " UTC"
		}
	}
	return s
}
