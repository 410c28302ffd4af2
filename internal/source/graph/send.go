package graph

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	abs "github.com/microsoft/kiota-abstractions-go"

	"mailquarry/internal/source"
	"mailquarry/internal/source/graph/wire"
)

type area = wire.Area

const (
	directory = wire.Directory
	mailbox   = wire.Mailbox
	content   = wire.Content
)

// call is one request, described so that it can be sent again.
type call struct {
	mailbox string // whose gate it passes, "" for the directory
	kind    string // for the log: no ids
	area    area
	method  string
	sizer   func(*gate) *sizer // asks for pages of this size, nil for one answer
	bare    bool               // the page size is no header
	weight  int                // requests in the exchange; 0 is 1, which persist makes of it
	batch   bool               // holds requests that are judged one by one
	tries   int                // 0: as the client has it
	build   func(context.Context, *abs.RequestHeaders) (*abs.RequestInformation, error)
}

// maxAnswer bounds a JSON answer. A page has 50 messages at most, whose
// attachments it does not hold.
const maxAnswer = 256 << 20

// fetch sends a call until it is answered with JSON, and gives the JSON.
func (c *Client) fetch(ctx context.Context, q call) ([]byte, error) {
	var body []byte
	err := c.persist(ctx, q, func(a *answer) *failure {
		var f *failure
		body, f = readJSON(a)
		return f
	})
	return body, err
}

// open sends a call until it is answered, and gives the answer's body as a
// stream. A stream that breaks is not taken up again.
func (c *Client) open(ctx context.Context, q call) (io.ReadCloser, error) {
	var out io.ReadCloser
	err := c.persist(ctx, q, func(a *answer) *failure {
		out = a.keep()
		return nil
	})
	return out, err
}

// persist sends a call until its answer is good, or another try is of no use.
func (c *Client) persist(ctx context.Context, q call, use func(*answer) *failure) error {
	g := c.gate(q.mailbox)
	q.weight = max(1, q.weight)
	tries := q.tries
	if tries == 0 {
		tries = c.tries
	}
	renewed := false
	for n := 1; ; n++ {
		if err := c.enter(ctx, g, q.weight); err != nil {
			return err
		}
		f := c.try(ctx, q, g, n, use)
		if f == nil {
			if !q.batch {
				g.note(time.Now(), nil) // of a batch, what it holds decides
			}
			if q.sizer != nil {
				q.sizer(g).grow()
			}
			return nil
		}
		if ctx.Err() != nil {
			g.abandon()
			return ctx.Err()
		}
		g.note(time.Now(), f)
		if f.shrink && q.sizer != nil {
			q.sizer(g).shrink()
		}
		if away(f.err) {
			if err := g.refuses(time.Now()); err != nil {
				return err
			}
		}
		if f.stale && !renewed {
			renewed = true
			if c.renewToken(f) {
				continue
			}
		}
		if !f.again || n >= tries || n >= wholeTries && q.batch && !f.pause && takenApart(f.err) {
			if f.pause && f.err.RetryAfter > 0 {
				g.hold(time.Now(), f.err.RetryAfter, f.reason())
			}
			return f.err
		}
		if err := c.rest(ctx, g, f, n); err != nil {
			return err
		}
	}
}

// enter waits for the mailbox's gate and then for a place among all. A pause that
// begins in that time counts for this request, too.
func (c *Client) enter(ctx context.Context, g *gate, weight int) error {
	for {
		if err := g.enter(ctx, weight); err != nil {
			return err
		}
		if err := c.everywhere.Acquire(ctx, g.span(weight)); err != nil {
			g.giveBack(weight)
			g.leave(weight)
			return err
		}
		err := wait(ctx, c.meter.book(time.Now(), weight))
		if err == nil && !g.closed(time.Now()) {
			return nil
		}
		g.giveBack(weight)
		c.leave(g, weight)
		if err != nil {
			return err
		}
	}
}

func (c *Client) leave(g *gate, weight int) {
	c.everywhere.Release(g.span(weight))
	g.leave(weight)
}

// renewToken gets rid of a token that Graph did not like, and tells whether to
// try at once with another. A missing permission is not tried again: the new
// token, which shows what was granted meanwhile, serves later requests.
func (c *Client) renewToken(f *failure) bool {
	refused := f.err.Class == source.Unauthenticated
	within := 10 * time.Minute
	if refused {
		within = time.Minute
	}
	return c.cred.renew(within) == nil && refused
}

// rest waits before the next try. A source that asks for less is left alone by
// the whole mailbox, anything else is this request's matter.
func (c *Client) rest(ctx context.Context, g *gate, f *failure, n int) error {
	d := jitter(c.backoff, n)
	if !f.pause {
		return wait(ctx, d)
	}
	if f.err.RetryAfter > 0 {
		d = f.err.RetryAfter
	} else {
		d += c.backoff
	}
	g.hold(time.Now(), d, f.reason())
	if end, ok := ctx.Deadline(); d > patience || ok && time.Until(end) < d {
		f.err.RetryAfter = d
		return f.err
	}
	return nil
}

// failure is why a try did not do.
type failure struct {
	err    *source.Error
	again  bool // another try may help
	pause  bool // the whole mailbox should wait before it
	shrink bool // a smaller page may help
	stale  bool // a new token may help
}

