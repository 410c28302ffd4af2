package bleve

import (
	"path/filepath"
	"slices"
	"testing"

	"mailquarry/internal/mail"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// The same word counts by where it stands: in the subject most, then in what the
// author wrote, in an attachment, in a quote, in a signature. All of them are found.
func TestWordsCountByPlace(t *testing.T) {
	t.Parallel()
	e := openIn(t, filepath.Join(t.TempDir(), "index"))
	const filler = "nothing else is said here that would matter to anybody"
	docs := []engine.Document{
		{ID: 1, Body: filler + " walnut", Parts: behind(filler, engine.Signature)},
		{ID: 2, Body: filler + " walnut", Parts: behind(filler, engine.Quoted)},
		{ID: 3, Body: filler, Attachments: []engine.Attachment{{Text: "walnut"}}},
		{ID: 4, Body: filler + " walnut"},
		{ID: 5, Body: filler, Subject: "walnut"},
		{ID: 6, Body: filler},
	}
	for i := range docs {
		docs[i].Mailbox, docs[i].Folder = 1, 1
	}
	put(t, e, 1, docs...)
	var got []mail.MessageID
	for _, h := range find(t, e, engine.Request{Query: query.Word{Text: "walnut"}, Limit: 10}).Hits {
		got = append(got, h.ID)
	}
	if want := []mail.MessageID{5, 4, 3, 2, 1}; !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
	// Phrases reach through a body, whoever wrote what, and no further.
	for phrase, want := range map[string]int{"anybody walnut": 3, "walnut nothing": 0} {
		if r := find(t, e, engine.Request{Query: query.Phrase{Text: phrase}, Limit: 10}); r.Total != want {
			t.Errorf("%q: %d messages, want %d", phrase, r.Total, want)
		}
	}
}

// behind says what comes behind the author's own words.
func behind(own string, kind engine.PartKind) []engine.BodyPart {
	return []engine.BodyPart{{Kind: engine.Own, End: len(own)}, {Kind: kind, End: len(own) + 100}}
}

// Frequencies that a posting tells are those that were meant, nearly.
func TestFrequencyCodes(t *testing.T) {
	t.Parallel()
	last := uint32(0)
	for weight := range uint32(4000) {
		code := frequencyCode(weight)
		if code < last || code < 1 || code > 15 {
			t.Fatalf("weight %d has code %d after %d", weight, code, last)
		}
		last = code
		if f := float64(weight) / weightOwn; weight > 0 && (frequencies[code] > f || f < 50 && frequencies[code] < f/3.1) {
			t.Fatalf("weight %d stands for %v", weight, frequencies[code])
		}
	}
}
