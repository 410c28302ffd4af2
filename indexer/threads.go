package indexer

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"slices"
	"strings"

	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
	"mailquarry/internal/source"
	"mailquarry/mailtext"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// maxThreads bounds the threads of one message. Of more references the first ones
// count, which name the conversation, and the last ones.
const maxThreads = 40

// copyOf is what the copies of a message have in common: its Message-ID, or for
// one without, what it says.
func copyOf(m mail.Message, text string) string {
	if key := query.CopyKey(m.InternetMessageID); key != "" {
		if len(key) <= engine.MaxKey {
			return key
		}
		return "sha:" + digest(key)
	}
	date := m.Sent
	if date.IsZero() {
		date = m.Received
	}
	if m.Subject == "" && text == "" {
		return "" // there are too many empty messages to take two for one
	}
	return "sha:" + digest(fmt.Sprintf("%d\n%s\n%s\n%s", date.Unix(), strings.ToLower(m.From.Address), m.Subject, text))
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return strings.ToLower(base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:15]))
}

// threadsOf names the conversation by all that the message knows of it: the
// source's id, its own Message-ID, by which answers name it, and those of the
// messages before it. Only where neither an id nor a reference is known does the
// subject have to tell, if it is more than a word. Reports all have the same ones.
func threadsOf(rec archive.Record, m mail.Message) []string {
	var all []string
	add := func(t string) {
		if !slices.Contains(all, t) {
			all = append(all, t)
		}
	}
	// The conversation's id of a message from a file is made of its references.
	known := rec.Format == source.GraphJSON && m.ConversationID != ""
	if known {
		add(engine.ConversationThread(m.ConversationID))
	}
	if m.InternetMessageID != "" {
		add(engine.MessageThread(m.InternetMessageID))
	}
	refs := m.References
	if len(refs) > maxThreads-3 {
		refs = slices.Concat(refs[:10], refs[len(refs)-(maxThreads-13):])
	}
	for _, id := range refs {
		add(engine.MessageThread(id))
	}
	if base := mailtext.BaseSubject(m.Subject); !known && len(refs) == 0 && m.Kind == mail.Mail && mailtext.Telling(base) {
		add(engine.SubjectThread(base))
	}
	return all
}
