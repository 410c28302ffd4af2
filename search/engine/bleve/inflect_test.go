package bleve

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"mailquarry/internal/mail"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// The few messages in another language are found by the forms that words have there, as
// in an index of that language alone; those forms are none in the language of the rest.
func TestFewMessagesInALanguageAreFoundByItsForms(t *testing.T) {
	t.Parallel()
	e := openIn(t, filepath.Join(t.TempDir(), "index"))
	var docs []engine.Document
	add := func(language, text string) {
		docs = append(docs, engine.Document{ID: mail.MessageID(len(docs) + 1), Mailbox: 1, Folder: 1, Body: text, Language: language})
	}
	add("de", "die Häuser stehen dort")   // 1
	add("de", "das Haus steht dort")      // 2
	add("en", "he said Häuser to me")     // 3: unknown to English
	add("en", "we make copies of it")     // 4
	add("en", "making a copy takes time") // 5
	for i := range 300 {
		add("en", fmt.Sprintf("the weather of day %d", i))
	}
	put(t, e, 1, docs...)
	for word, want := range map[string][]mail.MessageID{
		"Haus": {1, 2}, "Häuser": {1, 2, 3}, "copies": {4, 5}, "copy": {4, 5}, "make": {4, 5}, "making": {4, 5},
	} {
		var got []mail.MessageID
		for _, h := range find(t, e, engine.Request{Query: query.Word{Text: word}, Limit: 10}).Hits {
			got = append(got, h.ID)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s finds %v, want %v", word, got, want)
		}
	}
}
