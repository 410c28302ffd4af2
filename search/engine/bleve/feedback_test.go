package bleve

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mailquarry/internal/access"
	"mailquarry/internal/mail"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// Of two messages with the same words of a description, the one comes first that says
// more of what the best ones say; of a few words it is left alone. All pages of a
// search agree on that.
func TestDescriptionsAreRankedByWhatTheBestHitsSay(t *testing.T) {
	t.Parallel()
	e := openIn(t, filepath.Join(t.TempDir(), "index"))
	const asked = "valve pressure leak gasket flange steam"
	texts := map[mail.MessageID]string{}
	for id := mail.MessageID(1); id <= 5; id++ {
		texts[id] = asked + " turbine"
	}
	texts[6], texts[7] = "valve pressure turbine", "valve pressure holiday"
	texts[8], texts[9] = "nothing of it", "holiday"
	var docs []engine.Document
	for id, text := range texts {
		docs = append(docs, engine.Document{ID: id, Mailbox: 1, Folder: 1, Body: text, Language: "en"})
	}
	put(t, e, 1, docs...)
	read := func(_ context.Context, ids []mail.MessageID) ([]string, error) {
		var out []string
		for _, id := range ids {
			out = append(out, texts[id])
		}
		return out, nil
	}
	order := func(words string, limit int, read func(context.Context, []mail.MessageID) ([]string, error)) []mail.MessageID {
		var or query.Or
		for _, w := range strings.Fields(words) {
			or.Nodes = append(or.Nodes, query.Word{Text: w})
		}
		var ids []mail.MessageID
		for r := (engine.Request{Query: or, Limit: limit, Texts: read}); ; {
			res := find(t, e, r)
			for _, h := range res.Hits {
				ids = append(ids, h.ID)
			}
			if r.Cursor = res.Next; r.Cursor == "" {
				return ids
			}
		}
	}
	plain, fed := order(asked, 10, nil), order(asked, 10, read)
	if want := []mail.MessageID{7, 6}; !slices.Equal(plain[5:], want) {
		t.Fatalf("by their words alone the last are %v, want %v", plain[5:], want)
	}
	if want := []mail.MessageID{6, 7}; !slices.Equal(fed[5:], want) {
		t.Errorf("by what the best say the last are %v, want %v", fed[5:], want)
	}
	if paged := order(asked, 2, read); !slices.Equal(paged, fed) {
		t.Errorf("page by page the order is %v, at once %v", paged, fed)
	}
	if few := order("valve pressure leak", 10, read); !slices.Equal(few, order("valve pressure leak", 10, nil)) {
		t.Errorf("a query of few words is ranked by what the best hits say: %v", few)
	}
}

func TestTextsThatCannotBeReadAreAnError(t *testing.T) {
	t.Parallel()
	e := openIn(t, filepath.Join(t.TempDir(), "index"))
	var docs []engine.Document
	for id := mail.MessageID(1); id <= 9; id++ {
		docs = append(docs, engine.Document{ID: id, Mailbox: 1, Folder: 1, Body: "a b c d e f"})
	}
	put(t, e, 1, docs...)
	var and query.And
	for _, w := range strings.Fields("a b c d e f") {
		and.Nodes = append(and.Nodes, query.Word{Text: w})
	}
	broken := errors.New("disk")
	_, err := e.Search(t.Context(), engine.Request{
		Scope: access.Operator().Scope(nil), Query: and, Limit: 3,
		Texts: func(context.Context, []mail.MessageID) ([]string, error) { return nil, broken },
	})
	if !errors.Is(err, broken) {
		t.Errorf("the error is %v, want %v", err, broken)
	}
}
