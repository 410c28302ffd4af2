package files

import (
	"bytes"
	"strconv"
	"strings"
	"time"
)

// fromLine reads the time in an mbox From_ line. Writers disagree on order,
// seconds, commas and time zones (asctime, with a zone before or after the
// year, RFC 5322 dates), and senders may hold spaces, so the parts are taken
// wherever they stand: a month's name, a day, a time with a colon and a year.
// Names of zones are read as UTC, for they are not unique.
func fromLine(line []byte) (time.Time, bool) {
	if !bytes.HasPrefix(line, fromSpace) {
		return time.Time{}, false
	}
	if len(line) > 500 {
		line = line[:500]
	}
	f := strings.Fields(string(line[len(fromSpace):]))
	if n := len(f); n > 10 {
		f = f[n-10:]
	}
	var d date
	for _, w := range f {
		d.take(strings.TrimSuffix(w, ","))
	}
	return d.time()
}

// date collects the parts of a date; 0 or false means not seen.
type date struct {
	year, month, day     int
	hour, minute, second int
	clock                bool
	zone                 int
}

func (d *date) take(w string) {
	if m := monthOf(w); m > 0 {
		d.month = m
		return
	}
	if strings.Count(w, ":") > 0 {
		d.takeClock(w)
		return
	}
	if len(w) == 5 && (w[0] == '+' || w[0] == '-') {
		if n, err := strconv.Atoi(w[1:]); err == nil && n%100 < 60 && n/100 <= 14 {
			d.zone = (n/100)*3600 + (n%100)*60
			if w[0] == '-' {
				d.zone = -d.zone
			}
		}
		return
	}
	n, err := strconv.Atoi(w)
	switch {
	case err != nil || w[0] == '+' || w[0] == '-':
	case len(w) <= 2 && n >= 1 && n <= 31:
		d.day = n
	case len(w) == 4 && n >= 1970 && n < 2200:
		d.year = n
	}
}

func (d *date) takeClock(w string) {
	p := strings.Split(w, ":")
	if len(p) > 3 {
		return
	}
	var v [3]int
	for i, s := range p {
		n, err := strconv.Atoi(s)
		if err != nil || len(s) != 2 || n < 0 || n > 60 {
			return
		}
		v[i] = n
	}
	if v[0] < 24 && v[1] < 60 {
		d.hour, d.minute, d.second, d.clock = v[0], v[1], v[2], true
	}
}

func (d *date) time() (time.Time, bool) {
	if d.year == 0 || d.month == 0 || d.day == 0 || !d.clock {
		return time.Time{}, false
	}
	t := time.Date(d.year, time.Month(d.month), d.day, d.hour, d.minute, d.second, 0, time.UTC)
	return t.Add(-time.Duration(d.zone) * time.Second), true
}

func monthOf(w string) int {
	if len(w) != 3 {
		return 0
	}
	i := strings.Index("JanFebMarAprMayJunJulAugSepOctNovDec", w)
	if i < 0 || i%3 != 0 {
		return 0
	}
	return i/3 + 1
}
