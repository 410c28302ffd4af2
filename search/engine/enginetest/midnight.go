package enginetest

import (
	"testing"
	"time"

	"mailquarry/internal/mail"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// testMidnight: a message is in the month that it has by the clock of the zone, also where
// that is put forward or back about the midnight at which the month begins.
func testMidnight(t *testing.T, open Open) {
	for name, at := range map[string]time.Time{
		"America/Asuncion": time.Date(2023, 10, 1, 4, 0, 0, 0, time.UTC),    // no midnight: 23:59, 1:00
		"Asia/Beirut":      time.Date(1992, 4, 30, 22, 0, 0, 0, time.UTC),   // likewise
		"Africa/Cairo":     time.Date(2014, 7, 31, 22, 0, 0, 0, time.UTC),   // likewise
		"America/St_Johns": time.Date(2009, 11, 1, 2, 30, 0, 0, time.UTC),   // 0:00, 23:01 of the day before
		"Pacific/Apia":     time.Date(2011, 12, 30, 10, 0, 0, 0, time.UTC),  // a day less
		"Europe/Berlin":    time.Date(2024, 12, 31, 23, 0, 0, 0, time.UTC),  // a year begins
		"Asia/Kathmandu":   time.Date(1985, 12, 31, 18, 30, 0, 0, time.UTC), // a year begins without its first quarter of an hour
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone, err := time.LoadLocation(name)
			if err != nil {
				t.Skipf("without a list of zones: %v", err)
			}
			var docs []engine.Document
			for i := range 60 {
				docs = append(docs, engine.Document{ID: mail.MessageID(i + 1), Mailbox: 1, Folder: 1, Date: at.Add(time.Duration(i*47%60-30) * 10 * time.Minute)})
			}
			m := newModel()
			m.apply(engine.Batch{Put: docs})
			e := start(t, open, docs...)
			r := engine.Request{Scope: everyone(), Facets: []engine.Facet{engine.FacetYear, engine.FacetMonth}, Zone: zone}
			compareFacets(t, m, r, m.search(r.Scope, query.Not{Node: query.Nothing{}}), ask(t, e, r))
		})
	}
}
