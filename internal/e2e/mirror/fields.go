package mirror

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"mailquarry/internal/graphsim"
	"mailquarry/internal/mail"
)

// fieldDifferences compares a stored message with the tenant's.
func fieldDifferences(want graphsim.Message, got mail.Message) []string {
	var out []string
	differ := func(field string, want, got any) {
		out = append(out, fmt.Sprintf("%s is %v in the tenant and %v in the store", field, want, got))
	}
	if want.Subject != got.Subject {
		differ("the subject", want.Subject, got.Subject)
	}
	if want.IsRead != got.IsRead {
		differ("the read mark", want.IsRead, got.IsRead)
	}
	if want.Flagged != got.IsFlagged {
		differ("the flag", want.Flagged, got.IsFlagged)
	}
	if want.IsDraft != got.IsDraft {
		differ("the draft mark", want.IsDraft, got.IsDraft)
	}
	if !slices.Equal(want.Categories, got.Categories) {
		differ("the categories", want.Categories, got.Categories)
	}
	if w := want.Received.UTC().Truncate(time.Second); !w.Equal(got.Received) {
		differ("the date", w, got.Received)
	}
	body, kind := want.Text, mail.Text
	if want.HTML != "" {
		body, kind = want.HTML, mail.HTML
	}
	if body != got.Body.Content || kind != got.Body.Type {
		differ("the body", len(body), len(got.Body.Content))
	}
	if from := (mail.Address{Name: want.From.Name, Address: want.From.Address}); from != got.From {
		differ("the sender", from, got.From)
	}
	if len(want.To) != len(got.To) {
		differ("the number of recipients", len(want.To), len(got.To))
	}
	if strings.Trim(want.InternetMessageID, "<>") != got.InternetMessageID {
		differ("the message id", want.InternetMessageID, got.InternetMessageID)
	}
	if want.ConversationID != got.ConversationID {
		differ("the conversation", want.ConversationID, got.ConversationID)
	}
	return out
}

// partDifferences compares attachments by what they are and by their bytes.
func partDifferences(want graphsim.Message, got []mail.Part) []string {
	if len(want.Attachments) != len(got) {
		return []string{fmt.Sprintf("%d attachments in the tenant, %d in the store", len(want.Attachments), len(got))}
	}
	var out []string
	for i := range want.Attachments {
		a, p := &want.Attachments[i], got[i]
		kind, bytes := mail.FilePart, a.Content
		switch {
		case a.Reference:
			kind, bytes = mail.ReferencePart, nil
		case a.Item != nil:
			kind, bytes = mail.ItemPart, a.Item.MIME()
		}
		var digest mail.Digest
		if kind != mail.ReferencePart {
			digest = sha256.Sum256(bytes)
		}
		switch {
		case p.Kind != kind:
			out = append(out, fmt.Sprintf("attachment %q is a %s, in the store a %s", a.Name, kind, p.Kind))
		case p.Name != a.Name, p.Inline != a.Inline:
			out = append(out, fmt.Sprintf("attachment %q (inline: %v) is %q in the store (inline: %v)", a.Name, a.Inline, p.Name, p.Inline))
		case p.Digest != digest:
			out = append(out, fmt.Sprintf("attachment %q has other bytes in the store (pending: %v, problem: %s)", a.Name, p.Pending, p.Problem))
		}
	}
	return out
}
