package bleve

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mailquarry/internal/access"
	"mailquarry/internal/mail"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// FuzzSearch: whatever a person types and whatever cursor comes with it gives an
// answer or an error that is meant to be given.
func FuzzSearch(f *testing.F) {
	for _, s := range []string{"alpha", `"alpha beta"`, "al* -beta", "会议", "from:eva@contoso.com", "after:2024 OR x*", "-(a OR b)", `"a b"* é*`} {
		f.Add(s, "")
	}
	f.Add("alpha", "eyJxIjoiTjlBemRpMU5VckxMIiwiaSI6OCwicyI6NDUyOTgwNzM3NTYzMDcyMTE1M30")
	e, err := Open(filepath.Join(f.TempDir(), "index"), Options{ArchiveID: "fuzz"})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = e.Close() })
	docs := mails(1, 40)
	docs = append(docs, engine.Document{
		ID: 99, Mailbox: 1, From: []mail.Address{{Name: "Eva", Address: "eva@contoso.com"}}, Body: "alpha beta 会议 été",
	})
	if err := e.Apply(f.Context(), engine.Batch{Put: docs, Upto: 1}); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text, cursor string) {
		n := query.Parse(text, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)).Node
		r := engine.Request{Scope: access.Operator().Scope(nil), Query: n, Limit: 5, Cursor: cursor, Facets: engine.Facets()}
		_, err := e.Search(t.Context(), r)
		if err == nil || errors.Is(err, engine.ErrCursor) || errors.Is(err, engine.ErrTooComplex) || strings.Contains(err.Error(), "resolved") {
			return
		}
		t.Fatalf("%q with cursor %q: %v", text, cursor, err)
	})
}
