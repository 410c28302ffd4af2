package chaos

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// peak watches how much memory a process takes at most. What the system counts
// of one that has ended is of no use here: it begins with the size of the process
// that started it, the test, which holds the whole tenant.
type peak struct {
	most atomic.Int64 // bytes
	end  chan struct{}
	done chan struct{}
}

// watchEvery is how often the process's own high-water mark is read.
const watchEvery = 20 * time.Millisecond

func watch(pid int) *peak {
	p := &peak{end: make(chan struct{}), done: make(chan struct{})}
	go func() {
		defer close(p.done)
		for {
			if n := highWater(pid); n > 0 {
				p.most.Store(n)
			}
			select {
			case <-p.end:
				return
			case <-time.After(watchEvery):
			}
		}
	}()
	return p
}

// bytes gives the peak and ends the watch.
func (p *peak) bytes() int64 {
	close(p.end)
	<-p.done
	return p.most.Load()
}

// highWater reads the most that a process has had resident, 0 when it is gone.
func highWater(pid int) int64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, ok := strings.Cut(string(b), "VmHWM:")
	if !ok {
		return 0
	}
	line, _, _ := strings.Cut(rest, "\n")
	kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(line), "kB")), 10, 64)
	if err != nil {
		return 0
	}
	return kib << 10
}

// The memory of the test itself must not count as the program's.
func TestPeakIsTheProgramsOwn(t *testing.T) {
	ballast := make([]byte, 400<<20)
	for i := range ballast {
		ballast[i] = 1
	}
	p := &program{t: t, dir: t.TempDir()}
	o := p.run(p.command(false, "--version"))
	if o.code != 0 || o.peak == 0 || o.peak > 200<<20 {
		t.Errorf("exit code %d, %d MB at the peak: %s", o.code, o.peak>>20, o.output)
	}
	if ballast[len(ballast)-1] != 1 {
		t.Error("the ballast is gone")
	}
}
