package graphsim

import (
	"encoding/base64"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// messageProperties are the names that $select accepts, in lower case.
func messageProperties() []string {
	return []string{
		"id", "createddatetime", "lastmodifieddatetime", "changekey", "categories", "receiveddatetime",
		"sentdatetime", "hasattachments", "internetmessageid", "internetmessageheaders", "subject", "bodypreview", "importance",
		"parentfolderid", "conversationid", "conversationindex", "isdeliveryreceiptrequested", "isreadreceiptrequested",
		"isread", "isdraft", "weblink", "inferenceclassification", "body", "uniquebody", "sender", "from",
		"torecipients", "ccrecipients", "bccrecipients", "replyto", "flag", "attachments",
	}
}

func checkMessageSelect(sel selection) *apiError {
	if n := sel.unknown(messageProperties()); n != "" {
		return fail(400, "RequestBroker--ParseUri",
			"Could not find a property named '%s' on type 'Microsoft.OutlookServices.Message'.", n)
	}
	return nil
}

// writeMessage writes a message object. delta adds the type that change
// tracking gives on every item.
func (c *call) writeMessage(v *view, sel selection, exp expansion, delta bool) ([]byte, error) {
	id := v.id(c.prefer.immutable, 0)
	if v.gone {
		return []byte(`{"@odata.type":"#microsoft.graph.message","id":"` + id + `","@removed":{"reason":"deleted"}}`), nil
	}
	msg, err := v.load()
	if err != nil {
		return nil, err
	}
	o := &object{sel: sel, buf: make([]byte, 0, 2048+len(msg.Text)+len(msg.HTML)), extra: msg.Extra}
	o.open()
	kind := msg.Type
	if kind == "" {
		kind = "message"
	}
	if _, over := msg.Extra["@odata.type"]; !over && (delta || msg.Type != "") {
		o.always("@odata.type", "#microsoft.graph."+kind)
	}
	if v.readOnly {
		o.sel, o.extra = selection{}, nil
		o.always("id", id)
		o.bool("isRead", v.read)
		o.str("parentFolderId", v.parent.ID())
		o.close()
		return o.buf, nil
	}
	key := v.changeKey()
	o.always("@odata.etag", `W/"`+key+`"`)
	o.always("id", id)
	v.writeState(o, key)
	v.writeContent(o, msg, c.prefer.text)
	if exp.attachments {
		list, aerr := c.attachmentList(v, msg, exp.nested, exp)
		if aerr != nil {
			return nil, aerr
		}
		o.raw("attachments", list)
	}
	if len(msg.Extra) > 0 {
		known := messageProperties()
		o.extras(slices.Sorted(maps.Keys(msg.Extra)), func(n string) bool { return slices.Contains(known, strings.ToLower(n)) })
	}
	o.close()
	return o.buf, nil
}

// writeState writes what the mailbox knows of the message.
func (v *view) writeState(o *object, key string) {
	o.time("createdDateTime", v.received)
	o.time("lastModifiedDateTime", v.modified)
	o.str("changeKey", key)
	if o.wants("parentFolderId") {
		o.always("parentFolderId", v.parent.ID())
	}
	o.str("conversationId", v.conversation)
	if o.wants("conversationIndex") {
		o.always("conversationIndex", base64.StdEncoding.EncodeToString([]byte(v.conversation)[:min(22, len(v.conversation))]))
	}
	o.bool("isRead", v.read)
	o.time("receivedDateTime", v.received)
	if o.wants("webLink") {
		o.always("webLink", "https://outlook.office365.com/owa/?ItemID="+strings.TrimRight(v.id(false, 0), "=")+"%3D&exvsurl=1&viewmodel=ReadMessageItem")
	}
}

// writeContent writes what the message itself says.
func (v *view) writeContent(o *object, m *Message, asText bool) {
	sent := m.Sent
	if sent.IsZero() {
		sent = m.Received
	}
	o.strs("categories", m.Categories)
	o.time("sentDateTime", sent)
	o.bool("hasAttachments", m.hasAttachments())
	o.nullable("internetMessageId", m.InternetMessageID)
	o.str("subject", m.Subject)
	if o.wants("bodyPreview") {
		o.always("bodyPreview", preview(m))
	}
	importance := m.Importance
	if importance == "" {
		importance = "normal"
	}
	o.str("importance", importance)
	if m.IsDraft {
		o.null("isDeliveryReceiptRequested")
	} else {
		o.bool("isDeliveryReceiptRequested", false)
	}
	o.bool("isReadReceiptRequested", false)
	o.bool("isDraft", m.IsDraft)
	o.str("inferenceClassification", "focused")
	if o.wants("body") {
		o.name("body")
		o.buf = m.appendBody(o.buf, asText)
	}
	if o.wantsIf("uniqueBody", false) {
		o.name("uniqueBody")
		o.buf = m.appendBody(o.buf, asText)
	}
	if m.From != (Address{}) {
		o.recipient("sender", m.From)
		o.recipient("from", m.From)
	}
	o.recipients("toRecipients", m.To)
	o.recipients("ccRecipients", m.Cc)
	o.recipients("bccRecipients", m.Bcc)
	o.recipients("replyTo", nil)
	if o.wants("flag") {
		status := "notFlagged"
		if m.Flagged {
			status = "flagged"
		}
		o.raw("flag", []byte(`{"flagStatus":"`+status+`"}`))
	}
	if o.wantsIf("internetMessageHeaders", false) {
		o.name("internetMessageHeaders")
		o.buf = m.appendHeaders(o.buf)
	}
	m.writeDerived(o)
}

func (o *object) recipient(name string, a Address) {
	if o.wants(name) {
		o.name(name)
		o.buf = appendRecipient(o.buf, a)
	}
}

func (o *object) recipients(name string, list []Address) {
	if !o.wants(name) {
		return
	}
	o.name(name)
	o.buf = append(o.buf, '[')
	for i, a := range list {
		if i > 0 {
			o.buf = append(o.buf, ',')
		}
		o.buf = appendRecipient(o.buf, a)
	}
	o.buf = append(o.buf, ']')
}

// appendRecipient writes a recipient; Graph puts the address where a name is
// missing, and leaves out an address that is.
func appendRecipient(b []byte, a Address) []byte {
	name := a.Name
	if name == "" {
		name = a.Address
	}
	b = append(b, `{"emailAddress":{"name":`...)
	b = appendJSONString(b, name)
	if a.Address != "" {
		b = append(b, `,"address":`...)
		b = appendJSONString(b, a.Address)
	}
	return append(b, "}}"...)
}

func (m *Message) appendBody(b []byte, asText bool) []byte {
	kind, content := "html", m.HTML
	switch {
	case content == "":
		kind, content = "text", m.Text
	case asText:
		kind, content = "text", htmlText(content)
	}
	b = append(b, `{"contentType":"`+kind+`","content":`...)
	b = appendJSONString(b, content)
	return append(b, '}')
}

func (m *Message) appendHeaders(b []byte) []byte {
	list := m.Headers
	if len(list) == 0 && !m.IsDraft {
		list = [][2]string{{"Subject", m.Subject}, {"Message-ID", m.InternetMessageID}}
		if m.InReplyTo != "" {
			list = append(list, [2]string{"In-Reply-To", m.InReplyTo})
		}
	}
	b = append(b, '[')
	for i, h := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"name":`...)
		b = appendJSONString(b, h[0])
		b = append(b, `,"value":`...)
		b = appendJSONString(b, h[1])
		b = append(b, '}')
	}
	return append(b, ']')
}

// hasAttachments is false when all attachments are inline, as in Outlook.
func (m *Message) hasAttachments() bool {
	return slices.ContainsFunc(m.Attachments, func(a Attachment) bool { return !a.Inline })
}

// previewLength is the most characters a bodyPreview has.
const previewLength = 255

// preview gives the first characters of the body's text.
func preview(m *Message) string {
	text := m.Text
	if m.HTML != "" {
		text = htmlText(m.HTML[:min(len(m.HTML), 16<<10)])
	}
	var b strings.Builder
	n, space := 0, false
	for _, r := range text {
		if r == '\r' {
			continue
		}
		if r == ' ' || r == '\t' || r == '\u00a0' {
			space = b.Len() > 0
			continue
		}
		if space && n < previewLength-1 {
			b.WriteByte(' ')
			n++
		}
		space = false
		if n++; n > previewLength {
			break
		}
		if r == utf8.RuneError {
			r = '?'
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}
