package decode

import (
	"bytes"
	"fmt"
	netmail "net/mail"
	"strconv"
	"strings"
	"time"

	"mailquarry/internal/mail"
	"mailquarry/internal/rfc822"
)

func rfcMessage(m *mail.Message, raw []byte) error {
	root, err := rfc822.Parse(raw)
	if err != nil {
		err = fmt.Errorf("read message: %w", err)
	}
	h := root.Header
	m.Subject = cleanLine(h.Text("subject"))
	m.To = addresses(h, "to")
	m.Cc = addresses(h, "cc")
	m.Bcc = addresses(h, "bcc")
	m.ReplyTo = addresses(h, "reply-to")
	from := addresses(h, "from")
	if len(from) > 0 {
		m.From = from[0]
	}
	if s := addresses(h, "sender"); len(s) > 0 && s[0] != m.From {
		m.Sender = s[0]
		if len(from) == 0 {
			m.From, m.Sender = s[0], mail.Address{}
		}
	}
	m.Sent = headerDate(h.First("date"))
	m.Received = received(h)
	if m.Received.IsZero() {
		m.Received = m.Sent
	}
	m.InternetMessageID = bareID(string(h.First("message-id")))
	m.ConversationID = thread(h, m.InternetMessageID)
	m.Importance = rfcImportance(h)
	m.Categories = keywords(h)
	statusFlags(m, h)
	gmailLabels(m, h)
	fields := make([]header, len(h))
	for i, f := range h {
		fields[i] = header{name: f.Name, value: func() string { return rfc822.Words(f.Value) }}
	}
	readHeaders(m, fields)
	m.Kind, m.HasInvite = kindOfParts(root)
	m.Body = body(root)
	return err
}

func addresses(h rfc822.Header, name string) []mail.Address {
	var out []mail.Address
	for _, v := range h.All(name) {
		for _, a := range rfc822.Addresses(v) {
			out = append(out, mail.Address{Name: cleanLine(a.Name), Address: cleanLine(a.Address)})
		}
	}
	return out
}

// received is the time the last server wrote: that of the topmost Received
// field, behind its last semicolon.
func received(h rfc822.Header) time.Time {
	v := h.First("received")
	i := bytes.LastIndexByte(v, ';')
	if i < 0 {
		return time.Time{}
	}
	return headerDate(v[i+1:])
}

// headerDate reads a date as mailers write it.
func headerDate(v []byte) time.Time {
	s := cleanLine(string(v))
	if s == "" || len(s) > 200 {
		return time.Time{}
	}
	// The form of most mail, with or without a zone's name behind it: net/mail tries one
	// form after the other.
	usual, _, _ := strings.Cut(s, " (")
	if t, err := time.Parse("Mon, 2 Jan 2006 15:04:05 -0700", usual); err == nil {
		return plausible(t)
	}
	if t, err := netmail.ParseDate(s); err == nil {
		return plausible(t)
	}
	if i := strings.IndexByte(s, '('); i > 0 {
		s = strings.TrimSpace(s[:i])
		if t, err := netmail.ParseDate(s); err == nil {
			return plausible(t)
		}
	}
	for _, layout := range dateLayouts() {
		if t, err := time.Parse(layout, s); err == nil {
			return plausible(t)
		}
	}
	return dateByWords(s)
}

// dateLayouts are the forms outside RFC 5322 that are met most.
func dateLayouts() []string {
	return []string{
		time.RFC3339, "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05", "Mon Jan _2 15:04:05 2006",
		"Mon Jan _2 15:04:05 MST 2006", "Mon Jan _2 15:04:05 2006 -0700", "Mon, _2 Jan 2006 15:04:05",
		"Mon, _2-Jan-2006 15:04:05 MST", "Mon, _2 Jan 2006", "_2 Jan 2006",
	}
}

// dateByWords picks day, month, year and time out of a date whose weekday or
// zone is not to be understood (a foreign weekday, "GMT Standard Time").
func dateByWords(s string) time.Time {
	fields := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' || r == '-' && !strings.Contains(s, " -") })
	for i := range fields {
		if i+3 > len(fields) {
			break
		}
		day := fields[i]
		if len(day) == 1 {
			day = "0" + day
		}
		date := day + " " + fields[i+1] + " " + fields[i+2]
		t, err := time.Parse("02 Jan 2006", date)
		if err != nil {
			if t, err = time.Parse("02 Jan 06", date); err != nil {
				continue
			}
		}
		clock := "00:00:00"
		zone := "+0000"
		if i+3 < len(fields) && strings.Count(fields[i+3], ":") > 0 {
			clock = fields[i+3]
			if strings.Count(clock, ":") == 1 {
				clock += ":00"
			}
			if i+4 < len(fields) && len(fields[i+4]) == 5 {
				zone = fields[i+4]
			}
		}
		for _, z := range []string{zone, "+0000"} {
			if full, err := time.Parse("2006-01-02 15:04:05 -0700", t.Format("2006-01-02")+" "+clock+" "+z); err == nil {
				return plausible(full)
			}
		}
		return plausible(t)
	}
	return time.Time{}
}

