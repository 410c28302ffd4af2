package extract

import (
	"context"
	"syscall"
	"testing"
	"time"
)

// StandIn is an OCR by another program.
func StandIn(program string, most time.Duration) *OCR {
	return &OCR{program: program, languages: "eng", version: "tesseract 9.8.7-rc1", turn: make(chan struct{}, 1), most: most}
}

// Turns tells whether it can tell which way up a page is.
func (o *OCR) Turns() bool { return o.turns }

// WorkerGC and WorkerBallast are how a worker sets its collector.
const (
	WorkerGC      = workerGC
	WorkerBallast = workerBallast
)

// Full gives a reading of every document by a worker with PDFium, and the same
// in this process.
func Full(t testing.TB, dir string) (pool *Pool, isolated func(context.Context, Doc) (Result, error), inProcess func(name, contentType string, raw []byte) Result) {
	pool = New(Options{Workers: 1, Timeout: 20 * time.Second, CacheDir: dir})
	t.Cleanup(pool.Close)
	w, err := newPDFium(dir)
	if err != nil {
		t.Fatal(err)
	}
	isolated = func(ctx context.Context, d Doc) (Result, error) {
		re, err := pool.full.extract(ctx, d, true)
		return finish(re), err
	}
	reg := newRegistry()
	return pool, isolated, func(name, contentType string, raw []byte) Result {
		res, _ := readHere(reg, name, contentType, raw, func(r *reading) { r.pdfium, r.foreign = w, true })
		return res
	}
}

// Shipped gives a pool as the product has it, and the same work in this process:
// what our own reader of PDFs doubts is read again with PDFium.
func Shipped(t testing.TB, dir string, workers int) (pool *Pool, inProcess func(name, contentType string, raw []byte) Result) {
	pool = New(Options{Workers: workers, Timeout: 20 * time.Second, CacheDir: dir})
	t.Cleanup(pool.Close)
	w, err := newPDFium(dir)
	if err != nil {
		t.Fatal(err)
	}
	reg := newRegistry()
	return pool, func(name, contentType string, raw []byte) Result {
		res, doubt := readHere(reg, name, contentType, raw, func(*reading) {})
		if doubt {
			res, _ = readHere(reg, name, contentType, raw, func(r *reading) { r.pdfium = w })
		}
		return res
	}
}

// ProcessorTime is what this process and its workers, those that ended too, have
// used until now. It is asked while none of them works.
func (p *Pool) ProcessorTime() (used time.Duration) {
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if syscall.Getrusage(who, &u) == nil {
			used += time.Duration(u.Utime.Nano() + u.Stime.Nano())
		}
	}
	for _, c := range []*crew{p.light, p.full} {
		if c == nil {
			continue
		}
		for _, k := range c.desks {
			if k.w != nil {
				its, _ := processorTime(k.w.cmd.Process.Pid)
				used += its
			}
		}
	}
	return used
}

// InProcess reads a document in this process, which the product never does: it is
// what isolation is measured against.
func InProcess(name, contentType string, raw []byte) Result {
	return Here()(name, contentType, raw)
}

// Here is InProcess for many documents.
func Here() func(name, contentType string, raw []byte) Result {
	reg := newRegistry()
	return func(name, contentType string, raw []byte) Result {
		res, _ := readHere(reg, name, contentType, raw, func(*reading) {})
		return res
	}
}

// SeeHere reads a document in this process as it is read for OCR.
func SeeHere(name string, raw []byte) Result {
	res, _ := readHere(newRegistry(), name, "", raw, func(r *reading) { r.ocr = true })
	return res
}

func readHere(reg *registry, name, contentType string, raw []byte, set func(*reading)) (res Result, doubt bool) {
	c := &collected{}
	r := newReading(reg, defaultLimits(), c)
	set(r)
	typ, o := r.document(document{name: name, contentType: contentType, raw: raw})
	c.re.answer = answer{State: o.state, Reason: o.reason, Type: typ, Made: reg.made(r.used)}
	return finish(c.re), r.doubt
}

type collected struct{ re reply }

func (c *collected) text(s string) error {
	c.re.text.WriteString(s)
	return nil
}

func (c *collected) picture(int, int, []byte) error { return nil }

func (c *collected) place(path []Step) error {
	c.re.places = append(c.re.places, Place{Offset: c.re.text.Len(), Path: path})
	return nil
}
