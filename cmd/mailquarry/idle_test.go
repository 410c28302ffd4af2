package main

import "testing"

// Memory is given back once after each load, not while it lasts, and not again and
// again while nothing happens.
func TestMemoryIsGivenBackAfterALoad(t *testing.T) {
	t.Parallel()
	const mb = 1 << 20
	var r rest
	for i, look := range []struct {
		allocated uint64
		want      bool
	}{
		{30 * mb, false},   // starting
		{31 * mb, true},    // at rest
		{31*mb + 1, false}, // still
		{32 * mb, false},   // a poll
		{90 * mb, false},   // searches
		{150 * mb, false},
		{151 * mb, true},
		{152 * mb, false},
	} {
		if got := r.due(look.allocated); got != look.want {
			t.Errorf("look %d: given back is %v, not %v", i, got, look.want)
		}
	}
}