// thread names the message's thread after its root: the first of References,
// else what it replies to, else itself.
func thread(h rfc822.Header, own string) string {
	for _, name := range []string{"references", "in-reply-to"} {
		v := h.First(name)
		if i := bytes.IndexByte(v, '<'); i >= 0 && bytes.IndexByte(v[i:], '>') > 1 {
			return bareID(string(v[i:]))
		}
	}
	return own
}

func rfcImportance(h rfc822.Header) string {
	if s := importance(cleanLine(string(h.First("importance")))); s != "" {
		return s
	}
	switch p := cleanLine(string(h.First("x-priority"))); {
	case strings.HasPrefix(p, "1"), strings.HasPrefix(p, "2"):
		return "high"
	case strings.HasPrefix(p, "4"), strings.HasPrefix(p, "5"):
		return "low"
	}
	return ""
}

func keywords(h rfc822.Header) []string {
	var out []string
	for _, v := range append(h.All("keywords"), h.All("x-keywords")...) {
		for k := range strings.SplitSeq(rfc822.Words(v), ",") {
			if k = cleanLine(k); k != "" && len(out) < maxCategories {
				out = append(out, k)
			}
		}
	}
	return out
}

// statusFlags reads the fields in which mail programs keep a message's flags: R
// for read, F for flagged, T for a draft. A message without any counts as read,
// since exports have none and a whole archive of unread mail would help nobody.
func statusFlags(m *mail.Message, h rfc822.Header) {
	status, more, mozilla := h.First("status"), h.First("x-status"), h.First("x-mozilla-status")
	bits, err := strconv.ParseUint(string(mozilla), 16, 16)
	m.IsRead = bytes.ContainsRune(status, 'R') || err == nil && bits&1 != 0 || status == nil && err != nil
	m.IsFlagged = bytes.ContainsRune(more, 'F') || bits&4 != 0
	m.IsDraft = strings.TrimSpace(string(h.First("x-unsent"))) == "1" || bytes.ContainsRune(more, 'T')
}

// body picks what is shown: the HTML of the first text that has one, else the
// plain text. Of several inline texts in a row all are joined.
func body(root *rfc822.Part) mail.Body {
	var b bodyBuilder
	b.add(root)
	if b.html.Len() > 0 {
		return mail.Body{Type: mail.HTML, Content: clean(b.html.String())}
	}
	return mail.Body{Type: mail.Text, Content: clean(b.text.String())}
}

// maxBody bounds a displayed body in bytes.
const maxBody = 32 << 20

type bodyBuilder struct {
	text, html strings.Builder
}

func (b *bodyBuilder) add(p *rfc822.Part) {
	switch {
	case len(p.Children) > 0 && p.Type == "multipart/alternative":
		if best := p.Best(); best != nil {
			b.add(best)
		}
	case len(p.Children) > 0 && p.Type == "multipart/related":
		b.add(p.Children[0])
	case len(p.Children) > 0:
		for _, c := range p.Children {
			b.add(c)
		}
	case p.IsAttachment():
	case b.html.Len()+b.text.Len() > maxBody:
	default:
		b.leaf(p)
	}
}

// leaf adds a text. A body is one or the other: once there is HTML, plain text
// that follows (a list's footer) is added to it as such, and text before it is
// put in front.
func (b *bodyBuilder) leaf(p *rfc822.Part) {
	text := p.Text()
	isHTML := p.Type == "text/html"
	if p.Type == "text/enriched" {
		text = rfc822.Unenrich(text)
	}
	if !isHTML && strings.EqualFold(p.Params["format"], "flowed") {
		text = rfc822.Unflow(text, strings.EqualFold(p.Params["delsp"], "yes"))
	}
	if isHTML && b.html.Len() == 0 && b.text.Len() > 0 {
		b.html.WriteString(asHTML(b.text.String()))
	}
	switch {
	case isHTML:
		b.html.WriteString(text)
	case b.html.Len() > 0:
		if strings.TrimSpace(text) != "" {
			b.html.WriteString(asHTML(text))
		}
	default:
		if b.text.Len() > 0 {
			b.text.WriteString("\n")
		}
		b.text.WriteString(text)
	}
}

func asHTML(text string) string {
	r := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	return `<div style="white-space:pre-wrap">` + r.Replace(text) + "</div>"
}
