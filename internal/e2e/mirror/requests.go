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

// early finds requests that came before the time that a Retry-After named: the
// same one again, more than could have been on their way when the answer came,
// or any in the second half of the pause. The odd moment at its end, in which
// clocks and timers round, does not count.
func early(r *report, requests []graphsim.Request, lane func(graphsim.Request) string) {
	for i, refused := range requests {
		if refused.RetryAfter <= 0 || refused.Status != 429 && refused.Status != 503 || lane(refused) == "" {
			continue
		}
		told := refused.Ended
		if refused.InBatch {
			var whole bool
			if told, whole = batchEnd(requests[i:]); !whole {
				continue
			}
		}
		half, until := told.Add(refused.RetryAfter/2), refused.Ended.Add(refused.RetryAfter-20*time.Millisecond)
		onTheirWay := 0
		for _, q := range requests {
			if lane(q) != lane(refused) || !q.Time.After(told) || !q.Time.Before(until) {
				continue
			}
			if onTheirWay++; q.Path == refused.Path && q.Method == refused.Method || onTheirWay >= perMailbox || q.Time.After(half) {
				r.add("asked %v before a Retry-After was over: %s %s", until.Sub(q.Time), q.Method, q.Path)
			}
		}
	}
}

// batchEnd is when the client learns what the first request came to: when the
// batch that it is part of is answered. Of those that may be it, the last counts.
// It never learns it when the batch's answer is spoiled.
func batchEnd(requests []graphsim.Request) (end time.Time, whole bool) {
	q := requests[0]
	end, whole = q.Ended, true
	for _, b := range requests {
		if b.Kind != graphsim.Batch || b.Time.After(q.Time) {
			continue
		}
		if b.Ended.After(end) {
			end = b.Ended
		}
		whole = whole && b.Fault == ""
	}
	return end, whole
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
