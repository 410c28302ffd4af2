package graph

import (
	"sync"
	"time"
)

// The requests in a second on all mailboxes together. Graph allows an
// application 13,000; a tenth of that is left to whatever else runs under its
// name, and keeps this machine's network usable.
const (
	perSecond = 1000
	burst     = 100
)

// meter spaces out the requests of all mailboxes.
type meter struct {
	mu   sync.Mutex
	next time.Time // when the next one is due
}

// book tells how long n requests must wait, and counts them as sent after that.
func (m *meter) book(now time.Time, n int) time.Duration {
	const each = time.Second / perSecond
	m.mu.Lock()
	defer m.mu.Unlock()
	if early := now.Add(-burst * each); m.next.Before(early) {
		m.next = early
	}
	m.next = m.next.Add(time.Duration(max(n, 1)) * each)
	return max(0, m.next.Sub(now))
}
