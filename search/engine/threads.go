package engine

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"

	"mailquarry/search/query"
)

// The values of Document.Threads tell by their beginning what names the
// conversation. What follows is a digest, so that all are short.

// ConversationThread names a conversation by its source's id.
func ConversationThread(id string) string { return "c:" + short(id) }

// MessageThread names a conversation by the Message-ID of one of its messages.
func MessageThread(messageID string) string { return "m:" + short(query.CopyKey(messageID)) }

// SubjectThread names a conversation by its subject, without what answers put
// before it.
func SubjectThread(base string) string { return "s:" + short(query.FoldKey(base)) }

// ThreadsNamed gives the threads that a person may mean by an id: the source's of a
// conversation, a Message-ID, or a thread as it is.
func ThreadsNamed(id string) []string {
	id = strings.TrimSpace(id)
	return []string{id, ConversationThread(id), MessageThread(id)}
}

// short is a digest of 13 characters. Two of a hundred million ids are the same
// with a chance of one in four thousand.
func short(s string) string {
	sum := sha256.Sum256([]byte(s))
	return strings.ToLower(base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:8]))
}
