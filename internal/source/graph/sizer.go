package graph

import "sync"

// The bounds of a page: of messages with their bodies, and of a listing without.
const (
	maxPage = 50
	maxList = 1000
	// growAfter is how many pages must come well before a page that had to
	// shrink grows again.
	growAfter = 10
)

// sizer is the size of a mailbox's pages, which adapts to what Graph can make in
// its time.
type sizer struct {
	mu       sync.Mutex
	now      int
	max, min int
	well     int // pages that came well since the size changed
}

func (s *sizer) size() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// shrink halves the page.
func (s *sizer) shrink() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now, s.well = max(s.min, s.now/2), 0
}

// grow notes a page that came well.
func (s *sizer) grow() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.well++; s.now < s.max && s.well >= growAfter {
		s.now, s.well = min(s.max, s.now+max(1, s.now/2)), 0
	}
}

func pageSizer(g *gate) *sizer { return &g.page }
func listSizer(g *gate) *sizer { return &g.list }
