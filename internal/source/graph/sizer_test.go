package graph

import "testing"

// A mailbox whose larger pages really are too much is not asked for one again
// and again: each failure doubles the number of pages until the next try. One
// that failed in passing is soon read in large pages again.
func TestSizerAsksForLargerPagesLessOften(t *testing.T) {
	t.Parallel()
	const fits = 30
	read := func(s *sizer, pages int, fits int) (failed, items int) {
		for range pages {
			if s.size() > fits {
				s.shrink()
				failed++
				continue
			}
			items += s.size()
			s.grow()
		}
		return failed, items
	}
	s := &sizer{now: maxPage, max: maxPage, min: 1}
	if failed, _ := read(s, 200, fits); failed < 5 || failed > 13 {
		t.Errorf("of 200 pages %d were too large, want about one in %d at last", failed, growLatest)
	}
	s = &sizer{now: maxPage, max: maxPage, min: 1}
	s.shrink()
	if _, items := read(s, 20, maxPage); items < 18*maxPage {
		t.Errorf("20 pages after one timeout brought %d messages, want nearly %d", items, 20*maxPage)
	}
}
