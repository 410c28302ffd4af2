package mirror

import (
	"strings"
	"time"

	"mailquarry/internal/graphsim"
)

// perMailbox is how many requests Graph takes at a time on one mailbox.
const perMailbox = 4

// Rules tells which of Graph's rules the requests broke: never more than four
// at a time on one mailbox, each of a batch counted; none on a mailbox that has
// asked to be left alone; immutable ids asked for wherever ids are given.
func Rules(requests []graphsim.Request) []string {
	r := &report{}
	for _, q := range requests {
		if q.Mailbox != "" && q.InFlight > perMailbox {
			r.add("%d requests at a time on mailbox %s: %s", q.InFlight, q.Mailbox, q.Path)
		}
		if q.Mailbox != "" && q.Kind != graphsim.Settings && !immutable(q.Prefer) {
			r.add("no immutable ids were asked for: %s %s", q.Method, q.Path)
		}
	}
	early(r, requests, lane)
	return r.list()
}

// Early finds the requests of a tenant with one mailbox that came before the
// time that a Retry-After named. It is for batches, whose own record does not
// tell which mailbox they are about.
func Early(requests []graphsim.Request) []string {
	r := &report{}
	early(r, requests, func(q graphsim.Request) string {
		if q.Kind == graphsim.Tokens || q.Kind == graphsim.Discovery {
			return ""
		}
		return "mailbox"
	})
	return r.list()
}

func immutable(prefer []string) bool {
	return strings.Contains(strings.Join(prefer, ","), `IdType="ImmutableId"`)
}

// early finds requests that came before the time that a Retry-After named. One
// may have been on its way when the answer came, so the first half of a pause
// does not count; neither does the odd moment at its end, in which clocks and
// timers round.
func early(r *report, requests []graphsim.Request, lane func(graphsim.Request) string) {
	type pause struct{ from, until time.Time }
	pauses := map[string][]pause{}
	for i, q := range requests {
		if q.RetryAfter > 0 && (q.Status == 429 || q.Status == 503) {
			told := q.Ended
			if q.InBatch {
				told = batchEnd(requests[i:])
			}
			pauses[lane(q)] = append(pauses[lane(q)], pause{told.Add(q.RetryAfter / 2), q.Ended.Add(q.RetryAfter - 20*time.Millisecond)})
		}
	}
	for _, q := range requests {
		for _, p := range pauses[lane(q)] {
			if lane(q) != "" && q.Time.After(p.from) && q.Time.Before(p.until) {
				r.add("asked %v before a Retry-After was over: %s %s", p.until.Sub(q.Time), q.Method, q.Path)
			}
		}
	}
}

// batchEnd is when the client learns what the first request came to: when the
// batch that it is part of is answered. Of those that may be it, the last counts.
func batchEnd(requests []graphsim.Request) time.Time {
	q := requests[0]
	end := q.Ended
	for _, b := range requests {
		if b.Kind == graphsim.Batch && !b.Time.After(q.Time) && b.Ended.After(end) {
			end = b.Ended
		}
	}
	return end
}

// lane names what a Retry-After holds up: a mailbox, the directory, or the
// token endpoint; "" where the record does not tell.
func lane(q graphsim.Request) string {
	switch {
	case q.Mailbox != "":
		return q.Mailbox
	case q.Kind == graphsim.Batch:
		return ""
	case q.Kind == graphsim.Tokens:
		return string(q.Kind)
	}
	return "directory"
}
