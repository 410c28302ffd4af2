package query

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// interval is what a date says: from is when it begins, to when it is over. A moment
// begins and is over at once.
type interval struct{ from, to time.Time }

// parseDate reads a moment, a day, a month or a year in any of the ways that people
// write them, in now's location: as ISO 8601 has it, in the order of a country, by
// words, or as an age. A day that the calendar does not have is refused. Note tells
// how a date was read that could be read otherwise.
func parseDate(s string, now time.Time) (i interval, note string, ok bool) {
	s = strings.Join(strings.Fields(strings.ToLower(s)), " ")
	if i, ok = wordDate(s, now); ok {
		return i, "", true
	}
	if t, ok := age(s, now); ok {
		return interval{t, t}, "", true
	}
	loc := now.Location()
	for _, l := range []struct {
		layout string
		end    func(time.Time) time.Time
	}{
		{time.DateOnly, nextDay},
		{"2006-1-2", nextDay},
		{"2006/1/2", nextDay},
		{"2006-1", nextMonth},
		{"2006/1", nextMonth},
		{"2006", nextYear},
		{"Jan 2006", nextMonth},
		{"January 2006", nextMonth},
		{"2 Jan 2006", nextDay},
		{"2 January 2006", nextDay},
		{"Jan 2, 2006", nextDay},
		{"January 2, 2006", nextDay},
		{time.RFC3339Nano, nil},
		{"2006-01-02t15:04:05", nil},
		{"2006-01-02t15:04", nil},
		{"2006-01-02 15:04", nil},
	} {
		text := s
		if l.layout == time.RFC3339Nano {
			text = strings.ToUpper(s)
		}
		in := loc
		if l.end != nil {
			in = time.UTC // in which each day has a midnight
		}
		t, err := time.ParseInLocation(l.layout, text, in)
		if err != nil {
			continue
		}
		t = t.In(in)
		if t.Year() < 1000 || t.Year() > 9999 {
			return i, "", false
		}
		if l.end == nil {
			t = t.In(loc)
			return interval{t, t}, "", true
		}
		return interval{startIn(t, loc), startIn(l.end(t), loc)}, "", true
	}
	return countryDate(s, loc)
}

func nextDay(t time.Time) time.Time   { return t.AddDate(0, 0, 1) }
func nextMonth(t time.Time) time.Time { return t.AddDate(0, 1, 0) }
func nextYear(t time.Time) time.Time  { return t.AddDate(1, 0, 0) }

// countryDate reads day, month and year with dots or slashes between. With slashes
// the month may come first: then what is above twelve is the day.
func countryDate(s string, loc *time.Location) (i interval, note string, ok bool) {
	sign := "."
	if strings.Contains(s, "/") {
		sign = "/"
	}
	parts := strings.Split(s, sign)
	if len(parts) != 3 {
		return i, "", false
	}
	var n [3]int
	for k, p := range parts {
		v, err := strconv.Atoi(p)
		if err != nil || v < 0 {
			return i, "", false
		}
		n[k] = v
	}
	day, month, year := n[0], n[1], n[2]
	if year < 100 {
		year += 2000
	}
	if sign == "/" && month > 12 {
		day, month = month, day
	}
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if y, m, d := t.Date(); y != year || int(m) != month || d != day || year < 1000 || year > 9999 {
		return i, "", false
	}
	if sign == "/" && day <= 12 && month <= 12 && day != month {
		note = "read as " + t.Format("2 January 2006") + "; write " + t.Format(time.DateOnly) + " to be sure"
	}
	return interval{startIn(t, loc), startIn(nextDay(t), loc)}, note, true
}

