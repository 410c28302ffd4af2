package extract

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"
)

// processorLife is how much processor time a worker may take in all before it is
// replaced. The kernel ends one that takes much more: its parent may be unable
// to.
const processorLife = time.Minute

// What a meter ends a worker for.
var (
	errTime      = errors.New("the extraction worker took too long")
	errProcessor = errors.New("the extraction worker used too much processor time")
)

// allowance is what a document may take of a worker.
type allowance struct {
	time      time.Duration // as the clock on the wall tells
	processor time.Duration // of all of its threads
}

// meter sees to it that a worker ends when a document has taken all that it may
// of time or of the processors. It asks the kernel, not the worker. It looks at
// intervals: a timer for each document would cost more than small ones do.
type meter struct {
	process *os.Process
	born    time.Duration // processor time that its start took

	mu        sync.Mutex
	timer     *time.Timer
	set       bool // the timer runs
	working   bool // at a document
	documents int  // until now
	most      allowance
	begun     time.Time
	before    time.Duration // processor time that was used when the document came
	why       error         // for which the process was killed
}

// newMeter makes the meter of a worker that has just started.
func newMeter(p *os.Process) *meter {
	m := &meter{process: p}
	m.born, _ = processorTime(p.Pid)
	return m
}

// meterTurn is how often a meter looks.
const meterTurn = 250 * time.Millisecond

// turn is how long it waits for its next look.
func (m *meter) turn() time.Duration {
	return min(meterTurn, m.most.processor/4, m.most.time/4) + time.Millisecond
}

// start begins with a document. When ctx ends, so does the process. What it
// gives ends the measuring, and tells why the process was killed, if it was.
func (m *meter) start(ctx context.Context, most allowance) (stop func() error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.most, m.begun, m.working = most, time.Now(), true
	m.before, _ = processorTime(m.process.Pid)
	m.documents++
	this := m.documents
	switch {
	case m.timer == nil:
		m.timer = time.AfterFunc(m.turn(), m.look)
	case !m.set:
		m.timer.Reset(m.turn())
	}
	m.set = true
	cancel := context.AfterFunc(ctx, func() { m.cancelled(this, context.Cause(ctx)) })
	return func() error {
		cancel()
		m.mu.Lock()
		defer m.mu.Unlock()
		m.working = false
		return m.why
	}
}

// look kills the process, or looks again later.
func (m *meter) look() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.set = false
	if !m.working {
		return
	}
	used, ok := processorTime(m.process.Pid)
	switch {
	case ok && used-m.before > m.most.processor:
		m.kill(errProcessor)
	case time.Since(m.begun) > m.most.time:
		m.kill(errTime)
	default:
		m.timer.Reset(m.turn())
		m.set = true
	}
}

// cancelled kills the process unless it is done with the document, however late
// this comes.
func (m *meter) cancelled(document int, why error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.working && m.documents == document {
		m.kill(why)
	}
}

func (m *meter) kill(why error) {
	if m.why == nil {
		m.why = why
		_ = m.process.Kill()
	}
}

// worn tells whether the process is near the end of what the kernel lets it use.
func (m *meter) worn() bool {
	used, ok := processorTime(m.process.Pid)
	return ok && used-m.born > processorLife
}
