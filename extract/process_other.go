//go:build !linux

package extract

import (
	"os"
	"syscall"
	"time"
)

// childAttributes adds nothing here: the worker ends when its input does.
func childAttributes() *syscall.SysProcAttr { return nil }

// confine has only Go's own limits to rely on here.
func confine(class, uint64) (hello, error) {
	return hello{
		InForce: []string{"memory limit of the runtime"},
		Lacking: []string{"limits of memory, files and processor time", "no files", "no network", "no programs"},
	}, nil
}

// processorTime is not known of another process here: the time limit is all.
func processorTime(int) (time.Duration, bool) { return 0, false }

func limitLife(int, time.Duration) {}

func widenPipes(...any) {}

func pipe() (r, w *os.File, err error) { return os.Pipe() }
