package main

import (
	"math"
	"runtime/debug"
	"testing"
)

// TestBoundMemory has a sync keep to its memory without a setting, and to
// GOMEMLIMIT where that is set.
func TestBoundMemory(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	t.Cleanup(func() { debug.SetMemoryLimit(before) })
	for _, c := range []struct {
		variable string
		want     int64
	}{
		{"", syncMemory},
		{"off", math.MaxInt64}, // as the runtime would have read it
		{"1GiB", math.MaxInt64},
	} {
		debug.SetMemoryLimit(math.MaxInt64)
		t.Setenv("GOMEMLIMIT", c.variable)
		boundMemory()
		if got := debug.SetMemoryLimit(-1); got != c.want {
			t.Errorf("with GOMEMLIMIT=%q the limit is %d, not %d", c.variable, got, c.want)
		}
	}
}
