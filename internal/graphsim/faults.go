package graphsim

import (
	"sync"
	"time"
)

// Fault is answered instead of the real answer to requests that Match. With
// neither Status, Drop nor Truncate, it only delays the real answer.
type Fault struct {
	Match      func(method, path string) bool // path with query, as sent; nil matches all
	Times      int                            // how often; 0 is always
	Status     int                            // 0 with Drop: the connection is cut
	Body       string
	HTML       bool
	RetryAfter int // seconds; 0 sends no header
	Drop       bool
	Truncate   bool          // the real answer, cut in the middle
	Delay      time.Duration // before the answer
}

// faultList holds the injected faults in order.
type faultList struct {
	mu   sync.Mutex
	list []*armedFault
}

type armedFault struct {
	Fault
	left int
}

// Inject adds a fault. Of several that match a request the first is taken.
func (t *Tenant) Inject(f Fault) {
	t.faults.mu.Lock()
	defer t.faults.mu.Unlock()
	t.faults.list = append(t.faults.list, &armedFault{Fault: f, left: f.Times})
}

// ClearFaults removes all faults.
func (t *Tenant) ClearFaults() {
	t.faults.mu.Lock()
	defer t.faults.mu.Unlock()
	t.faults.list = nil
}

// take gives the fault for a request, nil for none.
func (l *faultList) take(method, path string) *Fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range l.list {
		if f.Times > 0 && f.left == 0 {
			continue
		}
		if f.Match != nil && !f.Match(method, path) {
			continue
		}
		f.left--
		return &f.Fault
	}
	return nil
}

// page is the body of a fault's own answer.
func (f *Fault) page() (body, contentType string) {
	if !f.HTML {
		return f.Body, jsonType
	}
	if f.Body == "" {
		return "<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>", "text/html"
	}
	return f.Body, "text/html"
}
