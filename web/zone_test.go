package web

import (
	"encoding/json"
	"net/url"
	"testing"
	"time"
)

// TestZone: who names a time zone has days begin there, in the query as in after
// and before; times that say their zone themselves stay as they are. The message was
// received at 2025-03-04T09:15:00Z.
func TestZone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, tt := range []struct {
		name, query string
		want        int
	}{
		{"the day in UTC", "q=terms+date:2025-03-04", 1},
		{"the same, named", "q=terms+date:2025-03-04&tz=UTC", 1},
		{"it is the day before on Hawaii", "q=terms+date:2025-03-04&tz=Pacific/Honolulu", 0},
		{"that day", "q=terms+date:2025-03-03&tz=Pacific/Honolulu", 1},
		{"after", "q=terms&after=2025-03-04&tz=Pacific/Honolulu", 0},
		{"before", "q=terms&before=2025-03-04&tz=Pacific/Honolulu", 1},
		{"before, in UTC", "q=terms&before=2025-03-04", 0},
		{"a time with its zone", "q=terms&after=2025-03-04T09:15:00Z&tz=Pacific/Honolulu", 1},
	} {
		var got struct{ Total int }
		res := s.get("/api/v1/search?" + tt.query)
		must(t, json.Unmarshal([]byte(res.body), &got))
		if got.Total != tt.want || res.StatusCode != 200 {
			t.Errorf("%s: %d %d found, want %d", tt.name, res.StatusCode, got.Total, tt.want)
		}
	}
	honolulu, err := time.LoadLocation("Pacific/Honolulu")
	must(t, err)
	after, before := readParams(url.Values{"after": {"2025-03-04"}}).dates(honolulu)
	if want := time.Date(2025, 3, 4, 10, 0, 0, 0, time.UTC); !after.Equal(want) || !before.IsZero() {
		t.Errorf("the page's filter: from %v to %v", after, before)
	}
}

// TestSortAnswer: the answer tells the order that the hits have, also where the query
// has set it.
func TestSortAnswer(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for query, want := range map[string]string{
		"q=terms":                         "relevance",
		"q=terms&sort=oldest":             "oldest",
		"q=terms+sort:newest&sort=oldest": "newest",
	} {
		var got struct{ Sort string }
		must(t, json.Unmarshal([]byte(s.get("/api/v1/search?"+query).body), &got))
		if got.Sort != want {
			t.Errorf("%s: sort %q, want %q", query, got.Sort, want)
		}
	}
}
