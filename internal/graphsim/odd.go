package graphsim

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Oddity names a kind of message that the real service serves now and then and
// that a reader has to survive.
type Oddity string

// The oddities.
const (
	WrongType      Oddity = "wrong-type"       // one field of another JSON type than promised: no reader of that field can take the item
	UnknownType    Oddity = "unknown-type"     // an @odata.type that nobody knows
	UnknownEnum    Oddity = "unknown-enum"     // values that no enumeration has
	ExtraFields    Oddity = "extra-fields"     // properties that nobody declared
	Nulls          Oddity = "nulls"            // null wherever the metadata allows it
	LoneSurrogates Oddity = "lone-surrogates"  // \ud800 in subject, body and names
	YearOne        Oddity = "year-one"         // all dates are 0001-01-01T00:00:00Z
	NoSender       Oddity = "no-sender"        // a draft without from, sender, recipients
	X500           Oddity = "x500"             // senders and recipients by X.500 names
	NoAddress      Oddity = "no-address"       // recipients with a name only, or with nothing
	Empty          Oddity = "empty"            // no subject, no text
	Huge           Oddity = "huge"             // a body of three million characters
	Deep           Oddity = "deep"             // item attachments, five levels of them
	Attached       Oddity = "attached"         // files, inline files, an item, a cloud link; nameless, empty and typeless ones
	Unopenable     Oddity = "unopenable"       // one attachment of two is refused as ErrorCannotOpenFileAttachment
	Meeting        Oddity = "meeting"          // eventMessage
	MeetingRequest Oddity = "meeting-request"  // eventMessageRequest
	MeetingReply   Oddity = "meeting-response" // eventMessageResponse
	Sharing        Oddity = "calendar-sharing" // calendarSharingMessage
	Encrypted      Oddity = "encrypted"        // a stub with its content in message.rpmsg
)

// Oddities lists all oddities. Beside them, Mailbox.Corrupt and Folder.SetNulls
// spoil what cannot be said with a message.
func Oddities() []Oddity {
	return []Oddity{
		WrongType, UnknownType, UnknownEnum, ExtraFields, Nulls, LoneSurrogates, YearOne, NoSender, X500, NoAddress, Empty,
		Huge, Deep, Attached, Unopenable, Meeting, MeetingRequest, MeetingReply, Sharing, Encrypted,
	}
}

// Odd makes an odd message. Of all of them only that of WrongType cannot be
// read; an oddity that does not exist gives a plain message.
func Odd(o Oddity) Message {
	m := Message{
		Subject: "odd: " + string(o), From: Address{Name: "Odd Sender", Address: "odd@sender.example"},
		To: []Address{{Name: "Reader", Address: "reader@contoso.example"}}, Text: "A message of the kind " + string(o) + ".",
	}
	switch o {
	case WrongType:
		m.Extra = map[string]any{"toRecipients": "reader@contoso.example"}
	case UnknownType:
		m.Extra = map[string]any{"@odata.type": "#microsoft.graph.hologramMessage"}
	case UnknownEnum:
		m.Extra = map[string]any{
			"importance": "cosmic", "inferenceClassification": "blurred", "flag": map[string]any{"flagStatus": "halfMast"},
			"body": map[string]any{"contentType": "markdown", "content": "# odd"},
		}
	case ExtraFields:
		m.Extra = map[string]any{
			"aura": "violet", "layers": []any{1, "two", nil, map[string]any{"three": 3.5}}, "@odata.novelty": true, "subject@odata.novelty": "x",
		}
	case Nulls:
		m.Extra = nulls()
	case LoneSurrogates:
		m.Extra = map[string]any{
			"subject": json.RawMessage(`"lone \ud800 and \udfff surrogates"`), "bodyPreview": json.RawMessage(`"\udc00"`),
			"body": json.RawMessage(`{"contentType":"html","content":"<p>lone \ud83d surrogate</p>"}`),
			"from": json.RawMessage(`{"emailAddress":{"name":"\ud800","address":"odd@sender.example"}}`),
		}
	case YearOne:
		zero := "0001-01-01T00:00:00Z"
		m.Extra = map[string]any{"receivedDateTime": zero, "sentDateTime": zero, "createdDateTime": zero, "lastModifiedDateTime": zero}
	case NoSender:
		m.From, m.To, m.IsDraft = Address{}, nil, true
	case X500:
		m.From = Address{Name: "Old Exchange", Address: "/O=EXCHANGELABS/OU=EXCHANGE ADMINISTRATIVE GROUP (FYDIBOHF23SPDLT)/CN=RECIPIENTS/CN=0A1B-OLD"}
		m.To = []Address{m.From}
	case NoAddress:
		m.From, m.To = Address{Name: "Name Only"}, []Address{{Name: "undisclosed-recipients:"}, {}}
	default:
		m.oddContent(o)
	}
	return m
}

