package graphsim

import (
	"math"
	"sync/atomic"
	"time"
)

const (
	movingCode    = "ErrorMailboxMoveInProgress"
	movingMessage = "Mailbox move in progress. Try again later."
)

// Moving has the mailbox move between databases for some time: every request
// on it is answered 503 ErrorMailboxMoveInProgress, and afterwards its delta
// tokens are dead. Zero or less ends a move.
func (m *Mailbox) Moving(d time.Duration) {
	if d <= 0 {
		m.arrive()
		return
	}
	m.trouble.mu.Lock()
	defer m.trouble.mu.Unlock()
	m.trouble.moving, m.trouble.moved, m.trouble.refused = m.t.o.Now().Add(d), true, -1
}

// beginMove is Moving for chaos: it has an end even if the clock has none.
func (m *Mailbox) beginMove(d time.Duration) bool {
	m.trouble.mu.Lock()
	defer m.trouble.mu.Unlock()
	if m.trouble.moved {
		return false
	}
	m.trouble.moving, m.trouble.moved, m.trouble.refused = m.t.o.Now().Add(d), true, 0
	return true
}

// beginBurst throttles the mailbox for some time.
func (m *Mailbox) beginBurst(d time.Duration) bool {
	m.trouble.mu.Lock()
	defer m.trouble.mu.Unlock()
	now := m.t.o.Now()
	if m.trouble.moved || m.trouble.burst.After(now) {
		return false
	}
	m.trouble.burst, m.trouble.refused = now.Add(d), 0
	return true
}

// arrive ends a move.
func (m *Mailbox) arrive() {
	m.trouble.mu.Lock()
	moved := m.trouble.moved
	m.trouble.moved, m.trouble.moving = false, time.Time{}
	m.trouble.mu.Unlock()
	if moved {
		m.ResetTokens()
	}
}

// moves refuses a request while the mailbox moves; m may be nil.
func (m *Mailbox) moves(now time.Time) *Fault {
	if m == nil {
		return nil
	}
	m.trouble.mu.Lock()
	if !m.trouble.moved {
		m.trouble.mu.Unlock()
		return nil
	}
	over := !m.trouble.moving.After(now) || m.trouble.refused >= burstPatience
	if m.trouble.refused >= 0 {
		m.trouble.refused++
	}
	m.trouble.mu.Unlock()
	if over {
		m.arrive()
		return nil
	}
	f, _ := NamedFault("503-moving")
	return &f
}

// bursts throttles a request while a burst lasts; m may be nil.
func (m *Mailbox) bursts(now time.Time) *Fault {
	if m == nil {
		return nil
	}
	m.trouble.mu.Lock()
	defer m.trouble.mu.Unlock()
	left := m.trouble.burst.Sub(now)
	if left <= 0 || m.trouble.refused >= burstPatience {
		return nil
	}
	m.trouble.refused++
	f, _ := NamedFault("429")
	f.Name = "burst"
	f.RetryAfter = int((left + time.Second - 1) / time.Second)
	return &f
}

// oddPages are how often chaos makes delta pages repeat or lack something. They
// are read while a mailbox is locked.
type oddPages struct{ replay, short atomic.Uint64 }

func (o *oddPages) set(replay, short float64) {
	o.replay.Store(math.Float64bits(replay))
	o.short.Store(math.Float64bits(short))
}

func (o *oddPages) replays(salt uint64) bool {
	return unit(mix(salt, 1)) < math.Float64frombits(o.replay.Load())
}

// shortens chooses more pages than its rate says, since three in five of those
// chosen stay as they are.
func (o *oddPages) shortens(salt uint64) bool {
	return unit(mix(salt, 2)) < math.Float64frombits(o.short.Load())*5/2
}
