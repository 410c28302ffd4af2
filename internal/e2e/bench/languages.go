package main

import (
	"fmt"
	"strings"
)

const day = "2006-01-02"

// mailquarry is the question in Mailquarry's language, as people type it or with
// exact words, without their inflected forms.
func (q question) mailquarry(exact bool) string {
	words := append([]string(nil), q.words...)
	switch {
	case q.class == phrase:
		return q.quoted()
	case q.class == prefix:
		return words[0] + "*"
	case q.class == fuzzy:
		return words[0] + "~"
	case exact:
		for i := range words {
			words[i] = "+" + words[i]
		}
	}
	text := strings.Join(words, " ")
	switch q.class {
	case inRange:
		text += fmt.Sprintf(" date:%s..%s", q.after.Format(day), q.before.AddDate(0, 0, -1).Format(day))
	case fromTerm:
		text += " from:" + q.from
	case inMailbox:
		text += " mailbox:" + q.mailbox
	}
	return text
}

// notmuch is the question in notmuch's language; fuzzy search is unknown there.
func (q question) notmuch() (text string, ok bool) {
	switch q.class {
	case phrase:
		return q.quoted(), true
	case prefix:
		return q.words[0] + "*", true
	case inRange:
		return fmt.Sprintf("%s date:@%d..@%d", q.words[0], q.after.Unix(), q.before.Unix()-1), true
	case fromTerm:
		return q.words[0] + " from:" + q.from, true
	case inMailbox:
		return fmt.Sprintf(`%s path:"%s/**"`, q.words[0], q.mailbox), true
	case fuzzy:
		return "", false
	}
	return strings.Join(q.words, " "), true
}

// fts5 is the question as FTS5's MATCH takes it, without its range of dates, which
// is one of rowids there.
func (q question) fts5() (match string, ok bool) {
	switch q.class {
	case phrase:
		return q.quoted(), true
	case prefix:
		return q.words[0] + "*", true
	case fromTerm:
		return q.words[0] + " AND sender : " + q.from, true
	case inMailbox:
		return fmt.Sprintf("%s AND mailbox : %s", q.words[0], oneWord(q.mailbox)), true
	case fuzzy:
		return "", false
	}
	return strings.Join(q.words, " "), true
}

func (q question) quoted() string { return `"` + strings.Join(q.words, " ") + `"` }
