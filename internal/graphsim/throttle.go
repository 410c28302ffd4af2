package graphsim

import (
	"net/http"
	"strconv"
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

// throttle refuses a request on a mailbox that has too many, or that asks for
// a larger page than the mailbox can make in time.
func (c *call) throttle(m *Mailbox) *apiError {
	quirks := c.t.o.Quirks
	total := m.meter.count(c.t.o.Now())
	switch {
	case quirks.RequestLimit > 0 && total > quirks.RequestLimit:
		return errThrottled("Application is over its RequestRate limit.", "10")
	case c.inFlight > concurrency && !quirks.NoConcurrencyLimit:
		return errThrottled("Application is over its MailboxConcurrency limit.", "1")
	case quirks.PageLimit > 0 && c.askedItems() > quirks.PageLimit:
		return fail(http.StatusGatewayTimeout, "UnknownError", "")
	}
	return nil
}

func errThrottled(message, retryAfter string) *apiError {
	e := fail(http.StatusTooManyRequests, "ApplicationThrottled", "%s", message)
	e.header = http.Header{"Retry-After": {retryAfter}}
	return e
}

// askedItems is how many messages a request wants in one answer, 0 for one
// that wants no page of messages.
func (c *call) askedItems() int {
	switch KindOf(c.method, c.escaped) {
	case MessageDelta:
		return c.prefer.maxPageSize
	case MessageList:
		top, _ := strconv.Atoi(c.query.Get("$top"))
		return max(top, c.prefer.maxPageSize)
	}
	return 0
}

// bucket is the directory's measure: resource units that come back with time.
type bucket struct {
	mu   sync.Mutex
	used float64
	at   time.Time
}

// bucketTime is how long an empty bucket takes to fill.
const bucketTime = 10 * time.Second

// take uses n units, and tells how full that leaves the measure of limit units
// in ten seconds: over 1 is too much. What is refused is not used up.
func (b *bucket) take(now time.Time, n, limit int) float64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	if passed := now.Sub(b.at); passed > 0 {
		b.used = max(0, b.used-float64(limit)*float64(passed)/float64(bucketTime))
		b.at = now
	}
	share := (b.used + float64(n)) / float64(limit)
	if share <= 1 {
		b.used += float64(n)
	}
	return share
}

// resourceUnits is how many units the application may use in ten seconds, by
// the size of the tenant; -1 is any number.
func (t *Tenant) resourceUnits() int {
	if n := t.o.Quirks.ResourceUnits; n != 0 {
		return n
	}
	t.mu.RLock()
	users := len(t.boxes)
	t.mu.RUnlock()
	switch {
	case users < 50:
		return 3500
	case users <= 500:
		return 5000
	}
	return 8000
}

// cost is what a directory request costs in resource units.
func (c *call) cost(path []string) int {
	n := 2
	if len(path) > 0 && fixed(path[0]) != "delta" {
		n = 1
	}
	if c.query.Has("$select") {
		n--
	}
	if c.query.Has("$expand") {
		n++
	}
	if top, err := strconv.Atoi(c.query.Get("$top")); err == nil && top < 20 {
		n--
	}
	return max(n, 1)
}

// measured answers a directory request within the application's resource
// units, and tells in the headers what it cost.
func (c *call) measured(path []string, find func([]string) (answer, *apiError)) (answer, *apiError) {
	cost, limit := c.cost(path), c.t.resourceUnits()
	share := 0.0
	if limit > 0 {
		share = c.t.units.take(c.t.o.Now(), cost, limit)
	}
	if share > 1 {
		code, message := identityForm("ApplicationThrottled", "")
		a := c.t.failure(fail(http.StatusTooManyRequests, code, "%s", message))
		c.t.throttleHeaders(&a)
		a.set("Retry-After", strconv.Itoa(int(bucketTime/time.Second)))
		return a, nil
	}
	a, err := find(path)
	if err != nil {
		a = c.t.failure(err)
	}
	a.set("x-ms-resource-unit", strconv.Itoa(cost))
	if share >= 0.8 {
		a.set("x-ms-throttle-limit-percentage", strconv.FormatFloat(share, 'f', 1, 64))
	}
	return a, nil
}

// throttleHeaders says, as the directory does, whose limit was passed.
func (t *Tenant) throttleHeaders(a *answer) {
	a.set("x-ms-throttle-scope", "Tenant_Application/ReadWrite/"+t.o.ClientID+"/"+t.o.TenantID)
	a.set("x-ms-throttle-information", "ResourceUnitLimitExceeded")
	a.set("x-ms-throttle-limit-percentage", "1.0")
}
