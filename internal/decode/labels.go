package decode

import (
	"encoding/csv"
	"slices"
	"strings"

	"mailquarry/internal/mail"
	"mailquarry/internal/rfc822"
)

// maxCategories bounds the categories of a message.
const maxCategories = 100

// gmailLabels reads the labels that an export of Gmail has for each message. Some
// are marks of Gmail's own; those that a person made are categories.
func gmailLabels(m *mail.Message, h rfc822.Header) {
	value := h.First("x-gmail-labels")
	if value == nil {
		return
	}
	r := csv.NewReader(strings.NewReader(cleanLine(rfc822.Words(value))))
	r.LazyQuotes, r.TrimLeadingSpace = true, true
	labels, err := r.Read()
	if err != nil {
		return
	}
	for _, label := range labels {
		label = strings.TrimSpace(label)
		switch strings.ToLower(label) {
		case "unread":
			m.IsRead = false
		case "starred":
			m.IsFlagged = true
		case "draft", "drafts":
			m.IsDraft = true
		case "", "inbox", "sent", "opened", "archived", "all mail", "spam", "trash", "chat":
		default:
			if len(m.Categories) < maxCategories && !slices.Contains(m.Categories, label) {
				m.Categories = append(m.Categories, label)
			}
		}
	}
}
