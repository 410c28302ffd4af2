package bleve

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"mailquarry/internal/access"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// Words are near each other in one part of a message only, however far apart they may
// stand there.
func TestNearStaysInItsPart(t *testing.T) {
	t.Parallel()
	e := openIn(t, filepath.Join(t.TempDir(), "index"))
	put(
		t, e, 1,
		engine.Document{ID: 1, Mailbox: 1, Folder: 1, Subject: "alpha", Body: "beta"},
		engine.Document{ID: 2, Mailbox: 1, Folder: 1, Body: "alpha", Attachments: []engine.Attachment{{Name: "beta", Text: "gamma"}, {Text: "beta"}}},
		engine.Document{ID: 3, Mailbox: 1, Folder: 1, Body: "alpha" + strings.Repeat(" x", 998) + " beta"},
	)
	for distance, want := range map[int]int{1: 0, 100: 0, 500: 0, 998: 0, 999: 1, 1000: 1, 1 << 40: 1} {
		for _, ordered := range []bool{false, true} {
			n := query.Near{Nodes: []query.Node{query.Word{Text: "alpha"}, query.Word{Text: "beta"}}, Distance: distance, Ordered: ordered}
			if r := find(t, e, engine.Request{Query: n}); r.Total != want {
				t.Errorf("%v finds %d, want %d", n, r.Total, want)
			}
		}
	}
}

// An expression has to match a whole word, whatever its brackets and flags; what is
// none by itself is refused.
func TestExpressionsMatchWholeWords(t *testing.T) {
	t.Parallel()
	e := openIn(t, filepath.Join(t.TempDir(), "index"))
	put(t, e, 1, engine.Document{ID: 1, Mailbox: 1, Folder: 1, Subject: "Renewal contract"})
	ask := func(expression string) (engine.Result, error) {
		return e.Search(t.Context(), engine.Request{
			Scope: access.Operator().Scope(nil), Query: query.Regexp{Field: query.Subject, Pattern: expression},
		})
	}
	for expression, want := range map[string]int{
		"renewal": 1, "RENEWAL": 1, "ren": 0, "ren|tract": 0, "(ren|con).*": 1, "(?m)ren$|x": 0, "ren.*t": 0, "^renewal$": 1, "": 0, "x*": 0,
	} {
		if r, err := ask(expression); err != nil || r.Total != want {
			t.Errorf("/%s/ finds %d, %v, want %d", expression, r.Total, err, want)
		}
	}
	for _, expression := range []string{"ren)|(x", "(", "[", "*", "a{1001}", `(?<x`, "(?=a)"} {
		if r, err := ask(expression); !errors.Is(err, engine.ErrTooComplex) {
			t.Errorf("/%s/ finds %d, %v", expression, r.Total, err)
		}
	}
}
