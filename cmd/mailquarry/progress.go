package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// progress shows running stages below the log: a bar each on a terminal, and
// elsewhere a plain line now and then. It is also where the log is written, so
// that bars and log lines do not run into each other.
type progress struct {
	mu     sync.Mutex
	w      io.Writer
	tty    bool
	stages []*stage
	drawn  int // lines of bars on the screen
	stop   chan struct{}
	done   chan struct{}
}

// stage is one bar. Now tells done, total (0 when unknown) and a few words more.
type stage struct {
	name  string
	now   func() (done, total int64, more string)
	start time.Time
	last  time.Time // of the last plain line
	base  int64     // done at start
}

const (
	barEvery   = 200 * time.Millisecond
	plainEvery = 10 * time.Second
	barWidth   = 28
)

func newProgress(w io.Writer) *progress {
	p := &progress{w: w, stop: make(chan struct{}), done: make(chan struct{})}
	if f, ok := w.(*os.File); ok {
		p.tty = term.IsTerminal(int(f.Fd()))
	}
	go p.loop()
	return p
}

// Write writes log lines above the bars.
func (p *progress) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
	n, err := p.w.Write(b)
	p.draw()
	return n, err
}

// begin adds a stage; the function it returns ends it.
func (p *progress) begin(name string, now func() (done, total int64, more string)) (end func()) {
	s := &stage{name: name, now: now, start: time.Now(), last: time.Now()}
	s.base, _, _ = now()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stages = append(p.stages, s)
	return func() { p.end(s) }
}

func (p *progress) end(s *stage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
	fmt.Fprintln(p.w, s.line(false))
	for i, t := range p.stages {
		if t == s {
			p.stages = append(p.stages[:i], p.stages[i+1:]...)
			break
		}
	}
	p.draw()
}

func (p *progress) loop() {
	defer close(p.done)
	t := time.NewTicker(barEvery)
	defer t.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-t.C:
			p.mu.Lock()
			p.erase()
			p.draw()
			p.mu.Unlock()
		}
	}
}

func (p *progress) close() {
	close(p.stop)
	<-p.done
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
}

func (p *progress) erase() {
	if p.drawn > 0 {
		fmt.Fprintf(p.w, "\r\x1b[%dA\x1b[J", p.drawn)
		p.drawn = 0
	}
}

func (p *progress) draw() {
	for _, s := range p.stages {
		switch {
		case p.tty:
			fmt.Fprintln(p.w, s.line(true))
			p.drawn++
		case time.Since(s.last) >= plainEvery:
			s.last = time.Now()
			fmt.Fprintln(p.w, s.line(false))
		}
	}
}

func (s *stage) line(bar bool) string {
	done, total, more := s.now()
	var b strings.Builder
	fmt.Fprintf(&b, "%-10s ", s.name)
	if bar && total > 0 {
		filled := int(min(done, total) * barWidth / total)
		b.WriteString(strings.Repeat("█", filled) + strings.Repeat("░", barWidth-filled) + " ")
	}
	if total > 0 {
		fmt.Fprintf(&b, "%d of %d", done, total)
	} else {
		fmt.Fprintf(&b, "%d", done)
	}
	took := time.Since(s.start)
	if rate := float64(done-s.base) / took.Seconds(); rate >= 1 {
		fmt.Fprintf(&b, ", %.0f/s", rate)
		if left := float64(total-done) / rate; total > done {
			fmt.Fprintf(&b, ", %s left", time.Duration(left*float64(time.Second)).Round(time.Second))
		}
	}
	if more != "" {
		b.WriteString(", " + more)
	}
	return b.String()
}