// wordDate reads today, yesterday, a day of the week, a month, and this, last or next
// week, month, quarter or year.
func wordDate(s string, now time.Time) (i interval, ok bool) {
	day := func(days int) interval { return interval{startOfDay(now, days), startOfDay(now, days+1)} }
	switch s {
	case "today":
		return day(0), true
	case "yesterday":
		return day(-1), true
	case "tomorrow":
		return day(1), true
	}
	for d := range 7 {
		if name := strings.ToLower(time.Weekday(d).String()); s == name || s == name[:3] || s == "last "+name {
			back := (int(now.Weekday()) - d + 7) % 7
			if strings.HasPrefix(s, "last ") && back == 0 {
				back = 7
			}
			return day(-back), true
		}
	}
	y, m, _ := now.Date()
	for month := time.January; month <= time.December; month++ {
		if s == strings.ToLower(month.String()) {
			if month > m {
				y--
			}
			t := time.Date(y, month, 1, 0, 0, 0, 0, time.UTC)
			return interval{startIn(t, now.Location()), startIn(nextMonth(t), now.Location())}, true
		}
	}
	which, unit, _ := strings.Cut(s, " ")
	shift, known := map[string]int{"this": 0, "last": -1, "past": -1, "previous": -1, "next": 1}[which]
	if !known {
		return i, false
	}
	at := func(year int, month time.Month, day int) time.Time {
		return startIn(time.Date(year, month, day, 0, 0, 0, 0, time.UTC), now.Location())
	}
	switch unit {
	case "day":
		return day(shift), true
	case "week":
		monday := startOfDay(now, -(int(now.Weekday())+6)%7+7*shift)
		return interval{monday, startOfDay(monday, 7)}, true
	case "month":
		return interval{at(y, m+time.Month(shift), 1), at(y, m+time.Month(shift)+1, 1)}, true
	case "quarter":
		first := m - (m-1)%3 + time.Month(3*shift)
		return interval{at(y, first, 1), at(y, first+3, 1)}, true
	case "year":
		return interval{at(y+shift, 1, 1), at(y+shift+1, 1, 1)}, true
	}
	return i, false
}

// isDateOfWords tells of words that make a date or an age together.
func isDateOfWords(s string, now time.Time) bool {
	_, _, ok := parseDate(s, now)
	return ok
}

// maxAge is the greatest number in an age.
const maxAge = 10_000

// age reads how long ago something was: 2h, 7d, 3w, 6m, 1y, or "7 days".
func age(s string, now time.Time) (time.Time, bool) {
	digits := 0
	for digits < len(s) && '0' <= s[digits] && s[digits] <= '9' {
		digits++
	}
	n, err := strconv.Atoi(s[:digits])
	if err != nil || n > maxAge {
		return time.Time{}, false
	}
	now = now.Truncate(time.Second)
	unit := strings.TrimSpace(s[digits:])
	unit = strings.TrimSpace(strings.TrimSuffix(unit, "ago"))
	for _, u := range []struct {
		names []string
		back  func() time.Time
	}{
		{[]string{"h", "hour", "hours"}, func() time.Time { return now.Add(-time.Duration(n) * time.Hour) }},
		{[]string{"d", "day", "days"}, func() time.Time { return now.AddDate(0, 0, -n) }},
		{[]string{"w", "week", "weeks"}, func() time.Time { return now.AddDate(0, 0, -7*n) }},
		{[]string{"m", "month", "months"}, func() time.Time { return now.AddDate(0, -n, 0) }},
		{[]string{"y", "year", "years"}, func() time.Time { return now.AddDate(-n, 0, 0) }},
	} {
		if slices.Contains(u.names, unit) {
			t := u.back()
			return t, t.Year() >= 1000
		}
	}
	return time.Time{}, false
}

func startOfDay(now time.Time, days int) time.Time {
	y, m, d := now.Date()
	return startIn(time.Date(y, m, d+days, 0, 0, 0, 0, time.UTC), now.Location())
}

// startIn is when the day of t begins in a zone. Where the clocks are put forward at
// midnight there is none, and what time.Date makes of it may be on the day before.
func startIn(t time.Time, loc *time.Location) time.Time {
	y, m, d := t.Date()
	start := time.Date(y, m, d, 0, 0, 0, 0, loc)
	if start.Day() != d {
		if _, forward := start.ZoneBounds(); forward.Day() == d {
			return forward
		}
	}
	return start
}

func isMidnight(t time.Time) bool { return t.Equal(startOfDay(t, 0)) }

// printDate writes t so that parseDate reads the same moment again.
func printDate(t time.Time) string {
	if isMidnight(t) {
		return t.Format(time.DateOnly)
	}
	return t.Format(time.RFC3339Nano)
}
