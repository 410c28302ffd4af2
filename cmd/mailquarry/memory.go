package main

import (
	"os"
	"runtime/debug"
)

// syncMemory is what the runtime is told to stay below while a tenant is synced,
// where nobody has said otherwise. It keeps the process within 512 MB: SQLite
// takes some 60 MB beside the heap, the program itself 30, and the files of the
// index are mapped, which the system counts too as long as it has room.
// Measured: docs/benchmarks.md.
const syncMemory = 160 << 20

// boundMemory sets the limit. It is a soft one: mail that takes more than that
// costs time. GOMEMLIMIT, which the runtime reads by itself, goes before it.
func boundMemory() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(syncMemory)
	}
}

// What a build of the whole index may take, where nobody has said otherwise: nobody
// searches meanwhile, and collecting garbage took an eighth of its time. With what is
// mapped the process stays below 600 MB. Measured: docs/benchmarks.md.
const (
	bulkGC     = 400
	bulkMemory = 320 << 20
)

// spendMemory sets them, behind GOGC and GOMEMLIMIT.
func spendMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(bulkGC)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(bulkMemory)
	}
}
