package decode

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"mailquarry/internal/mail"
	"mailquarry/internal/rfc822"
)

// object is a JSON object whose fields are read one by one, so that one of a
// wrong type costs that field only. The names of those end up in bad.
type object struct {
	fields map[string]json.RawMessage
	bad    []string
}

func parseObject(payload []byte) (*object, error) {
	o := &object{}
	if err := json.Unmarshal(payload, &o.fields); err != nil {
		return nil, errors.New("the payload is not a JSON object")
	}
	if o.fields == nil {
		o.fields = map[string]json.RawMessage{}
	}
	return o, nil
}

func isNull(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// into reads a field into dst and tells whether it was there and fit.
func (o *object) into(name string, dst any) bool {
	raw := o.fields[name]
	if isNull(raw) {
		return false
	}
	if err := json.Unmarshal(raw, dst); err != nil {
		o.bad = append(o.bad, name)
		return false
	}
	return true
}

func (o *object) str(name string) string {
	var s string
	o.into(name, &s)
	return clean(s)
}

func (o *object) boolean(name string) bool {
	var b bool
	o.into(name, &b)
	return b
}

func (o *object) err() error {
	if len(o.bad) == 0 {
		return nil
	}
	slices.Sort(o.bad)
	return fmt.Errorf("fields of an unexpected type: %s", strings.Join(slices.Compact(o.bad), ", "))
}

// sub reads a field as an object; it is never nil.
func (o *object) sub(name string) *object {
	s := &object{fields: map[string]json.RawMessage{}}
	if o.into(name, &s.fields) && s.fields == nil {
		s.fields = map[string]json.RawMessage{}
	}
	return s
}

func (o *object) time(name string) time.Time {
	s := o.str(name)
	if s == "" {
		return time.Time{}
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04:05.9999999"} {
		if t, err := time.Parse(layout, s); err == nil {
			return plausible(t)
		}
	}
	o.bad = append(o.bad, name)
	return time.Time{}
}

// plausible drops the placeholders that sources put where they know no date:
// year 1 (Graph, .NET), 1601 (MAPI) and 1899 (OLE automation).
func plausible(t time.Time) time.Time {
	if t.Year() < 1900 || t.Year() > 9999 {
		return time.Time{}
	}
	return t.UTC()
}

func (o *object) address(name string) mail.Address {
	raw := o.fields[name]
	if isNull(raw) {
		return mail.Address{}
	}
	a, ok := recipient(raw)
	if !ok {
		o.bad = append(o.bad, name)
	}
	return a
}

func (o *object) addresses(name string) []mail.Address {
	var raws []json.RawMessage
	o.into(name, &raws)
	var out []mail.Address
	for _, raw := range raws {
		if isNull(raw) {
			continue
		}
		a, ok := recipient(raw)
		if !ok {
			o.bad = append(o.bad, name)
		}
		if a != (mail.Address{}) {
			out = append(out, a)
		}
	}
	return out
}

// recipient reads {"emailAddress":{"name":..,"address":..}}.
func recipient(raw json.RawMessage) (mail.Address, bool) {
	o, err := parseObject(raw)
	if err != nil {
		return mail.Address{}, false
	}
	e := o.sub("emailAddress")
	a := mail.Address{Name: cleanLine(e.str("name")), Address: cleanLine(e.str("address"))}
	return a, len(o.bad) == 0 && len(e.bad) == 0
}

func graphMessage(m *mail.Message, payload []byte) error {
	o, err := parseObject(payload)
	if err != nil {
		return err
	}
	m.Subject = cleanLine(o.str("subject"))
	m.From = o.address("from")
	if s := o.address("sender"); s != m.From {
		m.Sender = s
	}
	m.To = o.addresses("toRecipients")
	m.Cc = o.addresses("ccRecipients")
	m.Bcc = o.addresses("bccRecipients")
	m.ReplyTo = o.addresses("replyTo")
	m.Received = o.time("receivedDateTime")
	m.Sent = o.time("sentDateTime")
	m.InternetMessageID = bareID(o.str("internetMessageId"))
	m.ConversationID = o.str("conversationId")
	m.Importance = importance(o.str("importance"))
	m.Categories = o.texts("categories")
	m.IsRead = o.boolean("isRead")
	m.IsDraft = o.boolean("isDraft")
	headers := o.headers("internetMessageHeaders")
	readHeaders(m, headers)
	m.Kind, m.HasInvite = kindOfGraph(o, headers)
	flag := o.sub("flag")
	m.IsFlagged = strings.EqualFold(flag.str("flagStatus"), "flagged")
	body := o.sub("body")
	m.Body = graphBody(body)
	if _, ok := o.fields["body"]; !ok {
		// A partial object: the preview is better than nothing to show.
		m.Body = mail.Body{Type: mail.Text, Content: o.str("bodyPreview")}
	}
	o.bad = append(o.bad, flag.bad...)
	o.bad = append(o.bad, body.bad...)
	return o.err()
}

func (o *object) texts(name string) []string {
	var raws []json.RawMessage
	o.into(name, &raws)
	var out []string
	for _, raw := range raws {
		var s string
		if json.Unmarshal(raw, &s) != nil {
			o.bad = append(o.bad, name)
			continue
		}
		if s = cleanLine(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// headers reads a list of {"name":..,"value":..}.
func (o *object) headers(name string) []header {
	var raws []json.RawMessage
	o.into(name, &raws)
	var out []header
	for _, raw := range raws {
		f, err := parseObject(raw)
		if err != nil {
			o.bad = append(o.bad, name)
			continue
		}
		value := f.str("value")
		out = append(out, header{name: strings.ToLower(cleanLine(f.str("name"))), value: func() string { return rfc822.Words([]byte(value)) }})
		if len(f.bad) > 0 {
			o.bad = append(o.bad, name)
		}
	}
	return out
}

func graphBody(o *object) mail.Body {
	b := mail.Body{Type: mail.Text, Content: o.str("content")}
	if strings.EqualFold(o.str("contentType"), "html") {
		b.Type = mail.HTML
	}
	return b
}

func importance(s string) string {
	switch s = strings.ToLower(s); s {
	case "low", "normal", "high":
		return s
	}
	return ""
}

// Merge puts a later, possibly partial GraphJSON object over an earlier one:
// the patch's top-level fields win, a field it lacks keeps its value, and a
// null overwrites. Values are copied byte for byte, in the order of their names.
// A base of no bytes is an empty object.
func Merge(base, patch []byte) ([]byte, error) {
	b := &object{fields: map[string]json.RawMessage{}}
	if len(bytes.TrimSpace(base)) > 0 {
		var err error
		if b, err = parseObject(base); err != nil {
			return nil, fmt.Errorf("merge into stored message: %w", err)
		}
	}
	p, err := parseObject(patch)
	if err != nil {
		return nil, fmt.Errorf("merge changed fields: %w", err)
	}
	maps.Copy(b.fields, p.fields)
	var out bytes.Buffer
	out.Grow(len(base) + len(patch))
	out.WriteByte('{')
	for i, name := range slices.Sorted(maps.Keys(b.fields)) {
		if i > 0 {
			out.WriteByte(',')
		}
		key, err := json.Marshal(name)
		if err != nil {
			return nil, fmt.Errorf("merge messages: %w", err)
		}
		out.Write(key)
		out.WriteByte(':')
		out.Write(b.fields[name])
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// Summary is what a sync must know of a GraphJSON payload to decide what to
// fetch and where to put it.
type Summary struct {
	ID             string
	Type           string // @odata.type without its namespace, such as "eventMessage"; "" for a plain message
	ChangeKey      string
	ParentFolder   string // the source's id of the folder
	HasAttachments bool   // as Graph claims; false where all are inline
	HasBody        bool   // a body field is present, so the object is not partial
	HTMLBody       bool   // the body is HTML
	HasCID         bool   // the HTML names a cid: part, so there are inline attachments
	IsDraft        bool
	Removed        bool // the object is an @removed marker
}

// GraphSummary reads a payload's Summary. It fails only where the payload is
// not an object at all; fields of a wrong type count as absent.
func GraphSummary(payload []byte) (Summary, error) {
	o, err := parseObject(payload)
	if err != nil {
		return Summary{}, err
	}
	s := Summary{
		ID:             o.str("id"),
		Type:           strings.TrimPrefix(o.str("@odata.type"), "#microsoft.graph."),
		ChangeKey:      o.str("changeKey"),
		ParentFolder:   o.str("parentFolderId"),
		HasAttachments: o.boolean("hasAttachments"),
		IsDraft:        o.boolean("isDraft"),
	}
	if s.Type == "message" {
		s.Type = ""
	}
	_, s.Removed = o.fields["@removed"]
	if _, s.HasBody = o.fields["body"]; s.HasBody {
		b := graphBody(o.sub("body"))
		s.HTMLBody = b.Type == mail.HTML
		s.HasCID = s.HTMLBody && containsFold(b.Content, "cid:")
	}
	return s, nil
}

// containsFold tells whether s holds the lower-case ASCII word.
func containsFold(s, word string) bool {
	for i := 0; i+len(word) <= len(s); i++ {
		if strings.EqualFold(s[i:i+len(word)], word) {
			return true
		}
	}
	return false
}
