package extract

import (
	"bytes"
	"strings"

	"mailquarry/internal/rfc822"
)

func mailFormat() format {
	return format{
		name: "mail", version: 3, text: true, extensions: strings.Fields("eml mht mhtml nws mbox mbx"), media: []string{"message/rfc822", "message/global", "application/mbox"},
		is: isMail, read: readMail,
	}
}

// isMail tells of a message by its first lines: header fields, one of which only
// mail has.
func isMail(p *probe) bool {
	seen := false
	head := p.head[:min(len(p.head), 4<<10)]
	if wideMail(head) {
		head = []byte(decodeText(head[:len(head)&^1], ""))
	}
	for i, line := range bytes.Split(head, []byte("\n")) {
		line = bytes.TrimRight(line, "\r")
		if len(line) == 0 {
			return seen
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		switch {
		case i > 0 && (line[0] == ' ' || line[0] == '\t'):
			continue
		case i == 0 && bytes.HasPrefix(line, []byte("From ")):
			continue
		case !ok || len(name) == 0 || bytes.ContainsAny(name, " \t<{"):
			return false
		}
		switch strings.ToLower(string(name)) {
		case "received", "return-path", "message-id", "mime-version", "delivered-to", "x-mailer":
			seen = true
		case "content-type":
			// A part with parts, or an encrypted one, that was saved as it was.
			value = bytes.ToLower(bytes.TrimSpace(value))
			seen = seen || bytes.HasPrefix(value, []byte("multipart/")) || bytes.Contains(value, []byte("pkcs7-mime"))
		}
	}
	return seen
}

// wideMail tells of a message that an editor has saved in UTF-16.
func wideMail(raw []byte) bool {
	return bytes.HasPrefix(raw, []byte{0xFF, 0xFE}) || bytes.HasPrefix(raw, []byte{0xFE, 0xFF}) || looksUTF16(raw)
}

// readMail reads a message: subject, people and date, its text, and what is
// attached to it, each as a document of its own.
func readMail(r *reading, d document) error {
	if wideMail(d.raw) {
		raw, _ := decodable(d.raw)
		d.raw = []byte(decodeText(raw, ""))
	}
	if first := mailboxNext(d.raw, 0); first > 0 {
		return readMailbox(r, d, first)
	}
	root, err := rfc822.Parse(d.raw)
	if err != nil {
		r.fault(outcome{TooLarge, "parts nested too deep"})
	}
	lines := []string{root.Header.Text("subject")}
	for _, name := range []string{"from", "to", "cc", "bcc"} {
		var all []string
		for _, v := range root.Header.All(name) {
			for _, a := range rfc822.Addresses(v) {
				all = append(all, person(a.Name, a.Address))
			}
		}
		lines = append(lines, strings.Join(all, ", "))
	}
	lines = append(lines, string(root.Header.First("date")))
	for _, s := range lines {
		if err := r.line(strings.Join(strings.Fields(s), " ")); err != nil {
			return err
		}
	}
	return readPart(r, d, root)
}

func readPart(r *reading, d document, p *rfc822.Part) error {
	if err := r.member(); err != nil {
		return err
	}
	switch {
	case len(p.Children) > 0 && p.Type == "multipart/alternative":
		return readAlternatives(r, d, p)
	case len(p.Children) > 0:
		for _, c := range p.Children {
			if err := readPart(r, d, c); err != nil {
				return err
			}
		}
		return nil
	case p.Type == "message/rfc822" || p.Type == "message/global":
		return r.child(Step{Kind: Message, Name: p.Name()}, document{name: "message.eml", contentType: p.Type, raw: p.Decoded(), depth: d.depth})
	case len(p.Header.First("content-location")) > 0 && (p.Type == "text/css" || strings.HasSuffix(p.Type, "javascript")):
		return nil // how a saved page looks and moves
	case p.IsAttachment():
		return readAttached(r, d, p.Name(), p.Type, p.Decoded())
	}
	return readBody(r, d, p)
}

// readBody reads a part of a message's own text, and the files that stand in it as
// they did before MIME.
func readBody(r *reading, d document, p *rfc822.Part) error {
	raw, cut := decodable(p.Decoded())
	var files []rfc822.UUFile
	if p.Type == "text/plain" {
		raw, files = rfc822.UUFiles(raw)
	}
	t := bodyText(r, p, raw)
	if err := r.block(t.text); err != nil {
		return err
	}
	for _, f := range files {
		if err := readAttached(r, d, f.Name, "", f.Data); err != nil {
			return err
		}
	}
	if !cut && !t.cut {
		return nil
	}
	return r.stop("text")
}

func bodyText(r *reading, p *rfc822.Part, raw []byte) limited {
	text := rfc822.Text(raw, p.Params["charset"])
	switch {
	case p.Type == "text/html":
		return htmlText(text, r.limits.Text)
	case p.Type == "text/enriched":
		text = rfc822.Unenrich(text)
	case strings.EqualFold(p.Params["format"], "flowed"):
		text = rfc822.Unflow(text, strings.EqualFold(p.Params["delsp"], "yes"))
	}
	return limited{text: PlainLinks(text)}
}

// readAttached reads a file attached to a message; its name is text, too.
func readAttached(r *reading, d document, name, contentType string, raw []byte) error {
	if err := r.block(name); err != nil {
		return err
	}
	return r.child(Step{Kind: Attachment, Name: name}, document{name: name, contentType: contentType, raw: raw, depth: d.depth})
}
