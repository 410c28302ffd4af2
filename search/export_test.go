package search

import (
	"time"

	"mailquarry/internal/mail"
	"mailquarry/search/query"
)

// SnippetsOf shows what a query finds in a message of this subject and body.
func SnippetsOf(text, subject, body string) Snippets {
	node := query.Parse(text, time.Unix(0, 0)).Node
	m := mail.Message{Subject: subject, Body: mail.Body{Type: mail.Text, Content: body}}
	return newMatcher(query.Positive(node)).snippets(m, nil, nil, nil)
}
