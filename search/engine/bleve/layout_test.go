package bleve

import (
	"fmt"
	"path/filepath"
	"testing"

	"mailquarry/internal/mail"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// Scores depend on the messages that there are, and not on how they came to lie in the
// index: in how many parts, and with what deleted between.
func TestScoresDoNotDependOnTheLayout(t *testing.T) {
	t.Parallel()
	asked := engine.Request{Query: query.Or{Nodes: []query.Node{query.Word{Text: "alpha"}, query.Word{Text: "w7"}, query.Word{Text: "w70"}}}, Limit: 100}
	var want string
	for name, fill := range map[string]func(e *Engine){
		"at once": func(e *Engine) { put(t, e, 1, mails(1, 200)...) },
		"in pieces, written twice, with others that were deleted": func(e *Engine) {
			put(t, e, 1, mails(1, 120)...)
			put(t, e, 2, mails(50, 320)...)
			put(t, e, 3, mails(100, 200)...)
			var gone []mail.MessageID
			for _, d := range mails(200, 320) {
				gone = append(gone, d.ID)
			}
			if err := e.Apply(t.Context(), engine.Batch{Delete: gone, Upto: 4}); err != nil {
				t.Fatal(err)
			}
		},
	} {
		e := openIn(t, filepath.Join(t.TempDir(), "index"))
		fill(e)
		r := find(t, e, asked)
		got := fmt.Sprint(r.Total)
		for _, h := range r.Hits {
			got += fmt.Sprintf(" %s:%.9f", h.ID, h.Score)
		}
		if want == "" {
			want = got
		} else if got != want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
		}
	}
}
