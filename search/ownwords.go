package search

import (
	"context"
	"strings"

	"mailquarry/internal/access"
	"mailquarry/internal/mail"
	"mailquarry/mailtext"
	"mailquarry/search/analysis"
)

// maxOwnWords is how much of a body is read to see what it is about.
const maxOwnWords = 32 << 10

// reader reads what messages say, without quotes and usual words, for
// engine.Request.Texts.
func (s *Service) reader(n *names, scope access.Scope) func(context.Context, []mail.MessageID) ([]string, error) {
	return func(ctx context.Context, ids []mail.MessageID) ([]string, error) {
		records, err := s.records(ctx, ids)
		if err != nil {
			return nil, err
		}
		by := make(map[mail.MessageID]string, len(records))
		for _, rec := range records {
			if n.shows(rec, scope) {
				by[rec.ID] = ownWords(s.decode(rec))
			}
		}
		texts := make([]string, len(ids))
		for i, id := range ids {
			texts[i] = by[id]
		}
		return texts, nil
	}
}

// ownWords is what the author of a message wrote, as terms, without usual words.
func ownWords(m mail.Message) string {
	text, spans := mailtext.Read(firstBytes(m.Body.Content, maxOwnWords), m.Body.Type == mail.HTML, m.Subject)
	usual := usualTerms(mailtext.LanguageOf(m.Subject, text, spans))
	var b strings.Builder
	for t := range analysis.Tokens(m.Subject + "\n" + mailtext.Part(text, spans, mailtext.Own)) {
		if !usual[t.Term] {
			b.WriteString(t.Term)
			b.WriteByte(' ')
		}
	}
	return b.String()
}
