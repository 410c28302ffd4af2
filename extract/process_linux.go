package extract

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// childAttributes makes the kernel kill the worker when its parent dies.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

// processorTime is what a process has used of the processors until now, by all
// of its threads.
func processorTime(pid int) (time.Duration, bool) {
	const scheduled = 2 // the exact one of a process's three clocks
	var at unix.Timespec
	if err := unix.ClockGettime(int32(^pid)<<3|scheduled, &at); err != nil {
		return 0, false
	}
	return time.Duration(at.Nano()), true
}

// limitLife has the kernel end a process that has used so much of the
// processors. Where that cannot be set, the meter alone sees to it.
func limitLife(pid int, most time.Duration) {
	seconds := uint64(most/time.Second) + 1
	_ = unix.Prlimit(pid, unix.RLIMIT_CPU, &unix.Rlimit{Cur: seconds, Max: seconds}, nil)
}

// pipe makes a pipe whose ends wait in the kernel for each other. Those of
// os.Pipe are waited for by the runtime, which costs several more switches
// between threads for each document. Whoever waits is woken when the worker
// is killed.
func pipe() (r, w *os.File, err error) {
	var p [2]int
	if err := syscall.Pipe2(p[:], syscall.O_CLOEXEC); err != nil {
		return nil, nil, os.NewSyscallError("pipe2", err)
	}
	return os.NewFile(uintptr(p[0]), "pipe"), os.NewFile(uintptr(p[1]), "pipe"), nil
}

// widenPipes lets the kernel hold more of what is on its way, so that the two
// sides take turns less often.
func widenPipes(ends ...any) {
	for _, e := range ends {
		if f, ok := e.(*os.File); ok {
			_, _ = unix.FcntlInt(f.Fd(), unix.F_SETPIPE_SZ, pipeSize)
		}
	}
}

// pipeSize is as much as Linux grants to anybody.
const pipeSize = 1 << 20

// The bounds of a worker that are the same for every class.
const (
	workerFiles = 32
	workerWrite = 1 << 20 // bytes of a file, if there were one that it can write
)

// limitSelf bounds this process for good: data by the given number of bytes
// above what it holds now, few files, small ones, no core dump. RLIMIT_DATA
// rather than RLIMIT_AS, since Go reserves far more address space than it uses.
func limitSelf(memory uint64) (inForce string, err error) {
	data := dataSize() + memory
	for _, l := range []struct {
		what  int
		limit uint64
	}{
		{syscall.RLIMIT_DATA, data}, {syscall.RLIMIT_NOFILE, workerFiles}, {syscall.RLIMIT_FSIZE, workerWrite}, {syscall.RLIMIT_CORE, 0},
	} {
		r := syscall.Rlimit{Cur: l.limit, Max: l.limit}
		if err := syscall.Setrlimit(l.what, &r); err != nil {
			return "", fmt.Errorf("limit extraction worker: %w", err)
		}
	}
	return fmt.Sprintf("%d MB of memory, %d open files, %d MB written to a file", memory>>20, workerFiles, workerWrite>>20), nil
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
