package demo

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"mailquarry/internal/graphsim"
)

const (
	typeDOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	typeXLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// paper makes the attachment that goes with a scene's topic. Its name is known
// to the scene from then on as {doc}.
func (s *scene) paper() (graphsim.Attachment, error) {
	kind := s.topic.name
	if s.l.one("doc."+kind) == "" {
		kind = "project"
	}
	title := s.l.one("doc."+kind) + " " + s.expand("{no}")
	s.facts["doc"] = title
	d := document{title: title, rtl: s.l.rtl(), foot: companyName + " · " + title, paras: s.prose(s.d.between(3, 16))}
	format := choose(s.d, formats(kind))
	if format == "pdf" && !latin(s.l.code) {
		format = "docx"
	}
	if kind == "invoice" || kind == "budget" || kind == "contract" && s.d.chance(30) {
		d.table = s.bill(format == "xlsx" || format == "csv")
	}
	var a graphsim.Attachment
	var err error
	switch format {
	case "pdf":
		a = graphsim.Attachment{Name: title + ".pdf", ContentType: "application/pdf"}
		a.Content, err = writePDF(d)
	case "xlsx":
		a = graphsim.Attachment{Name: title + ".xlsx", ContentType: typeXLSX}
		a.Content, err = writeXLSX(title, s.l.one("doc."+kind), s.bill(true), s.l.values["items"][3])
	case "csv":
		a = graphsim.Attachment{Name: title + ".csv", ContentType: "text/csv"}
		a.Content, err = s.table(s.bill(true))
	case "txt":
		a = graphsim.Attachment{Name: title + ".txt", ContentType: "text/plain"}
		a.Content = []byte(title + "\r\n\r\n" + strings.Join(d.paras, "\r\n\r\n") + "\r\n")
	default:
		a = graphsim.Attachment{Name: title + ".docx", ContentType: typeDOCX}
		a.Content, err = writeDOCX(d)
	}
	if err != nil {
		return a, fmt.Errorf("make %s: %w", format, err)
	}
	return a, nil
}

// formats tells in which formats papers of a kind come.
func formats(kind string) []weighted {
	switch kind {
	case "invoice":
		return []weighted{{"pdf", 7}, {"docx", 2}, {"xlsx", 1}}
	case "budget":
		return []weighted{{"xlsx", 6}, {"csv", 3}, {"pdf", 1}}
	case "contract", "hr":
		return []weighted{{"docx", 5}, {"pdf", 5}}
	case "incident":
		return []weighted{{"txt", 4}, {"pdf", 4}, {"docx", 2}}
	}
	return []weighted{{"pdf", 6}, {"docx", 3}, {"txt", 1}, {"xlsx", 1}}
}

// latin tells whether Windows-1252, and so the PDF writer, can hold a language.
func latin(code string) bool { return code == "en" || code == "de" || code == "fr" || code == "es" }

// prose gives n paragraphs on the scene's topic.
func (s *scene) prose(n int) []string {
	var paras []string
	for range n {
		var sentences []string
		for _, line := range sample(s.d, s.topic.lines, s.d.between(3, 6)) {
			sentences = append(sentences, s.expand(line))
		}
		paras = append(paras, strings.Join(sentences, s.l.space()))
	}
	return paras
}

// bill makes a table of goods; plain leaves numbers without a currency.
func (s *scene) bill(plain bool) [][]string {
	rows := [][]string{s.l.values["items"]}
	for _, what := range sample(s.d, s.l.values["goods"], s.d.between(3, 6)) {
		count, price := s.d.between(1, 60), s.d.between(3, 90)*5
		row := []string{what, strconv.Itoa(count), strconv.Itoa(price), strconv.Itoa(count * price)}
		if !plain {
			row[2], row[3] = s.amount(price), s.amount(count*price)
		}
		rows = append(rows, row)
	}
	return rows
}

// table writes CSV as the language's spreadsheet programs do: with semicolons
// in Windows-1252, in UTF-16 for East Asian ones, else in UTF-8.
func (s *scene) table(rows [][]string) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	switch s.l.code {
	case "de", "fr", "es":
		w.Comma = ';'
	case "ja", "zh", "ko":
		w.Comma = '\t'
	}
	if err := w.WriteAll(rows); err != nil {
		return nil, fmt.Errorf("write csv: %w", err)
	}
	switch s.l.code {
	case "de", "fr", "es":
		return charmap.Windows1252.NewEncoder().Bytes(b.Bytes())
	case "ja", "zh", "ko":
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes(b.Bytes())
	}
	return b.Bytes(), nil
}

// invitation writes the iCalendar request for a meeting.
func invitation(uid, subject, place string, organiser graphsim.Address, guests []graphsim.Address, start time.Time, stamp time.Time) graphsim.Attachment {
	const layout = "20060102T150405Z"
	lines := []string{
		"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//" + companyName + "//Calendar//EN", "METHOD:REQUEST", "BEGIN:VEVENT",
		"UID:" + uid, "DTSTAMP:" + stamp.UTC().Format(layout),
		"DTSTART:" + start.UTC().Format(layout), "DTEND:" + start.Add(time.Hour).UTC().Format(layout),
		"SUMMARY:" + calText(subject), "LOCATION:" + calText(place),
		`ORGANIZER;CN="` + organiser.Name + `":mailto:` + organiser.Address,
	}
	for _, g := range guests {
		lines = append(lines, `ATTENDEE;ROLE=REQ-PARTICIPANT;RSVP=TRUE;CN="`+g.Name+`":mailto:`+g.Address)
	}
	lines = append(lines, "END:VEVENT", "END:VCALENDAR")
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(fold(l) + "\r\n")
	}
	return graphsim.Attachment{Name: "invite.ics", ContentType: "text/calendar", Content: []byte(b.String())}
}

// calText escapes a text value (RFC 5545, 3.3.11).
func calText(s string) string {
	return strings.NewReplacer(`\`, `\\`, ",", `\,`, ";", `\;`, "\n", `\n`).Replace(s)
}

// fold breaks a content line after at most 75 octets, between characters.
func fold(line string) string {
	var b strings.Builder
	n := 0
	for _, r := range line {
		if size := len(string(r)); n+size > 74 {
			b.WriteString("\r\n ")
			n = 1 + size
		} else {
			n += size
		}
		b.WriteRune(r)
	}
	return b.String()
}

// logo draws the company's mark: courses of stones.
func logo() ([]byte, error) {
	const width, height, course = 120, 36, 9
	stones := []color.RGBA{{0x8a, 0x7f, 0x6d, 0xff}, {0xa8, 0x9c, 0x86, 0xff}, {0x6f, 0x66, 0x58, 0xff}, {0x94, 0x88, 0x74, 0xff}}
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			row := y / course
			shifted := x + row%2*11
			c := stones[(shifted/22+row*3)%len(stones)]
			if y%course == 0 || shifted%22 == 0 {
				c = color.RGBA{0xf4, 0xf1, 0xea, 0xff}
			}
			img.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil, fmt.Errorf("draw logo: %w", err)
	}
	return b.Bytes(), nil
}
