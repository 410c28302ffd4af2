package graphsim

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding/charmap"
)

// headerList is a message's headers in order, unfolded and in UTF-8.
type headerList [][2]string

// parseHeader reads the headers that raw begins with. It never fails: lines
// that are no header are skipped.
func parseHeader(raw []byte) headerList {
	var list headerList
	for len(raw) > 0 {
		var line []byte
		line, raw, _ = bytes.Cut(raw, []byte("\n"))
		line = bytes.TrimRight(line, "\r")
		if len(line) == 0 {
			break
		}
		if (line[0] == ' ' || line[0] == '\t') && len(list) > 0 {
			list[len(list)-1][1] += " " + toUTF8(bytes.TrimSpace(line))
			continue
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok || bytes.ContainsAny(name, " \t") {
			continue
		}
		list = append(list, [2]string{toUTF8(name), toUTF8(bytes.TrimSpace(value))})
	}
	return list
}

// splitHeader cuts a message or part into its headers and body.
func splitHeader(raw []byte) (headerList, []byte) {
	end, body := len(raw), []byte(nil)
	for at := 0; at < len(raw); {
		i := bytes.IndexByte(raw[at:], '\n')
		if i < 0 {
			break
		}
		line := bytes.TrimRight(raw[at:at+i], "\r")
		if len(line) == 0 {
			end, body = at, raw[at+i+1:]
			break
		}
		at += i + 1
	}
	return parseHeader(raw[:end]), body
}

func (h headerList) get(name string) string {
	for _, p := range h {
		if strings.EqualFold(p[0], name) {
			return p[1]
		}
	}
	return ""
}

func (h headerList) date() time.Time { return parseDate(h.get("Date")) }

// toUTF8 reads bytes that are not UTF-8 as windows-1252.
func toUTF8(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	out, err := charmap.Windows1252.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\ufffd")
	}
	return string(out)
}

// decodeText reads bytes in a declared charset.
func decodeText(b []byte, label string) string {
	label = strings.ToLower(strings.TrimSpace(label))
	if label == "" || label == "utf-8" || label == "us-ascii" || label == "ascii" {
		return toUTF8(b)
	}
	enc, _ := charset.Lookup(label)
	if enc == nil {
		return toUTF8(b)
	}
	out, err := enc.NewDecoder().Bytes(b)
	if err != nil {
		return toUTF8(b)
	}
	return strings.ToValidUTF8(string(out), "\ufffd")
}

func wordDecoder() *mime.WordDecoder {
	return &mime.WordDecoder{CharsetReader: func(label string, in io.Reader) (io.Reader, error) {
		b, err := io.ReadAll(in)
		if err != nil {
			return nil, err
		}
		return strings.NewReader(decodeText(b, label)), nil
	}}
}

// decodeWords reads RFC 2047 words; what is malformed stays as it is.
func decodeWords(s string) string {
	if !strings.Contains(s, "=?") {
		return s
	}
	out, err := wordDecoder().DecodeHeader(s)
	if err != nil {
		return s
	}
	return out
}

// addresses reads an address list, as far as it is one.
func addresses(s string) []Address {
	if strings.TrimSpace(s) == "" {
		return nil
	}
	p := mail.AddressParser{WordDecoder: wordDecoder()}
	if list, err := p.ParseList(s); err == nil {
		out := make([]Address, 0, len(list))
		for _, a := range list {
			out = append(out, Address{Name: a.Name, Address: a.Address})
		}
		return out
	}
	var out []Address
	for part := range strings.SplitSeq(s, ",") {
		part = decodeWords(strings.TrimSpace(part))
		name, rest, ok := strings.Cut(part, "<")
		if !ok {
			rest, name = part, ""
		}
		rest, _, _ = strings.Cut(rest, ">")
		if a := (Address{Name: strings.Trim(strings.TrimSpace(name), `"`), Address: strings.TrimSpace(rest)}); a != (Address{}) {
			out = append(out, a)
		}
	}
	return out
}

// parseMessage reads an RFC 5322 message. It takes anything.
func parseMessage(raw []byte, depth int) *Message {
	h, body := splitHeader(raw)
	m := &Message{
		Subject: decodeWords(h.get("Subject")), To: addresses(h.get("To")), Cc: addresses(h.get("Cc")), Bcc: addresses(h.get("Bcc")),
		Received: h.date(), Sent: h.date(), InternetMessageID: h.get("Message-Id"), InReplyTo: firstWord(h.get("In-Reply-To")),
		Headers: h, IsRead: true,
	}
	if from := addresses(h.get("From")); len(from) > 0 {
		m.From = from[0]
	}
	switch strings.ToLower(h.get("Importance")) {
	case "high":
		m.Importance = "high"
	case "low":
		m.Importance = "low"
	}
	m.addPart(h, body, depth)
	return m
}

// partDepth bounds how deep parts are looked into; deeper ones are attachments.
const partDepth = 20

// addPart adds a part's body to the message: as its text, its HTML or an
// attachment.
func (m *Message) addPart(h headerList, body []byte, depth int) {
	kind, params, err := mime.ParseMediaType(h.get("Content-Type"))
	if err != nil && kind == "" {
		kind = "text/plain"
	}
	disposition, dparams, _ := mime.ParseMediaType(h.get("Content-Disposition"))
	name := decodeWords(dparams["filename"])
	if name == "" {
		name = decodeWords(params["name"])
	}
	if strings.HasPrefix(kind, "multipart/") && params["boundary"] != "" && depth < partDepth {
		m.addMultipart(body, params["boundary"], depth)
		return
	}
	content := decodeTransfer(body, h.get("Content-Transfer-Encoding"))
	attached := disposition == "attachment" || name != ""
	switch {
	case kind == "text/plain" && !attached && m.Text == "":
		m.Text = decodeText(content, params["charset"])
	case kind == "text/html" && !attached && m.HTML == "":
		m.HTML = decodeText(content, params["charset"])
	case kind == "message/rfc822" && depth < partDepth:
		item := parseMessage(content, depth+1)
		if name == "" {
			name = item.Subject
		}
		m.Attachments = append(m.Attachments, Attachment{Name: name, ContentType: kind, Item: item})
	default:
		id := strings.Trim(h.get("Content-Id"), "<> ")
		m.Attachments = append(m.Attachments, Attachment{
			Name: name, ContentType: kind, ContentID: id, Content: content,
			Inline: disposition == "inline" || (id != "" && disposition != "attachment"),
		})
	}
}

func (m *Message) addMultipart(body []byte, boundary string, depth int) {
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		p, err := r.NextRawPart()
		if err != nil {
			return
		}
		content, err := io.ReadAll(p)
		if err != nil && len(content) == 0 {
			return
		}
		var h headerList
		for name, values := range p.Header {
			for _, v := range values {
				h = append(h, [2]string{name, toUTF8([]byte(v))})
			}
		}
		m.addPart(h, content, depth+1)
	}
}

// decodeTransfer undoes a transfer encoding, as far as it goes.
func decodeTransfer(b []byte, encoding string) []byte {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		clean := bytes.Map(func(r rune) rune {
			if r <= ' ' || r > '~' {
				return -1
			}
			return r
		}, b)
		out := make([]byte, base64.StdEncoding.DecodedLen(len(clean)))
		n, _ := base64.StdEncoding.Decode(out, clean) // what came before the fault is kept
		return out[:n]
	case "quoted-printable":
		out, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(b)))
		if err != nil && len(out) == 0 {
			return b
		}
		return out
	}
	return b
}
