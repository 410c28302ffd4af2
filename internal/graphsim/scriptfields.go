package graphsim

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// scriptFields are the NAME=VALUE words of a line.
type scriptFields map[string]string

func parseFields(words []string) (scriptFields, error) {
	fields := make(scriptFields, len(words))
	for _, w := range words {
		name, value, ok := strings.Cut(w, "=")
		switch {
		case !ok || name == "" || value == "":
			return nil, fmt.Errorf("%q is not of the form NAME=VALUE", w)
		case fields[name] != "":
			return nil, fmt.Errorf("%s is set twice", name)
		}
		fields[name] = value
	}
	return fields, nil
}

// take gives a field and strikes it off; "" when it is not there.
func (s scriptFields) take(name string) string {
	v := s[name]
	delete(s, name)
	return v
}

// rest refuses what no one asked for.
func (s scriptFields) rest() error {
	if len(s) == 0 {
		return nil
	}
	return fmt.Errorf("%s cannot be set here", slices.Sorted(maps.Keys(s))[0])
}

func (s scriptFields) number(name string, to *int, least, most int) error {
	v := s.take(name)
	if v == "" {
		return nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < least || n > most {
		return fmt.Errorf("%s=%s: not a number from %d to %d", name, v, least, most)
	}
	*to = n
	return nil
}

func (s scriptFields) share(name string, to *float64) error {
	v := s.take(name)
	if v == "" {
		return nil
	}
	x, err := strconv.ParseFloat(v, 64)
	if err != nil || !(x >= 0 && x <= 1) {
		return fmt.Errorf("%s=%s: not a share from 0 to 1", name, v)
	}
	*to = x
	return nil
}

func (s scriptFields) duration(name string, to *time.Duration) error {
	v := s.take(name)
	if v == "" {
		return nil
	}
	d, err := time.ParseDuration(v)
	if err != nil || d <= 0 || d > 24*time.Hour {
		return fmt.Errorf("%s=%s: not a time such as 500ms, 30s or 2h", name, v)
	}
	*to = d
	return nil
}

const manyTimes = 1_000_000_000

// rule reads the fields of a rule.
func (s scriptFields) rule(f *Fault) error {
	f.Mailbox = s.take("mailbox")
	takes := time.Duration(0)
	err := errors.Join(
		s.match(f), s.place(f),
		s.number("after", &f.After, 0, manyTimes),
		s.number("times", &f.Times, 1, manyTimes),
		s.share("chance", &f.Chance),
		s.number("retry-after", &f.RetryAfter, 0, 86400),
		s.duration("takes", &takes),
	)
	if err != nil {
		return firstOf(err)
	}
	if f.event == eventMove {
		if err := s.duration("for", &f.lasts); err != nil {
			return err
		}
		if f.lasts == 0 {
			return errors.New("moving needs for=TIME")
		}
	} else if err := s.duration("for", &f.For); err != nil {
		return err
	}
	if f.Name == "answer" {
		if err := s.answer(f); err != nil {
			return err
		}
	}
	if err := f.setTaking(takes); err != nil {
		return err
	}
	return s.rest()
}

// firstOf gives the first of joined errors: a line is told one at a time.
func firstOf(err error) error {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		return joined.Unwrap()[0]
	}
	return err
}

// setTaking sets how long a fault that takes time does.
func (f *Fault) setTaking(d time.Duration) error {
	switch {
	case d == 0:
	case f.Trickle > 0:
		f.Trickle = d
	case f.Stall > 0:
		f.Stall = d
	case f.event == "":
		f.Delay = d
	default:
		return fmt.Errorf("takes cannot be set for %s", f.Name)
	}
	return nil
}

// answer reads the fields of a freely chosen answer.
func (s scriptFields) answer(f *Fault) error {
	if err := s.number("status", &f.Status, 400, 599); err != nil {
		return err
	}
	if f.Status == 0 {
		return errors.New("answer needs status=NUMBER")
	}
	f.Code = s.take("code")
	return nil
}

func (s scriptFields) place(f *Fault) error {
	switch v := s.take("in"); v {
	case "":
	case "alone":
		f.Place = Alone
	case "batch":
		f.Place = InBatch
	default:
		return fmt.Errorf("in=%s: only alone or batch", v)
	}
	return nil
}

// match reads what requests a rule is for.
func (s scriptFields) match(f *Fault) error {
	var kinds []Kind
	if v := s.take("on"); v != "" {
		for name := range strings.SplitSeq(v, ",") {
			if !slices.Contains(Kinds(), Kind(name)) {
				return fmt.Errorf("on=%s: no kind of request is called %q", v, name)
			}
			kinds = append(kinds, Kind(name))
		}
	}
	pattern := s.take("path")
	if kinds == nil && pattern == "" {
		return nil
	}
	f.Match = func(method, path string) bool {
		return (kinds == nil || slices.Contains(kinds, KindOf(method, path))) && (pattern == "" || within(path, pattern))
	}
	return nil
}

// within tells whether a path contains a pattern, in which * is anything.
func within(path, pattern string) bool {
	for part := range strings.SplitSeq(pattern, "*") {
		at := strings.Index(path, part)
		if at < 0 {
			return false
		}
		path = path[at+len(part):]
	}
	return true
}

// chaos reads the fields of a chaos line: those of ChaosOptions, and weights
// under the names of their faults.
func (s scriptFields) chaos(o *ChaosOptions) error {
	seed := 0
	err := errors.Join(
		s.number("seed", &seed, -1<<31, 1<<31-1),
		s.number("max-row", &o.MaxRow, 1, 1000),
		s.rate("rate", &o.Rate), s.rate("burst-rate", &o.BurstRate), s.rate("move-rate", &o.MoveRate),
		s.rate("reset-rate", &o.ResetRate), s.rate("expire-rate", &o.ExpireRate),
		s.rate("replay-rate", &o.ReplayRate), s.rate("short-rate", &o.ShortRate),
		s.duration("burst-for", &o.BurstFor), s.duration("move-for", &o.MoveFor),
	)
	if err != nil {
		return firstOf(err)
	}
	o.Seed = int64(seed)
	for _, name := range FaultNames() {
		v := s.take(name)
		if v == "" {
			continue
		}
		w, err := strconv.ParseFloat(v, 64)
		if err != nil || !(w >= 0 && w <= 1e6) {
			return fmt.Errorf("%s=%s: not a weight", name, v)
		}
		if o.Weights == nil {
			o.Weights = make(map[string]float64)
		}
		o.Weights[name] = w
	}
	return s.rest()
}

// rate is share, where 0 is none and not the default.
func (s scriptFields) rate(name string, to *float64) error {
	given := s[name] != ""
	if err := s.share(name, to); err != nil {
		return err
	}
	if given && *to == 0 {
		*to = -1
	}
	return nil
}
