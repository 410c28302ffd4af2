package demo

import (
	"fmt"
	"strings"
	"time"

	"mailquarry/internal/graphsim"
)

// party is someone who takes part in a thread: one of the staff or a contact.
type party struct {
	box     int    // index of the mailbox, -1 for those outside
	name    string // as in the directory
	sign    string // as they sign
	first   string
	title   string
	address string
	staff   *person
	org     string
}

func (p party) mail() graphsim.Address {
	return graphsim.Address{Name: p.name, Address: p.address}
}

// insider makes a party of one of the staff, as named in a language.
func insider(i int, p *person, code string) party {
	name, first, title := p.called(code)
	return party{box: i, name: p.display(), sign: name, first: first, title: title, address: p.address(), staff: p, org: companyName}
}

func outsider(c *contact) party {
	return party{box: -1, name: c.name, sign: c.name, first: c.first, address: c.address, org: c.org}
}

// letter is a message's body in the making, in both forms: what one person
// quotes of another depends on how they themselves write.
type letter struct {
	html        bool
	text, inner string // inner is HTML without the frame
	logo        bool
}

// parts are what a letter is put together from.
type parts struct {
	greeting string
	paras    []string
	list     []string   // points, such as an agenda
	table    [][]string // a bill
	closing  string
	quote    *letter // what is answered or forwarded
	quoteTop string  // the line above a quotation in plain text
	quoteBy  graphsim.Message
}

// write puts a letter together as its sender would.
func (s *scene) write(from party, p parts) letter {
	l := letter{html: from.staff == nil && s.d.chance(50) || from.staff != nil && from.staff.html}
	l.logo = l.html && from.staff != nil && from.staff.logo
	sign := s.signature(from)
	l.text = plainLetter(p, sign)
	l.inner = s.htmlLetter(p, sign, l.logo)
	if p.quote != nil {
		l.text += "\r\n\r\n" + p.quoteTop + "\r\n" + quoted(p.quote.text)
		l.inner += s.htmlQuote(p)
	}
	return l
}

func (s *scene) signature(from party) []string {
	sign := []string{pick(s.d, s.l.values["signoff"]), from.sign}
	if from.staff != nil {
		sign = append(sign, from.title+" · "+companyName, "+44 20 0000 0"+from.staff.phone)
	} else if from.org != from.name {
		sign = append(sign, from.org)
	}
	return sign
}

func plainLetter(p parts, sign []string) string {
	var blocks []string
	if p.greeting != "" {
		blocks = append(blocks, p.greeting)
	}
	blocks = append(blocks, p.paras...)
	if len(p.list) > 0 {
		blocks = append(blocks, "- "+strings.Join(p.list, "\r\n- "))
	}
	if len(p.table) > 0 {
		var rows []string
		for _, r := range p.table {
			rows = append(rows, strings.Join(r, "\t"))
		}
		blocks = append(blocks, strings.Join(rows, "\r\n"))
	}
	if p.closing != "" {
		blocks = append(blocks, p.closing)
	}
	blocks = append(blocks, strings.Join(sign, "\r\n"))
	return strings.Join(blocks, "\r\n\r\n")
}

// quoteLimit keeps long threads from growing without end, as people do by
// cutting off old quotations.
const quoteLimit = 5000

// quoted puts "> " before each line.
func quoted(text string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.TrimRight(text, "\r\n"), "\r\n") {
		if b.Len() > quoteLimit {
			b.WriteString("> [...]\r\n")
			break
		}
		if strings.HasPrefix(line, ">") {
			b.WriteString(">" + line + "\r\n")
		} else {
			b.WriteString("> " + line + "\r\n")
		}
	}
	return b.String()
}

func (s *scene) htmlLetter(p parts, sign []string, logo bool) string {
	var b strings.Builder
	para := func(text string) { b.WriteString("<p>" + escape(text) + "</p>\n") }
	if p.greeting != "" {
		para(p.greeting)
	}
	for _, t := range p.paras {
		para(t)
	}
	if len(p.list) > 0 {
		b.WriteString("<ul>\n")
		for _, t := range p.list {
			b.WriteString("<li>" + escape(t) + "</li>\n")
		}
		b.WriteString("</ul>\n")
	}
	if len(p.table) > 0 {
		b.WriteString(htmlTable(p.table))
	}
	if p.closing != "" {
		para(p.closing)
	}
	b.WriteString(`<p class="sign">` + escape(sign[0]) + "<br><b>" + escape(sign[1]) + "</b>")
	for _, t := range sign[2:] {
		b.WriteString("<br>" + escape(t))
	}
	b.WriteString("</p>\n")
	if logo {
		b.WriteString(`<p><img src="cid:` + logoID + `" alt="` + companyName + `" width="120" height="36"></p>` + "\n")
	}
	return b.String()
}

// logoID is the content id of the logo in signatures.
const logoID = "logo@" + Domain

func htmlTable(rows [][]string) string {
	var b strings.Builder
	b.WriteString(`<table border="1" cellpadding="4" style="border-collapse:collapse">` + "\n")
	for i, row := range rows {
		tag := "td"
		if i == 0 {
			tag = "th"
		}
		b.WriteString("<tr>")
		for _, c := range row {
			b.WriteString("<" + tag + ">" + escape(c) + "</" + tag + ">")
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</table>\n")
	return b.String()
}

// htmlQuote writes the header block that mail programs put over a quotation,
// and the quotation.
func (s *scene) htmlQuote(p parts) string {
	labels := s.l.values["labels"]
	m := p.quoteBy
	var to []string
	for _, a := range m.To {
		to = append(to, a.Name)
	}
	inner := p.quote.inner
	if len(inner) > 2*quoteLimit {
		inner = ""
	}
	var b strings.Builder
	b.WriteString(`<div style="border-left:2px solid #b5b5b5;padding-left:8px">` + "\n<p>")
	for i, v := range []string{m.From.Name + " <" + m.From.Address + ">", s.date(m.Received) + m.Received.Format(" 15:04"), strings.Join(to, "; "), m.Subject} {
		b.WriteString("<b>" + escape(labels[i]) + ":</b> " + escape(v) + "<br>")
	}
	b.WriteString("</p>\n" + inner + "</div>\n")
	return b.String()
}

// page frames HTML as mail programs do.
func (s *scene) page(inner string) string {
	dir := ""
	if s.l.rtl() {
		dir = ` dir="rtl"`
	}
	return `<html lang="` + s.l.code + `"><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">` +
		`<style>p{margin:0 0 10px}.sign{color:#555}</style></head>` + "\n<body" + dir + ">\n" + inner + "</body></html>"
}

// message makes the message that carries a letter.
func (s *scene) message(from party, to, cc []party, subject string, l letter, at time.Time) graphsim.Message {
	m := graphsim.Message{
		Subject: subject, From: from.mail(), Received: at, Sent: at.Add(-time.Duration(s.d.between(1, 40)) * time.Second),
		InternetMessageID: s.messageID(from.address, at),
		Importance:        "normal",
	}
	for _, p := range to {
		m.To = append(m.To, p.mail())
	}
	for _, p := range cc {
		m.Cc = append(m.Cc, p.mail())
	}
	if l.html {
		m.HTML = s.page(l.inner)
	} else {
		m.Text = l.text
	}
	return m
}

func (s *scene) messageID(from string, at time.Time) string {
	_, domain, _ := strings.Cut(from, "@")
	return fmt.Sprintf("<%s.%08x@%s>", at.UTC().Format("20060102150405"), s.d.Uint32(), domain)
}
