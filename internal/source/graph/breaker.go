package graph

import (
	"net/http"
	"strings"
	"time"

	"mailquarry/internal/source"
)

// The breaker's times. A mailbox that is being moved is away for hours.
const (
	breakAfter = 20 // failures in a row, which are those of several requests
	breakFirst = 60 // the first pause, in times of the client's backoff
	breakMax   = 30 * time.Minute
)

// breaker keeps requests from a mailbox that does not answer: each would only
// cost time and count against the limits. After a while one request is let
// through, and what becomes of it decides. The gate's lock guards it.
type breaker struct {
	first   time.Duration // the first pause
	row     int           // failures since the last good answer
	until   time.Time
	last    time.Duration // of the pause before
	code    string
	probing time.Time // when a request was let through to see; zero when none is
}

// probeTime is how long the one request may take before another is let through.
const probeTime = 3 * time.Minute

// open tells for how long nothing passes, and why; 0 when it may. After a pause
// one request passes (see probe) and the others wait for what becomes of it.
func (b *breaker) open(now time.Time) (time.Duration, string) {
	switch {
	case b.until.IsZero():
		return 0, ""
	case now.Before(b.until):
		return b.until.Sub(now), b.code
	case !b.probing.IsZero() && now.Sub(b.probing) < probeTime:
		return time.Second, b.code
	}
	return 0, ""
}

// probe notes that a request is being sent.
func (b *breaker) probe(now time.Time) {
	if !b.until.IsZero() {
		b.probing = now
	}
}

// note takes in how a request went.
func (b *breaker) note(now time.Time, f *failure) {
	if f == nil || !away(f.err) {
		// Any other answer shows that the mailbox is there.
		*b = breaker{first: b.first}
		return
	}
	b.row++
	b.probing = time.Time{}
	known := known(f.err.Code)
	if !known && b.row < breakAfter && b.until.IsZero() {
		return
	}
	if now.Before(b.until) {
		return // one of those that were under way
	}
	d := min(max(2*b.last, b.first), breakMax)
	d = max(d, f.err.RetryAfter)
	b.last, b.until = d, now.Add(d)
	if b.code = f.err.Code; b.code == "" {
		b.code = http.StatusText(f.err.Status)
	}
}

// known tells the codes that say by themselves that the mailbox is away.
func known(code string) bool {
	switch strings.ToLower(code) {
	case "errormailboxmoveinprogress", "mailboxinfostale", "errormailboxstoreunavailable":
		return true
	default:
		return false
	}
}

// away tells the failures that may mean that the mailbox is away. A host that
// cannot be reached is another matter: it concerns every mailbox.
func away(e *source.Error) bool {
	return known(e.Code) || e.Status == http.StatusServiceUnavailable || e.Status == 0 && e.Class == source.Transient
}
