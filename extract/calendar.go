package extract

import (
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
	for i, line := range unfoldLines(src) {
		if i >= maxCalendarLines || out.Len() > limit {
			return limited{text: normal(out.String(), limit).text, cut: true}
		}
		name, params, value := contentLine(line)
		switch {
		case name == "BEGIN" && hiddenComponent(value):
			skip++
		case name == "END" && hiddenComponent(value):
			skip = max(0, skip-1)
		case name == "END":
			out.WriteByte('\n')
		case skip > 0:
		default:
			if s := property(name, params, value); s != "" {
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

// unfoldLines undoes folding: a line that begins with white space continues
// the one before.
func unfoldLines(src string) []string {
	src = strings.ReplaceAll(src, "\r\n", "\n")
	src = strings.ReplaceAll(src, "\n ", "")
	src = strings.ReplaceAll(src, "\n\t", "")
	return strings.Split(src, "\n")
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
	return strings.ToUpper(strings.TrimSpace(head)), params, line[colon+1:]
}

func property(name string, params map[string]string, value string) string {
	switch name {
	case "SUMMARY", "DESCRIPTION", "LOCATION", "COMMENT", "CONTACT", "CATEGORIES", "RESOURCES", // events
		"FN", "ORG", "TITLE", "ROLE", "NOTE", "EMAIL", "NICKNAME", "ADR", "LABEL": // people
		return unescapeText(encodedValue(params, value))
	case "TEL", "URL", "BDAY":
		return strings.TrimSpace(value)
	case "ORGANIZER", "ATTENDEE":
		return person(params["cn"], value)
	case "DTSTART", "DTEND", "DUE":
		return dateTime(value)
	}
	return ""
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