// reason names the failure in one word or two.
func (f *failure) reason() string { return cmp.Or(f.err.Code, http.StatusText(f.err.Status)) }

// try sends a call once. The gate has been entered, and is left when the answer
// is done with.
func (c *Client) try(ctx context.Context, q call, g *gate, n int, use func(*answer) *failure) *failure {
	ctx, cancel := context.WithCancel(ctx)
	a := &answer{cancel: cancel, leave: func() { c.leave(g, q.weight) }, stall: c.stall}
	defer a.finish()
	began := time.Now()
	resp, err := c.send(ctx, q, g) //nolint:bodyclose // the answer closes it
	status := 0
	var f *failure
	if err != nil {
		f = c.broken(err)
	} else {
		status = resp.StatusCode
		a.resp = resp
		if q.mailbox == "" {
			g.ease(time.Now(), resp.Header)
		}
		a.watch = time.AfterFunc(c.stall, cancel)
		a.watch.Stop()
		if status/100 == 2 {
			f = use(a)
		} else {
			f = refusal(q, a)
		}
	}
	c.counts.add(q)
	attrs := []any{"method", cmp.Or(q.method, http.MethodGet), "kind", q.kind, "status", status, "try", n, "took", time.Since(began).Round(time.Millisecond)}
	if f != nil {
		attrs = append(attrs, "code", f.err.Code, "again", f.again)
	}
	c.log.DebugContext(ctx, "graph request", attrs...)
	return f
}

// send builds a call's request and sends it, and gives the answer as it came.
func (c *Client) send(ctx context.Context, q call, g *gate) (resp *http.Response, err error) {
	defer func() {
		// The adapter reads headers that a stranger can set.
		if r := recover(); r != nil {
			resp, err = nil, fmt.Errorf("the Graph adapter failed: %v", r)
		}
	}()
	h := abs.NewRequestHeaders()
	h.Add("User-Agent", "ISV|Mailquarry|Mailquarry/1.0")
	h.Add("Prefer", `IdType="ImmutableId"`)
	if q.sizer != nil && !q.bare {
		h.Add("Prefer", "odata.maxpagesize="+strconv.Itoa(q.sizer(g).size()))
	}
	ri, err := q.build(ctx, h)
	if err != nil {
		return nil, fmt.Errorf("build the request: %w", err)
	}
	raw := abs.NewRequestHandlerOption()
	raw.SetResponseHandler(func(r any, _ abs.ErrorMappings) (any, error) {
		var ok bool
		if resp, ok = r.(*http.Response); !ok || resp == nil {
			return nil, errors.New("the Graph adapter gave no answer")
		}
		return nil, nil
	})
	ri.AddRequestOptions([]abs.RequestOption{raw})
	if _, err := c.adapter.SendPrimitive(ctx, ri, "[]byte", nil); err != nil {
		return nil, err
	}
	if resp == nil {
		return nil, errors.New("the Graph adapter gave no answer")
	}
	return resp, nil
}

// answer is an answer whose body is being read. While it is, it holds its place
// in the gate: Graph counts it as a request in flight.
type answer struct {
	resp   *http.Response
	cancel context.CancelFunc
	leave  func()
	stall  time.Duration
	watch  *time.Timer
	kept   bool
	once   sync.Once
}

// Read reads the body. A body that stands still is given up.
func (a *answer) Read(p []byte) (int, error) {
	a.watch.Reset(a.stall)
	n, err := a.resp.Body.Read(p)
	if !a.watch.Stop() && err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("the answer stood still for %s: %w", a.stall, err)
	}
	if err != nil {
		a.close()
	}
	return n, err
}

func (a *answer) close() {
	a.once.Do(func() {
		if a.watch != nil {
			a.watch.Stop()
		}
		if a.resp != nil {
			_ = a.resp.Body.Close()
		}
		a.cancel()
		a.leave()
	})
}

// finish ends an answer that nobody keeps.
func (a *answer) finish() {
	if !a.kept {
		a.close()
	}
}

// keep hands the answer's body to a caller who closes it.
func (a *answer) keep() io.ReadCloser { a.kept = true; return &stream{a} }

type stream struct{ a *answer }

// Read gives a broken body as an error that a later try may not have.
func (s *stream) Read(p []byte) (int, error) {
	n, err := s.a.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = &source.Error{Class: source.Transient, Message: "the attachment broke off", Err: err}
	}
	return n, err
}

func (s *stream) Close() error { s.a.close(); return nil }

// readJSON reads a good answer's body. A proxy's page, half an object and an
// empty body all come with status 200 at times.
func readJSON(a *answer) ([]byte, *failure) {
	body, err := io.ReadAll(io.LimitReader(a, maxAnswer+1))
	again := func(why string, err error) *failure {
		return &failure{again: true, err: &source.Error{Class: source.Transient, Status: a.resp.StatusCode, Message: why, Err: err}}
	}
	switch {
	case err != nil:
		return nil, again("the answer broke off", err)
	case len(body) > maxAnswer:
		f := again("the answer is too large", nil)
		f.shrink = true
		return nil, f
	case len(body) == 0:
		return nil, again("the answer is empty", nil)
	case !json.Valid(body):
		if strings.Contains(a.resp.Header.Get("Content-Type"), "html") {
			return nil, again("a web page came instead of Graph's answer", nil)
		}
		return nil, again("the answer is not whole JSON", nil)
	}
	return body, nil
}
