package graphsim_test

import (
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"mailquarry/internal/graphsim"
)

// letter is a message with all kinds of attachment.
func letter() graphsim.Message {
	inner := &graphsim.Message{
		Subject: "inner", From: graphsim.Address{Address: "c@x.example"}, Text: "inside", Received: at(),
		Attachments: []graphsim.Attachment{{Name: "deep.eml", Item: &graphsim.Message{Subject: "deepest", Text: "core"}}},
	}
	return graphsim.Message{
		Subject: "Übersicht", From: graphsim.Address{Name: "Bö", Address: "bo@x.example"}, To: []graphsim.Address{{Address: "anna@x.example"}},
		HTML: "<html><style>x{}</style><body><p>One &amp; two</p><p>three</p></body></html>",
		Attachments: []graphsim.Attachment{
			{Name: "naïve.bin", ContentType: "application/x-thing", Content: []byte{0, 1, 2, 0xff}},
			{Name: "logo.png", ContentType: "image/png", ContentID: "logo", Inline: true, Content: []byte("png")},
			{Name: "inner.eml", Item: inner},
			{Name: "cloud.docx", Reference: true},
		},
	}
}

func TestStatement38_MessageProperties(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	id := m.Folder("inbox").Add(graphsim.Message{Text: strings.Repeat("wörter ", 200), Headers: [][2]string{{"X-Test", "1"}}})
	path := "/users/" + m.ID() + "/messages/" + esc(id)
	full := c.want(path).body
	if full["uniqueBody"] != nil || full["internetMessageHeaders"] != nil || full["body"] == nil {
		t.Error("uniqueBody and internetMessageHeaders are not in the default set")
	}
	if n := utf8.RuneCountInString(str(full, "bodyPreview")); n > 255 || n < 200 {
		t.Errorf("bodyPreview of %d characters", n)
	}
	sel := c.want(path + "?$select=uniqueBody,internetMessageHeaders").body
	if sel["uniqueBody"] == nil || len(sel["internetMessageHeaders"].([]any)) != 1 || sel["subject"] != nil || sel["id"] == nil {
		t.Errorf("selected: %v", sel)
	}
	if _, has := full["from"]; has {
		t.Error("a message without a sender has no from")
	}
	c.refused(c.get(path+"?$select=nonsense"), 400, "RequestBroker--ParseUri")
	c.refused(c.get("/users/"+m.ID()+"/messages/nonsense"), 400, "ErrorInvalidIdMalformed")
}

func TestStatement39_BodyAsText(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	id := m.Folder("inbox").Add(letter())
	path := "/users/" + m.ID() + "/messages/" + esc(id) + "?$select=body,uniqueBody"
	for _, prefers := range [][]string{
		{immutable, `outlook.body-content-type="text"`},
		{`outlook.body-content-type="text", ` + immutable},
	} {
		r := c.want(path, prefers...)
		for _, n := range []string{"body", "uniqueBody"} {
			b, _ := r.body[n].(map[string]any)
			if b["contentType"] != "text" || b["content"] != "One & two\nthree" {
				t.Errorf("%s: %v", n, b)
			}
		}
		if str(r.body, "id") != id || !strings.Contains(r.header.Get("Preference-Applied"), `outlook.body-content-type="text"`) {
			t.Errorf("id %v, applied %q", r.body["id"], r.header.Get("Preference-Applied"))
		}
	}
	if b := c.want(path).body["body"].(map[string]any); b["contentType"] != "html" {
		t.Errorf("without the preference: %v", b)
	}
}

func TestStatement40_AttachmentList(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	inlineOnly := m.Folder("inbox").Add(graphsim.Message{HTML: "<img src='cid:logo'>", Attachments: letter().Attachments[1:2]})
	if c.want("/users/" + m.ID() + "/messages/" + esc(inlineOnly)).body["hasAttachments"] != false {
		t.Error("inline attachments alone are no attachments")
	}
	id := m.Folder("inbox").Add(letter())
	path := "/users/" + m.ID() + "/messages/" + esc(id)
	if c.want(path).body["hasAttachments"] != true {
		t.Error("hasAttachments is false")
	}
	for _, a := range c.want(path + "/attachments").items() {
		if str(a, "@odata.type") == "#microsoft.graph.fileAttachment" && a["contentBytes"] == nil {
			t.Errorf("without $select the bytes are included: %v", a)
		}
	}
	list := c.want(path + "/attachments?$top=1&$select=id,name,contentType,size,isInline,microsoft.graph.fileAttachment/contentId").items()
	if len(list) != 4 {
		t.Fatalf("%d attachments, want all 4 whatever $top says", len(list))
	}
	for i, kind := range []string{"file", "file", "item", "reference"} {
		if str(list[i], "@odata.type") != "#microsoft.graph."+kind+"Attachment" || list[i]["contentBytes"] != nil {
			t.Errorf("attachment %d: %v", i, list[i])
		}
	}
	if str(list[1], "contentId") != "logo" || list[0]["size"].(float64) <= 4 {
		t.Errorf("attachments: %v", list)
	}
	c.refused(c.get(path+"/attachments?$select=contentId"), 400, "RequestBroker--ParseUri")
	expanded := c.want(path + "?$select=subject&$expand=attachments($select=id,name)").body["attachments"].([]any)
	if len(expanded) != 4 {
		t.Errorf("expanded: %v", expanded)
	}
}

