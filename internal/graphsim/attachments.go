package graphsim

import (
	"encoding/base64"
	"net/http"
	"strings"
	"time"
)

// attachmentOverhead is what Exchange's size counts besides the bytes.
const attachmentOverhead = 356

// nestingLimit is how deep item attachments are expanded.
const nestingLimit = 30

func checkAttachmentSelect(sel selection) *apiError {
	if n := sel.unknown([]string{"id", "name", "contenttype", "size", "isinline", "lastmodifieddatetime"}); n != "" {
		return fail(http.StatusBadRequest, "RequestBroker--ParseUri",
			"Could not find a property named '%s' on type 'Microsoft.OutlookServices.Attachment'.", n)
	}
	return nil
}

// listAttachments answers .../attachments: all of them, whatever paging was
// asked for.
func (c *call) listAttachments(v view) (answer, *apiError) {
	sel := parseSelect(c.query.Get("$select"))
	if err := checkAttachmentSelect(sel); err != nil {
		return answer{}, err
	}
	msg, err := v.open()
	if err != nil {
		return answer{}, err
	}
	list, err := c.attachmentList(&v, msg, sel, parseExpand(c.query.Get("$expand")))
	if err != nil {
		return answer{}, err
	}
	b := append([]byte(`{"value":`), list...)
	return jsonAnswer(c.withContext(append(b, '}'), "users('"+v.box.id+"')/messages('"+v.id(c.prefer.immutable, 0)+"')/attachments")), nil
}

func (c *call) attachmentList(v *view, msg *Message, sel selection, exp expansion) ([]byte, *apiError) {
	b := []byte{'['}
	for i := range msg.Attachments {
		if code := msg.Attachments[i].Broken; code != "" && sel.has("microsoft.graph.fileattachment/contentbytes", true) {
			return nil, errBroken(code)
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, c.writeAttachment(v, &msg.Attachments[i], i+1, sel, exp)...)
	}
	return append(b, ']'), nil
}

// findAttachment finds an attachment of the message by its id, with its
// number.
func (v *view) findAttachment(id string) (*Attachment, int, *apiError) {
	r, foreign, ok := v.box.decodeID(id)
	if !ok {
		return nil, 0, errMalformedID()
	}
	msg, aerr := v.open()
	if aerr != nil {
		return nil, 0, aerr
	}
	if foreign || r.kind == folderID || r.num != v.num || r.part == 0 || int(r.part) > len(msg.Attachments) ||
		(r.kind == defaultID && r.ver != v.ver) {
		return nil, 0, errItemNotFound()
	}
	return &msg.Attachments[r.part-1], int(r.part), nil
}

func (c *call) getAttachment(v view, a *Attachment, n int) (answer, *apiError) {
	sel := parseSelect(c.query.Get("$select"))
	if err := checkAttachmentSelect(sel); err != nil {
		return answer{}, err
	}
	if a.Broken != "" && sel.has("microsoft.graph.fileattachment/contentbytes", true) {
		return answer{}, errBroken(a.Broken)
	}
	b := c.writeAttachment(&v, a, n, sel, parseExpand(c.query.Get("$expand")))
	return jsonAnswer(c.withContext(b, "users('"+v.box.id+"')/messages('"+v.id(c.prefer.immutable, 0)+"')/attachments/$entity")), nil
}

func (c *call) writeAttachment(v *view, a *Attachment, n int, sel selection, exp expansion) []byte {
	o := &object{sel: sel}
	o.open()
	a.writeHead(o, v.id(c.prefer.immutable, n), v.received)
	a.writeFile(o)
	if a.Item != nil && exp.item {
		o.raw("item", c.writeNested(a.Item, 1))
	}
	o.close()
	return o.buf
}

// writeHead writes what every attachment has.
func (a *Attachment) writeHead(o *object, id string, modified time.Time) {
	o.always("@odata.type", a.odataType())
	if !a.Reference && a.Item == nil {
		o.always("@odata.mediaContentType", a.mediaType())
	}
	o.always("id", id)
	o.time("lastModifiedDateTime", modified)
	o.nullable("name", a.Name)
	o.nullable("contentType", a.ContentType)
	o.int("size", a.size())
	o.bool("isInline", a.Inline)
}

// writeFile writes what file attachments have besides.
func (a *Attachment) writeFile(o *object) {
	if a.Item != nil || a.Reference {
		return
	}
	if o.sel.has("microsoft.graph.fileattachment/contentid", true) {
		o.name("contentId")
		if a.ContentID == "" {
			o.buf = append(o.buf, "null"...)
		} else {
			o.buf = appendJSONString(o.buf, a.ContentID)
		}
	}
	o.null("contentLocation")
	if o.sel.has("microsoft.graph.fileattachment/contentbytes", true) {
		o.name("contentBytes")
		o.buf = append(o.buf, '"')
		o.buf = base64.StdEncoding.AppendEncode(o.buf, a.Content)
		o.buf = append(o.buf, '"')
	}
}

// writeNested writes the message inside an item attachment. Its id is empty,
// and so are those of what it holds.
func (c *call) writeNested(m *Message, depth int) []byte {
	o := &object{extra: m.Extra}
	o.open()
	o.always("@odata.type", "#microsoft.graph.message")
	o.always("id", "")
	v := &view{}
	v.writeContent(o, m, c.prefer.text)
	if len(m.Attachments) > 0 && depth < nestingLimit {
		b := []byte{'['}
		for i := range m.Attachments {
			if i > 0 {
				b = append(b, ',')
			}
			a := &m.Attachments[i]
			n := &object{}
			n.open()
			a.writeHead(n, "", m.Received)
			if a.Item != nil {
				n.raw("item", c.writeNested(a.Item, depth+1))
			} else {
				a.writeFile(n)
			}
			n.close()
			b = append(b, n.buf...)
		}
		o.raw("attachments", append(b, ']'))
	}
	o.close()
	return o.buf
}

func (a *Attachment) odataType() string {
	switch {
	case a.Item != nil:
		return "#microsoft.graph.itemAttachment"
	case a.Reference:
		return "#microsoft.graph.referenceAttachment"
	}
	return "#microsoft.graph.fileAttachment"
}

func (a *Attachment) mediaType() string {
	if a.ContentType == "" {
		return "application/octet-stream"
	}
	return a.ContentType
}

func (a *Attachment) size() int {
	if a.Item != nil {
		return attachmentOverhead + len(a.Item.Subject) + len(a.Item.Text) + len(a.Item.HTML)
	}
	return attachmentOverhead + len(a.Content)
}

// attachmentValue answers .../attachments/{a}/$value.
func (c *call) attachmentValue(a *Attachment) (answer, *apiError) {
	if a.Reference {
		return answer{}, fail(http.StatusMethodNotAllowed, "ErrorInvalidRequest", "Reference attachments have no content.")
	}
	if a.Broken != "" {
		return answer{}, errBroken(a.Broken)
	}
	out := answer{status: http.StatusOK, body: a.Content}
	kind := a.mediaType()
	if a.Item != nil {
		out.body, kind = a.Item.mime(), "text/plain"
	}
	if strings.ContainsAny(kind, "\r\n") {
		kind = "application/octet-stream"
	}
	out.set("Content-Type", kind)
	return out, nil
}

// messageMIME answers .../messages/{id}/$value.
func (c *call) messageMIME(v view) (answer, *apiError) {
	msg, err := v.open()
	if err != nil {
		return answer{}, err
	}
	out := answer{status: http.StatusOK, body: msg.mime()}
	out.set("Content-Type", "text/plain")
	return out, nil
}
