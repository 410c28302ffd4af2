package graphsim

import (
	"net/http"
	"sync"
	"time"
)

// concurrency is how many requests on one mailbox Outlook answers at a time.
const concurrency = 4

// window is the time over which requests on a mailbox are counted.
const window = 10 * time.Minute

// meter counts a mailbox's requests in a sliding window, by the second.
type meter struct {
	mu      sync.Mutex
	seconds [int(window / time.Second)]struct {
		at int64
		n  int
	}
}

// count counts a request and gives how many the window holds, this one
// included. Refused ones count too.
func (m *meter) count(now time.Time) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	sec := now.Unix()
	slot := &m.seconds[uint64(sec)%uint64(len(m.seconds))]
	if slot.at != sec {
		slot.at, slot.n = sec, 0
	}
	slot.n++
	total := 0
	for _, s := range m.seconds {
		if s.at > sec-int64(len(m.seconds)) && s.at <= sec {
			total += s.n
		}
	}
	return total
}

// throttle refuses a request on a mailbox that has too many.
func (c *call) throttle(m *Mailbox) *apiError {
	limit := c.t.o.Quirks.RequestLimit
	total := m.meter.count(c.t.o.Now())
	switch {
	case limit > 0 && total > limit:
		return errThrottled("Application is over its RequestRate limit.", "10")
	case c.inFlight > concurrency && !c.t.o.Quirks.NoConcurrencyLimit:
		return errThrottled("Application is over its MailboxConcurrency limit.", "1")
	}
	return nil
}

func errThrottled(message, retryAfter string) *apiError {
	e := fail(http.StatusTooManyRequests, "ApplicationThrottled", "%s", message)
	e.header = http.Header{"Retry-After": {retryAfter}}
	return e
}