func TestStatement41_Values(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	id := m.Folder("inbox").Add(letter())
	path := "/users/" + m.ID() + "/messages/" + esc(id)
	list := c.want(path+"/attachments?$select=id", immutable).items()
	value := func(i int) reply {
		return c.get(path + "/attachments/" + esc(str(list[i], "id")) + "/$value")
	}
	if r := value(0); string(r.raw) != "\x00\x01\x02\xff" || r.header.Get("Content-Type") != "application/x-thing" {
		t.Errorf("file: %q %q", r.raw, r.header.Get("Content-Type"))
	}
	item, err := mail.ReadMessage(strings.NewReader(string(value(2).raw)))
	if err != nil || item.Header.Get("Subject") != "inner" {
		t.Errorf("item attachment: %v", err)
	}
	if r := value(3); r.status != 405 {
		t.Errorf("reference: %d", r.status)
	}
	msg, err := mail.ReadMessage(strings.NewReader(string(c.want(path + "/$value").raw)))
	if err != nil {
		t.Fatal(err)
	}
	if subject, _ := new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject")); subject != "Übersicht" {
		t.Errorf("subject %q", subject)
	}
	_, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := 0
	for r := multipart.NewReader(msg.Body, params["boundary"]); ; parts++ {
		if _, err := r.NextPart(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if parts != 5 {
		t.Errorf("%d parts, want the body and 4 attachments", parts)
	}
	c.refused(c.get(path+"/attachments/nonsense/$value"), 400, "ErrorInvalidIdMalformed")
	c.refused(c.get(path+"/attachments/"+esc(id)), 404, "ErrorItemNotFound")
}

func TestStatement42_ItemAttachmentExpands(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	id := m.Folder("inbox").Add(letter())
	path := "/users/" + m.ID() + "/messages/" + esc(id) + "/attachments"
	list := c.want(path + "?$select=id").items()
	r := c.want(path + "/" + esc(str(list[2], "id")) + "?$expand=microsoft.graph.itemattachment/item")
	item, _ := r.body["item"].(map[string]any)
	if str(item, "subject") != "inner" || item["id"] != "" {
		t.Fatalf("item: %v", item)
	}
	nested, _ := item["attachments"].([]any)
	if len(nested) != 1 || nested[0].(map[string]any)["item"].(map[string]any)["subject"] != "deepest" {
		t.Errorf("nested: %v", nested)
	}
}

// Odd messages reach the client as Graph would send them.
func TestStatement37_GivenOddities(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	inbox := m.Folder("inbox")
	inbox.Add(graphsim.Message{Type: "eventMessageRequest", Subject: "meeting"})
	inbox.Add(graphsim.Message{Subject: "", From: graphsim.Address{Name: "X", Address: "/O=EXCHANGELABS/CN=X"}})
	inbox.Add(graphsim.Message{Extra: map[string]any{
		"@odata.type": "#microsoft.graph.hologram", "importance": "cosmic", "subject": json.RawMessage(`"lone \ud800"`),
		"receivedDateTime": time.Time{}, "new": map[string]any{"a": 1}, "bodyPreview": nil,
	}})
	items, _ := c.round(deltaPath(m, inbox))
	if len(items) != 3 {
		t.Fatalf("%d items", len(items))
	}
	for _, it := range items {
		switch str(it, "@odata.type") {
		case "#microsoft.graph.eventMessageRequest":
			if it["meetingMessageType"] != "meetingRequest" || it["startDateTime"] == nil {
				t.Errorf("meeting: %v", it)
			}
		case "#microsoft.graph.hologram":
			if it["importance"] != "cosmic" || it["new"] == nil || str(it, "receivedDateTime") != "0001-01-01T00:00:00Z" {
				t.Errorf("odd: %v", it)
			}
		case "#microsoft.graph.message":
			from := it["from"].(map[string]any)["emailAddress"].(map[string]any)
			if str(from, "address") != "/O=EXCHANGELABS/CN=X" || it["subject"] != "" {
				t.Errorf("X.500: %v", it)
			}
		default:
			t.Errorf("type %v", it["@odata.type"])
		}
	}
	items, _ = c.round(deltaPath(m, inbox) + "?$select=importance")
	for _, it := range items {
		if it["subject"] != nil || it["importance"] == nil {
			t.Errorf("$select holds for extra fields: %v", it)
		}
	}
}

// Replies join the conversation of what they answer, along the whole chain and
// also when the answered message comes later or never.
func TestConversations(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	inbox := m.Folder("inbox")
	add := func(id, inReplyTo string) string {
		n := inbox.Add(graphsim.Message{InternetMessageID: id, InReplyTo: inReplyTo})
		return str(c.want("/users/"+m.ID()+"/messages/"+esc(n)+"?$select=conversationId").body, "conversationId")
	}
	a, b, d := add("<a>", ""), add("<b>", "<a>"), add("<d>", "<b>")
	if a == "" || b != a || d != a {
		t.Errorf("a chain of replies: %q %q %q", a, b, d)
	}
	if x := add("<x>", ""); x == a {
		t.Error("another thread has the same conversation")
	}
	if late, first := add("<z>", "<y>"), add("<y>", ""); late != first {
		t.Error("a reply that came before what it answers is in another conversation")
	}
}
