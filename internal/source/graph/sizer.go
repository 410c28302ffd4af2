package graph

import "sync"

// The bounds of a page: of messages with their bodies, and of a listing without.
const (
	maxPage = 50
	maxList = 1000
	// growSoonest is how many pages must come well before a page that had to shrink
	// grows again, the first time; growLatest is the most that it waits.
	growSoonest, growLatest = 3, 24
)

// sizer is the size of a mailbox's pages, which adapts to what Graph can make in
// its time. A page that failed once is halved, and soon doubled again, since most
// timeouts are Graph's passing trouble; where the larger page fails again it is
// the mailbox's mail that takes so long, and the next try comes later each time.
type sizer struct {
	mu       sync.Mutex
	now      int
	max, min int
	well     int  // pages that came well since the size changed
	after    int  // how many it takes to grow, set by each shrinking
	grown    bool // the last change was to a larger page
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
	if s.grown && s.well < growLatest {
		s.after = min(growLatest, 2*max(s.after, growSoonest))
	} else {
		s.after = growSoonest
	}
	s.now, s.well, s.grown = max(s.min, s.now/2), 0, false
}

// grow notes a page that came well.
func (s *sizer) grow() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.well++; s.now < s.max && s.well >= s.after {
		s.now, s.well, s.grown = min(s.max, 2*s.now), 0, true
	}
}

func pageSizer(g *gate) *sizer { return &g.page }
func listSizer(g *gate) *sizer { return &g.list }
