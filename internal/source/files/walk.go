package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
)

// Walk reads the mail below the paths: for each, a file (.eml, mbox), a Maildir
// or a tree of these, told apart by their names and first bytes. It gives the
// messages in an order that depends on names alone. What cannot be read comes
// as an error with Item.Origin set, and the walk goes on; only a context that
// ends is the last thing given. Small files are read ahead on several cores.
func Walk(ctx context.Context, paths []string, o Options) iter.Seq2[Item, error] {
	if o.Mailbox == "" {
		o.Mailbox = DefaultMailbox
	}
	return func(yield func(Item, error) bool) {
		w := walk{ctx: ctx, o: o, yield: yield}
		w.run(paths)
		if o.Report != nil {
			*o.Report = w.report
		}
		if o.Logger != nil {
			r := w.report
			o.Logger.Info("local mail read", "messages", r.Messages, "bytes", r.Bytes, "skipped", r.Skipped, "links", r.Links, "errors", r.Errors)
		}
	}
}

// walk is one walk under way, on the consumer's side.
type walk struct {
	ctx    context.Context
	o      Options
	yield  func(Item, error) bool
	report Report
}

// run starts one finder and some readers, and consumes what they find in order.
func (w *walk) run(paths []string) {
	ctx, stop := context.WithCancel(w.ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer stop()
	readers := min(max(runtime.GOMAXPROCS(0), 2), 8)
	queue, work := make(chan *batch, 2*readers), make(chan *batch, 2*readers)
	var skipped, links atomic.Int64
	wg.Go(func() {
		defer close(queue)
		defer close(work)
		f := finder{ctx: ctx, o: w.o, queue: queue, work: work, skipped: &skipped, links: &links}
		f.paths(paths)
	})
	for range readers {
		wg.Go(func() {
			for b := range work {
				fill(b)
			}
		})
	}
	for b := range queue {
		if !w.batch(ctx, b) {
			break
		}
	}
	if err := w.ctx.Err(); err != nil && w.yield != nil {
		w.fail("", err)
	}
	w.report.Skipped += int(skipped.Load())
	w.report.Links += int(links.Load())
}

// batch gives a batch's messages; false means that the walk is over.
func (w *walk) batch(ctx context.Context, b *batch) bool {
	select {
	case <-b.done:
	case <-ctx.Done():
		return false
	}
	for i := range b.entries {
		if ctx.Err() != nil {
			return false
		}
		if !w.entry(&b.entries[i]) {
			w.yield = nil
			return false
		}
		b.entries[i] = entry{} // what was consumed need not be held for its neighbours
	}
	return true
}

// entry gives the messages of one file; false when the consumer has enough.
func (w *walk) entry(e *entry) bool {
	if e.lazy {
		e.read(true)
	}
	switch e.kind {
	case kindMbox:
		return w.mbox(e)
	case kindMessage:
		return w.give(Item{Origin: e.path, Raw: e.raw, Flags: e.flags, Marked: e.marked}, e.place)
	case kindError:
		return w.fail(e.path, e.err)
	default:
		w.report.Skipped++
		return true
	}
}

// mbox gives the messages of an mbox file.
func (w *walk) mbox(e *entry) bool {
	file, err := os.Open(e.path)
	if err != nil {
		return w.fail(e.path, fmt.Errorf("read %s: %w", e.path, unwrapPath(err)))
	}
	defer file.Close() // only read from: nothing can be lost
	m := newMbox(file, MaxMessage)
	for w.ctx.Err() == nil {
		raw, received, err := m.next()
		if errors.Is(err, io.EOF) {
			return true
		}
		if err != nil {
			if !w.fail(e.path, fmt.Errorf("read %s: %w", e.path, unwrapPath(err))) {
				return false
			}
			continue
		}
		flags, expunged := statusFlags(raw)
		if expunged {
			w.report.Skipped++
			continue
		}
		it := Item{Origin: fmt.Sprintf("%s, message %d", e.path, m.n), Raw: raw, Flags: flags, Received: received}
		if !w.give(it, e.place) {
			return false
		}
	}
	return true
}

func (w *walk) give(it Item, at place) bool {
	it.Mailbox, it.MailboxName, it.Folder = at.mailbox, at.mailbox, at.folder
	w.report.Messages++
	w.report.Bytes += int64(len(it.Raw))
	return w.yield(it, nil)
}

func (w *walk) fail(origin string, err error) bool {
	w.report.Errors++
	return w.yield(Item{Origin: origin}, err)
}
