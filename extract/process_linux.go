package extract

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"syscall"
)

// childAttributes makes the kernel kill the worker when its parent dies.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

// limitSelf bounds this process for good: data by the given number of bytes
// above what it holds now, few files, no core dump. RLIMIT_DATA rather than
// RLIMIT_AS, since Go reserves far more address space than it uses.
func limitSelf(memory uint64) error {
	data := dataSize() + memory
	for _, l := range []struct {
		what  int
		limit uint64
	}{
		{syscall.RLIMIT_DATA, data}, {syscall.RLIMIT_NOFILE, 32}, {syscall.RLIMIT_CORE, 0},
	} {
		r := syscall.Rlimit{Cur: l.limit, Max: l.limit}
		if err := syscall.Setrlimit(l.what, &r); err != nil {
			return fmt.Errorf("limit extraction worker: %w", err)
		}
	}
	return nil
}

// dataSize is what RLIMIT_DATA counts of this process now; 0 when unknown. A
// binary built with the race detector begins with gigabytes.
func dataSize() uint64 {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, ok := bytes.Cut(b, []byte("VmData:"))
	if !ok {
		return 0
	}
	fields := bytes.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kb, err := strconv.ParseUint(string(fields[0]), 10, 64)
	if err != nil {
		return 0
	}
	return kb << 10
}
