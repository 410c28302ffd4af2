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

// A bulk build takes more memory for less time, but no more than that, and what GOGC
// and GOMEMLIMIT say comes first.
func TestSpendMemory(t *testing.T) {
	limit, percent := debug.SetMemoryLimit(-1), debug.SetGCPercent(100)
	t.Cleanup(func() { debug.SetMemoryLimit(limit); debug.SetGCPercent(percent) })
	for _, c := range []struct {
		variable, value string
		limit           int64
		percent         int
	}{{"GOGC", "", bulkMemory, bulkGC}, {"GOGC", "50", bulkMemory, 100}, {"GOMEMLIMIT", "1GiB", math.MaxInt64, bulkGC}} {
		debug.SetMemoryLimit(math.MaxInt64)
		debug.SetGCPercent(100)
		t.Setenv("GOGC", "")
		t.Setenv("GOMEMLIMIT", "")
		t.Setenv(c.variable, c.value)
		spendMemory()
		if got := debug.SetMemoryLimit(-1); got != c.limit {
			t.Errorf("with %s=%q the limit is %d, not %d", c.variable, c.value, got, c.limit)
		}
		if got := debug.SetGCPercent(100); got != c.percent {
			t.Errorf("with %s=%q it is collected at %d %%, not %d", c.variable, c.value, got, c.percent)
		}
	}
}
