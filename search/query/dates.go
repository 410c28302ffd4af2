package query

import (
	"strings"
	"time"
)

// parseDate reads a day, a month or a year, which stand for the moment they
// begin in now's location, or a moment. A day that the calendar does not have
// is refused.
func parseDate(s string, now time.Time) (time.Time, bool) {
	loc := now.Location()
	switch strings.ToLower(s) {
	case "today":
		return startOfDay(now, 0), true
	case "yesterday":
		return startOfDay(now, -1), true
	}
	for _, layout := range []string{time.DateOnly, "2006-01", "2006", time.RFC3339Nano, "2006-01-02T15:04"} {
		t, err := time.ParseInLocation(layout, s, loc)
		if err != nil {
			continue
		}
		t = t.In(loc)
		return t, 1000 <= t.Year() && t.Year() <= 9999
	}
	return time.Time{}, false
}

func startOfDay(now time.Time, days int) time.Time {
	y, m, d := now.Date()
	return time.Date(y, m, d+days, 0, 0, 0, 0, now.Location())
}

// printDate writes t so that parseDate reads the same moment again.
func printDate(t time.Time) string {
	if h, m, s := t.Clock(); h == 0 && m == 0 && s == 0 && t.Nanosecond() == 0 {
		return t.Format(time.DateOnly)
	}
	return t.Format(time.RFC3339Nano)
}
