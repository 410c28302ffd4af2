package search_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"mailquarry/internal/access"
	"mailquarry/search"
	"mailquarry/search/engine"
)

// Time goes on between two pages; what is younger than some days on the first page is so
// on the next ones, too. A cursor of a time to come is none.
func TestPagesOfAnAge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mailbox(eva, "Eva", "Inbox=inbox")
	for i := range 5 {
		w.store(letter{box: eva, folder: "Inbox", key: fmt.Sprint(i), subject: "granite", from: "Tom <tom@contoso.example>", text: "granite"})
	}
	w.index()
	r := search.Request{Text: "granite newer_than:9000d", Limit: 2}
	seen := map[string]bool{}
	for pages := 1; ; pages++ {
		res := w.find(r)
		for _, h := range res.Hits {
			seen[h.ID.String()] = true
		}
		if r.Cursor = res.Next; res.Next == "" {
			if pages != 3 || len(seen) != 5 {
				t.Errorf("%d messages on %d pages", len(seen), pages)
			}
			break
		}
		w.clock = w.clock.Add(7 * time.Second)
	}
	r.Cursor = w.find(search.Request{Text: r.Text, Limit: 2}).Next
	w.clock = w.clock.Add(-time.Hour)
	if _, err := w.service.Search(t.Context(), access.Operator(), r); !errors.Is(err, engine.ErrCursor) {
		t.Errorf("a cursor of the next hour: %v", err)
	}
}
