package graphsim

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"time"
)

// mime writes the message as RFC 5322, regenerated from its properties as
// Exchange does.
func (m *Message) mime() []byte { return m.mimeAt(0) }

func (m *Message) mimeAt(depth int) []byte {
	var b bytes.Buffer
	header := func(name, value string) {
		if value != "" {
			b.WriteString(name + ": " + value + "\r\n")
		}
	}
	header("From", addressList([]Address{m.From}))
	header("To", addressList(m.To))
	header("Cc", addressList(m.Cc))
	header("Bcc", addressList(m.Bcc))
	header("Subject", mime.QEncoding.Encode("utf-8", oneLine(m.Subject)))
	date := m.Sent
	if date.IsZero() {
		date = m.Received
	}
	if !date.IsZero() {
		header("Date", date.UTC().Format(time.RFC1123Z))
	}
	header("Message-ID", oneLine(m.InternetMessageID))
	header("In-Reply-To", oneLine(m.InReplyTo))
	header("MIME-Version", "1.0")
	if len(m.Attachments) == 0 {
		m.writeBodyPart(&b)
		return b.Bytes()
	}
	boundary := fmt.Sprintf("_%03d_%016x_", depth, mixString(uint64(depth), m.Subject+m.InternetMessageID))
	header("Content-Type", `multipart/mixed; boundary="`+boundary+`"`)
	b.WriteString("\r\n--" + boundary + "\r\n")
	m.writeBodyPart(&b)
	for i := range m.Attachments {
		b.WriteString("\r\n--" + boundary + "\r\n")
		m.Attachments[i].writePart(&b, depth)
	}
	b.WriteString("\r\n--" + boundary + "--\r\n")
	return b.Bytes()
}

func (m *Message) writeBodyPart(b *bytes.Buffer) {
	kind, content := "html", m.HTML
	if content == "" {
		kind, content = "plain", m.Text
	}
	b.WriteString("Content-Type: text/" + kind + "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n")
	w := quotedprintable.NewWriter(b)
	_, _ = w.Write([]byte(content)) // a bytes.Buffer does not fail
	_ = w.Close()
}

func (a *Attachment) writePart(b *bytes.Buffer, depth int) {
	disposition := "attachment"
	if a.Inline {
		disposition = "inline"
	}
	b.WriteString("Content-Disposition: " + mime.FormatMediaType(disposition, map[string]string{"filename": oneLine(a.Name)}) + "\r\n")
	if a.ContentID != "" {
		b.WriteString("Content-ID: <" + oneLine(a.ContentID) + ">\r\n")
	}
	if a.Item != nil && depth < nestingLimit {
		b.WriteString("Content-Type: message/rfc822\r\n\r\n")
		b.Write(a.Item.mimeAt(depth + 1))
		return
	}
	b.WriteString("Content-Type: " + oneLine(a.mediaType()) + "\r\nContent-Transfer-Encoding: base64\r\n\r\n")
	text := base64.StdEncoding.EncodeToString(a.Content)
	for len(text) > 76 {
		b.WriteString(text[:76] + "\r\n")
		text = text[76:]
	}
	b.WriteString(text + "\r\n")
}

func addressList(list []Address) string {
	var out []string
	for _, a := range list {
		if a != (Address{}) {
			out = append(out, (&mail.Address{Name: oneLine(a.Name), Address: oneLine(a.Address)}).String())
		}
	}
	return strings.Join(out, ",\r\n\t")
}

// oneLine keeps a value from becoming another header.
func oneLine(s string) string {
	return strings.NewReplacer("\r", " ", "\n", " ").Replace(s)
}
