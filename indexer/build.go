package indexer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"mailquarry/extract"
	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
	"mailquarry/search/engine"
)

// BuildOptions tune a Builder; zero values get working defaults.
type BuildOptions struct {
	Workers int // messages decoded and extracted side by side; GOMAXPROCS
	// A batch is full at BatchDocs documents (1000) or BatchBytes of text (6 MiB).
	// Batches of twice the size index a sixth faster and take 0.6 GB more at the
	// peak, measured on the Enron corpus with two of them under way.
	BatchDocs  int
	BatchBytes int
	// Busy tells that somebody waits for an answer: preparing the next message then
	// lets that go first, for a moment; nil: nobody ever does.
	Busy   func() bool
	OCR    bool          // Renew has pictures recognised
	Retry  time.Duration // Run's first pause after a fault, which doubles; 1 s
	Logger *slog.Logger
}

func (o BuildOptions) withDefaults() BuildOptions {
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.BatchDocs <= 0 {
		o.BatchDocs = 1000
	}
	if o.BatchBytes <= 0 {
		o.BatchBytes = 6 << 20
	}
	if o.Retry <= 0 {
		o.Retry = time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// Builder takes the archive's feed into an index. The index's own checkpoint
// tells where it goes on, so that index and archive cannot disagree after a
// crash.
type Builder struct {
	archive *archive.Archive
	texts   *textDesk
	footers *footerDesk
	places  *placeDesk
	writer  engine.Writer
	opts    BuildOptions
	done    atomic.Int64
	damaged atomic.Int64  // messages left out because the store cannot give them
	running turn          // of Catchup
	shared  chan struct{} // holds a token for each message that is prepared while people search
	asked   atomic.Int64  // when somebody was seen to wait for an answer last, in nanoseconds
	// inVain are the attachments that Renew has read again and that are as stale as
	// before, as where a reader cannot be started: the next start tries again.
	inVain  map[mail.Digest]bool
	writing turn // of a batch
	// reached is how far this Builder has come; a bulk index moves its own
	// checkpoint only at the end. Zero after a fault: then the checkpoint tells.
	reached atomic.Uint64
}

// turn lets one at a time go on. It holds a token while nobody does.
type turn chan struct{}

func newTurn() turn {
	t := make(turn, 1)
	t <- struct{}{}
	return t
}

// take waits for the turn, and gives what ends it.
func (t turn) take(ctx context.Context) (release func(), err error) {
	select {
	case <-t:
		return func() { t <- struct{}{} }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// NewBuilder makes a Builder from a into w.
func NewBuilder(a *archive.Archive, x extract.Extractor, w engine.Writer, o BuildOptions) *Builder {
	o = o.withDefaults()
	return &Builder{archive: a, texts: newTextDesk(a, x, o.Logger), footers: newFooterDesk(a), places: newPlaceDesk(a), writer: w, opts: o, running: newTurn(), writing: newTurn(), shared: make(chan struct{}, max(1, o.Workers/2)), inVain: map[mail.Digest]bool{}}
}

// Done counts the messages taken into the index since the Builder was made.
func (b *Builder) Done() int64 { return b.done.Load() }

// Catchup takes the feed into the index up to the head at the call. Calls follow
// one another.
func (b *Builder) Catchup(ctx context.Context) (err error) {
	release, err := b.running.take(ctx)
	if err != nil {
		return err
	}
	defer release()
	defer func() {
		if err != nil && !errors.Is(err, context.Canceled) {
			b.reached.Store(0)
		}
	}()
	from, err := b.writer.Checkpoint(ctx)
	if err != nil {
		return fmt.Errorf("read the index's checkpoint: %w", err)
	}
	after := max(archive.Seq(b.reached.Load()), archive.Seq(from))
	if err := b.footers.begin(ctx, after); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	var working sync.WaitGroup
	defer working.Wait() // who closes the archive next finds nobody reading it
	defer cancel()
	prepared := b.prepare(ctx, &working, after)
	bt := batch{opts: b.opts}
	for slot := range prepared {
		it := <-slot
		if it.err != nil {
			return it.err
		}
		bt.add(it)
		if bt.full() {
			if err := b.flush(ctx, &bt); err != nil {
				return err
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return b.flush(ctx, &bt)
}

// Run catches up whenever wake speaks, and at least every few seconds, until
// ctx ends.
//
// A fault that may pass (an extractor that could not be started, a file that
// could not be opened) is tried again a few times, so that it does not take the
// search page down. What needs a person ends Run: a disk that is full or
// damaged, or a fault that stays. The process then ends with that one line. It
// costs nothing but the time until it is started again: the archive has
// committed whatever the sync has brought, and the index goes on from its own
// checkpoint.
func (b *Builder) Run(ctx context.Context, wake <-chan struct{}) error {
	const idle = 5 * time.Second
	failed := 0
	for {
		before := b.Done()
		err := b.Catchup(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil || b.Done() > before {
			failed = 0
		}
		if err != nil {
			failed++
			if needsPerson(err) || failed >= maxFaults {
				return err
			}
			pause := b.opts.Retry << (failed - 1)
			b.opts.Logger.Warn("the index is behind, trying again", "error", err, "next_in", pause.String())
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(pause):
			}
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-wake:
		case <-time.After(idle):
		}
	}
}

// maxFaults is how often in a row Run meets a fault, with nothing indexed in
// between, before it takes it for one that stays. The pauses add up to a minute.
const maxFaults = 7

// needsPerson tells the faults that no waiting mends.
func needsPerson(err error) bool {
	for _, e := range []error{archive.ErrDiskFull, archive.ErrDamaged, engine.ErrDamaged, engine.ErrMismatch, syscall.ENOSPC, syscall.EDQUOT} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// item is one message on its way into the index.
type item struct {
	seq   archive.Seq
	id    mail.MessageID
	gone  bool
	doc   engine.Document
	texts map[mail.Digest]archive.Text // extracted now, to be kept
	read  []byte                       // what was told of its text now, to be kept; nil when that was known
	err   error
}

// prepare decodes and extracts side by side and yields the results in the
// feed's order: each slot of the channel is a promise of one item.
func (b *Builder) prepare(ctx context.Context, working *sync.WaitGroup, from archive.Seq) <-chan chan item {
	slots := make(chan chan item, 4*b.opts.Workers)
	type job struct {
		rec archive.Record
		out chan item
	}
	jobs := make(chan job, b.opts.Workers)
	for range b.opts.Workers {
		working.Go(func() {
			for j := range jobs {
				b.giveWay()
				release := b.share()
				j.out <- b.document(ctx, j.rec)
				release()
			}
		})
	}
	working.Go(func() {
		defer close(slots)
		defer close(jobs)
		for rec, err := range b.archive.Since(ctx, from) {
			out := make(chan item, 1)
			if err != nil {
				out <- item{err: fmt.Errorf("read the archive's feed: %w", err)}
				select {
				case slots <- out:
				case <-ctx.Done():
				}
				return
			}
			select {
			case slots <- out:
			case <-ctx.Done():
				return
			}
			select {
			case jobs <- job{rec, out}:
			case <-ctx.Done():
				out <- item{err: ctx.Err()}
				return
			}
		}
	})
	return slots
}

// The longest that preparing one message waits for searches, and how often it looks
// whether they are done. Under searches without end indexing is slower and goes on.
const (
	wayAtMost = 2 * time.Millisecond
	wayStep   = 250 * time.Microsecond
)

// giveWay waits as long as somebody waits for an answer, for a moment.
func (b *Builder) giveWay() {
	if b.opts.Busy == nil {
		return
	}
	for waited := time.Duration(0); waited < wayAtMost && b.opts.Busy(); waited += wayStep {
		b.asked.Store(time.Now().UnixNano())
		time.Sleep(wayStep)
	}
}

// askedLately is for how long after a search the next one is expected.
const askedLately = time.Second

// share waits, while people search, until less than half of the workers are at work: the
// processors are for those who wait for an answer.
func (b *Builder) share() (release func()) {
	if b.opts.Busy == nil || time.Now().UnixNano()-b.asked.Load() > int64(askedLately) {
		return func() {}
	}
	b.shared <- struct{}{}
	return func() { <-b.shared }
}

func (b *Builder) flush(ctx context.Context, bt *batch) error {
	if bt.upto == 0 {
		return nil
	}
	if err := b.texts.put(ctx, bt.texts); err != nil {
		return err
	}
	if err := b.footers.put(ctx, bt.readings, bt.upto); err != nil {
		return err
	}
	release, err := b.writing.take(ctx)
	if err != nil {
		return err
	}
	defer release()
	n := len(bt.puts) + len(bt.deletes)
	err = b.writer.Apply(ctx, engine.Batch{Put: bt.puts, Delete: bt.deletes, Upto: uint64(bt.upto)})
	if err != nil {
		return fmt.Errorf("write %d messages to the index: %w", n, err)
	}
	b.done.Add(int64(n))
	b.reached.Store(uint64(bt.upto))
	*bt = batch{opts: b.opts}
	return nil
}

// batch gathers items until it is worth writing.
type batch struct {
	opts     BuildOptions
	puts     []engine.Document
	deletes  []mail.MessageID
	texts    map[mail.Digest]archive.Text
	readings []archive.Reading
	bytes    int
	upto     archive.Seq
}

func (bt *batch) add(it item) {
	bt.upto = it.seq
	if it.gone {
		bt.deletes = append(bt.deletes, it.id)
		return
	}
	bt.puts = append(bt.puts, it.doc)
	if it.read != nil {
		bt.readings = append(bt.readings, archive.Reading{Message: it.id, Data: it.read})
	}
	bt.bytes += textBytes(it.doc)
	for d, t := range it.texts {
		if bt.texts == nil {
			bt.texts = map[mail.Digest]archive.Text{}
		}
		bt.texts[d] = t
		bt.bytes += len(t.Text)
	}
}

func (bt *batch) full() bool {
	return len(bt.puts)+len(bt.deletes) >= bt.opts.BatchDocs || bt.bytes >= bt.opts.BatchBytes
}

func textBytes(d engine.Document) int {
	n := len(d.Subject) + len(d.Body)
	for _, a := range d.Attachments {
		n += len(a.Name) + len(a.Text)
	}
	return n
}
