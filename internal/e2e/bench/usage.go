package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// usage is what a process took.
type usage struct {
	wall, cpu time.Duration
	rss       int64 // bytes at the peak
}

func installed(command string) bool {
	_, err := exec.LookPath(command)
	return err == nil
}

// measure runs a command to its end.
func measure(cmd *exec.Cmd) (usage, error) {
	log, err := os.CreateTemp("", "mailquarry-bench-*.log")
	if err != nil {
		return usage{}, err
	}
	defer func() { _ = os.Remove(log.Name()) }()
	defer log.Close()
	if cmd.Stdout == nil {
		cmd.Stdout = log
	}
	cmd.Stderr = log
	start := time.Now()
	if err := cmd.Run(); err != nil {
		said, _ := os.ReadFile(log.Name())
		return usage{}, fmt.Errorf("%v: %w: %.2000s", cmd.Args, err, said)
	}
	u := usage{wall: time.Since(start), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if r, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		u.rss = r.Maxrss * 1024 // Linux counts in KiB
	}
	return u, nil
}

// timed runs a command and gives how long it took, start included, and what it
// printed.
func timed(cmd *exec.Cmd) (time.Duration, string, error) {
	start := time.Now()
	out, err := cmd.Output()
	if err != nil {
		return 0, "", fmt.Errorf("%v: %w", cmd.Args, err)
	}
	return time.Since(start), string(out), nil
}

func drain(r io.ReadCloser) ([]byte, error) {
	defer r.Close()
	return io.ReadAll(r)
}