// nulls gives every property of a message that may be null as null.
func nulls() map[string]any {
	out := make(map[string]any)
	for name := range strings.FieldsSeq(`subject body bodyPreview from sender importance inferenceClassification flag isRead isDraft hasAttachments
		isDeliveryReceiptRequested isReadReceiptRequested conversationId conversationIndex internetMessageId receivedDateTime sentDateTime
		createdDateTime lastModifiedDateTime changeKey webLink`) {
		out[name] = nil
	}
	return out
}

// oddContent makes the oddities of bodies, types and attachments.
func (m *Message) oddContent(o Oddity) {
	switch o {
	case Empty:
		m.Subject, m.Text = "", ""
	case Huge:
		m.HTML = "<p>" + strings.Repeat("A sentence of a message that has no end. ", 75_000) + "</p>"
	case Deep:
		inner := &Message{Subject: "level 5", Text: "the core", From: m.From, Received: deepTime()}
		for level := 4; level > 0; level-- {
			inner = &Message{
				Subject: fmt.Sprintf("level %d", level), Text: fmt.Sprintf("the text of level %d", level), From: m.From, Received: deepTime(),
				Attachments: []Attachment{{Name: fmt.Sprintf("level %d", level+1), Item: inner}, {Name: "note.txt", ContentType: "text/plain", Content: []byte("note")}},
			}
		}
		m.Attachments = []Attachment{{Name: "level 1", Item: inner}}
	case Attached:
		m.HTML = `<p>see <img src="cid:logo"></p>`
		m.Attachments = []Attachment{
			{Name: "report.txt", ContentType: "text/plain", Content: []byte("a report")},
			{Name: "logo.png", ContentType: "image/png", ContentID: "logo", Inline: true, Content: []byte("\x89PNG")},
			{Name: "forwarded", Item: &Message{Subject: "forwarded", Text: "inside", From: m.From, Received: deepTime()}},
			{Name: "plan.docx", Reference: true},
			{Content: []byte("neither name nor type")},
			{Name: "empty.dat", ContentType: "application/octet-stream"},
		}
	case Unopenable:
		m.Attachments = []Attachment{
			{Name: "object.bin", ContentType: "application/octet-stream", Content: []byte("ole"), Broken: "ErrorCannotOpenFileAttachment"},
			{Name: "good.txt", ContentType: "text/plain", Content: []byte("good")},
		}
	case Meeting:
		m.Type = "eventMessage"
	case MeetingRequest:
		m.Type = "eventMessageRequest"
	case MeetingReply:
		m.Type = "eventMessageResponse"
	case Sharing:
		m.Type = "calendarSharingMessage"
	case Encrypted:
		m.HTML = "<p>This is a protected message.</p>"
		m.Attachments = []Attachment{{Name: "message.rpmsg", ContentType: "application/x-microsoft-rpmsg-message", Content: []byte("\x76\xe8\x04\x60")}}
	}
}

func deepTime() time.Time { return time.Date(2026, 2, 1, 9, 0, 0, 0, time.UTC) }

// Corrupt makes a message one that the store cannot read: asked for by itself,
// as MIME or for its attachments it is answered 500 ErrorCorruptData, always,
// while delta and lists still give the properties that an index of the store
// holds. On false it is whole again.
func (m *Mailbox) Corrupt(id string, on bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if it := m.live(id); it != nil {
		it.corrupt = on
	}
}

// SetNulls makes every page of the folder's messages begin with a null in place
// of an item.
func (f *Folder) SetNulls(on bool) {
	f.box.mu.Lock()
	defer f.box.mu.Unlock()
	f.nulls = on
}

// withNull puts a null in front of a page's items where SetNulls says so.
func (f *Folder) withNull(items [][]byte) [][]byte {
	if f == nil {
		return items
	}
	f.box.mu.Lock()
	nulls := f.nulls
	f.box.mu.Unlock()
	if !nulls || len(items) == 0 {
		return items
	}
	return append([][]byte{[]byte("null")}, items...)
}

// errBroken is how an attachment that cannot be opened is refused.
func errBroken(code string) *apiError {
	return fail(500, code, "The attachment could not be opened.")
}
