package graphsim

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

// Place tells which requests a fault is for.
type Place int

// The places of a request.
const (
	Anywhere Place = iota
	Alone          // sent by itself
	InBatch        // part of a $batch
)

// Fault goes wrong with requests that Match. With a Status it is answered
// instead of the real answer; Truncate, Malformed, WrongType, Trickle, Stall
// and Gzip spoil the real one; with none of them it only delays.
//
// A request inside a $batch has no connection of its own: what would break the
// connection is there answered 502, and a stall 504.
type Fault struct {
	Name string // as it is recorded; made up of the status when empty

	// Which requests.
	Match   func(method, path string) bool // path with query, as sent; nil matches all
	Mailbox string                         // the user's id or address; "" is any, or none
	Place   Place
	After   int           // how many matching requests are let through first
	Times   int           // how often it happens; 0 is always
	Chance  float64       // with which probability, by the seed; 0 is always
	For     time.Duration // how long from the first time on, by the tenant's clock; 0 is for ever

	// An answer of its own.
	Status     int
	Body       string
	HTML       bool
	Code       string // with Message, written in Graph's error envelope if Body is empty
	Message    string
	RetryAfter int         // seconds; 0 sends no header
	RetryDate  bool        // Retry-After as an HTTP date
	Challenge  bool        // 401 with a claims challenge
	Location   bool        // with the address at which to start anew, as some 410 have
	InnerCode  string      // code inside innerError
	Header     http.Header // more headers
	adapt      bool        // the code is put in the form of the endpoint asked

	// What happens to the answer on its way.
	Delay     time.Duration // before it
	Block     func()        // the answer waits for it, for tests
	Drop      bool          // the connection is closed in the status line
	Reset     bool          // the connection is reset before the answer; with Truncate, within it
	Truncate  bool          // cut in the middle
	Trickle   time.Duration // sent little by little over this time
	Stall     time.Duration // half is sent, and nothing more for this time; then it is cut
	Malformed bool          // JSON that cannot be parsed, of the promised length
	WrongType bool          // one item, or the one object, has a property of the wrong type
	Gzip      bool          // packed, whether asked for or not

	// Of a script: what happens to the tenant when a request matches, which is
	// then answered as it now is.
	event string
	lasts time.Duration
}

// asked is what faults know of a request.
type asked struct {
	method, path string
	kind         Kind
	box          *Mailbox
	inBatch      bool
	number       uint64 // of this request among those with its path
	key          uint64 // of the path
}

// faultList holds the injected faults in order.
type faultList struct {
	mu    sync.Mutex
	list  []*armedFault
	done  map[string]int    // how often each has happened, by name
	paths map[uint64]uint64 // requests by path
}

type armedFault struct {
	Fault
	seen, hits int
	first      time.Time
}

// Inject adds a fault. Of several that match a request the first is taken.
func (t *Tenant) Inject(f Fault) {
	t.faults.mu.Lock()
	defer t.faults.mu.Unlock()
	t.faults.list = append(t.faults.list, &armedFault{Fault: f})
}

// ClearFaults removes all injected faults.
func (t *Tenant) ClearFaults() {
	t.faults.mu.Lock()
	defer t.faults.mu.Unlock()
	t.faults.list = nil
}

// Troubles counts what has gone wrong so far: faults by name, and the events
// of chaos.
func (t *Tenant) Troubles() map[string]int {
	t.faults.mu.Lock()
	defer t.faults.mu.Unlock()
	out := make(map[string]int, len(t.faults.done))
	for name, n := range t.faults.done {
		out[name] = n
	}
	return out
}

// wrong decides what goes wrong with a request: an injected fault, the state
// that its mailbox is in, or chaos. Nil is nothing.
func (t *Tenant) wrong(q asked) *Fault {
	l := &t.faults
	l.mu.Lock()
	defer l.mu.Unlock()
	if t.chaos.on || len(l.list) > 0 {
		l.number(t.seed, &q)
	}
	f := l.take(t, q)
	if f == nil {
		f = q.box.moves(t.o.Now())
	}
	if f == nil {
		f = t.chaos.strike(t, q)
	}
	if f != nil {
		l.count(f.label())
	}
	return f
}

// number counts a request among those on its path. The lock is held.
func (l *faultList) number(seed uint64, q *asked) {
	base, _, _ := strings.Cut(q.path, "?")
	q.key = mixString(seed, q.method+" "+base)
	if l.paths == nil {
		l.paths = make(map[uint64]uint64)
	}
	q.number = l.paths[q.key]
	l.paths[q.key]++
}

// count adds to what Troubles tells. The lock is held.
func (l *faultList) count(name string) {
	if l.done == nil {
		l.done = make(map[string]int)
	}
	l.done[name]++
}

// take gives the injected fault for a request, nil for none.
func (l *faultList) take(t *Tenant, q asked) *Fault {
	now := t.o.Now()
	for i, f := range l.list {
		if f.Times > 0 && f.hits == f.Times || f.For > 0 && f.hits > 0 && now.Sub(f.first) >= f.For {
			continue
		}
		if !f.concerns(q) {
			continue
		}
		if f.seen++; f.seen <= f.After {
			continue
		}
		if f.Chance > 0 && unit(mix(t.seed, uint64(i), q.key, q.number)) >= f.Chance {
			continue
		}
		if f.hits++; f.hits == 1 {
			f.first = now
		}
		if f.event != "" {
			l.count(f.event)
			t.happen(&f.Fault, q.box)
			continue
		}
		return &f.Fault
	}
	return nil
}

// concerns tells whether a fault is for this request.
func (f *Fault) concerns(q asked) bool {
	switch {
	case f.Place == Alone && q.inBatch, f.Place == InBatch && !q.inBatch:
		return false
	case f.Mailbox != "" && (q.box == nil || q.box.t.find(f.Mailbox) != q.box):
		return false
	case f.event != "" && f.event != eventExpire && q.box == nil:
		return false
	}
	return f.Match == nil || f.Match(q.method, q.path)
}

// unit makes a number from 0 to 1 of a scrambled one.
func unit(h uint64) float64 { return float64(h>>11) / (1 << 53) }
