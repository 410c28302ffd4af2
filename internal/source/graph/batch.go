package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	abs "github.com/microsoft/kiota-abstractions-go"

	"mailquarry/internal/source"
	"mailquarry/internal/source/graph/wire"
)

// batchLimit is how many requests Graph takes in one batch.
const batchLimit = 20

// wholeTries is how often a batch is sent that fails as a whole, before its
// requests go one by one: one of them may be what spoils it. A service that asks
// for patience is given it, and asked with the batch as often as anything else.
const wholeTries = 2

// takenApart tells whether a batch that fails like this is sent in pieces.
func takenApart(err error) bool {
	switch source.ClassOf(err) {
	case source.Permanent, source.NotFound, source.Unknown, source.Transient:
		return true
	default:
		return false
	}
}

// itemTries is how often one item of a batch is asked for that fails by itself.
// What still fails is set aside and tried again on a schedule; more tries here
// would hold up the page that the item stands in.
const itemTries = 4

// inner is one request of a batch, as a path below the base address.
type inner struct {
	kind string
	area area
	path string
	// streamed tells that its answer is no JSON. A batch wraps such an answer;
	// alone it is left to be read as a stream.
	streamed bool
}

// reply is what one request of a batch came to.
type reply struct {
	body json.RawMessage
	err  error
}

// userPath is the path of something in a mailbox, each element escaped.
func userPath(mailbox string, elements ...string) string {
	var b strings.Builder
	b.WriteString("/users/" + escape(mailbox))
	for _, e := range elements {
		b.WriteString("/" + escape(e))
	}
	return b.String()
}

// escape keeps an id from being read as anything else: ids hold slashes, plus
// and equal signs.
func escape(s string) string {
	return strings.NewReplacer("+", "%2B", "=", "%3D", "&", "%26", ":", "%3A", "@", "%40").Replace(url.PathEscape(s))
}

// batch sends GET requests on one mailbox together, as many at a time as Graph
// takes, and gives what each came to, in their order. What may pass is tried
// again for those alone that failed.
func (c *Client) batch(ctx context.Context, mailbox string, asked []inner) ([]reply, error) {
	out := make([]reply, len(asked))
	for from := 0; from < len(asked); from += batchLimit {
		to := min(from+batchLimit, len(asked))
		if err := c.oneBatch(ctx, mailbox, asked[from:to], out[from:to]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (c *Client) oneBatch(ctx context.Context, mailbox string, asked []inner, out []reply) error {
	open := make([]int, len(asked))
	for i := range open {
		open[i] = i
	}
	g := c.gate(mailbox)
	for n := 1; len(open) > 0; n++ {
		if len(open) == 1 {
			out[open[0]] = c.alone(ctx, mailbox, asked[open[0]])
			return ctx.Err()
		}
		failures, err := c.sendBatch(ctx, mailbox, asked, open, out)
		if err != nil && ctx.Err() == nil && takenApart(err) {
			// Whatever is wrong with batches here, single requests do the same.
			return c.singly(ctx, mailbox, asked, open, out)
		}
		if err != nil {
			return err
		}
		worst := &failure{err: &source.Error{}}
		var again []int
		for _, i := range open {
			f := failures[i]
			if f == nil {
				continue
			}
			out[i].err = f.err
			if f.again && n < c.tries && (f.pause || n < itemTries) {
				again = append(again, i)
				worst.pause = worst.pause || f.pause
				if f.err.RetryAfter >= worst.err.RetryAfter {
					worst.err = f.err
				}
			}
		}
		if open = again; len(open) == 0 {
			return nil
		}
		if err := c.rest(ctx, g, worst, n); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return nil // each has its own error, which tells of the pause
		}
	}
	return nil
}

func (c *Client) singly(ctx context.Context, mailbox string, asked []inner, open []int, out []reply) error {
	for _, i := range open {
		out[i] = c.alone(ctx, mailbox, asked[i])
		switch source.ClassOf(out[i].err) {
		case source.Throttled, source.Unauthenticated, source.Unreachable:
			return out[i].err
		default:
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// alone sends one request of a batch by itself. What is to be streamed gets an
// empty reply.
func (c *Client) alone(ctx context.Context, mailbox string, q inner) reply {
	if q.streamed {
		return reply{}
	}
	body, err := c.fetch(ctx, single(mailbox, q))
	return reply{body: body, err: err}
}

// single is the same request sent alone. Ids are escaped, so that the path is a
// URL template that stands for itself.
func single(mailbox string, q inner) call {
	return call{mailbox: mailbox, kind: q.kind, area: q.area, build: func(_ context.Context, h *abs.RequestHeaders) (*abs.RequestInformation, error) {
		ri := abs.NewRequestInformationWithMethodAndUrlTemplateAndPathParameters(abs.GET, "{+baseurl}"+q.path, map[string]string{})
		ri.Headers.AddAll(h)
		ri.Headers.TryAdd("Accept", "application/json")
		ri.AddRequestOptions(verbatim())
		return ri, nil
	}}
}

// sendBatch sends the open ones of the requests, puts the good answers into out
// and gives the failures.
func (c *Client) sendBatch(ctx context.Context, mailbox string, asked []inner, open []int, out []reply) (map[int]*failure, error) {
	type request struct {
		ID      string            `json:"id"`
		Method  string            `json:"method"`
		URL     string            `json:"url"`
		Headers map[string]string `json:"headers"`
	}
	var envelope struct {
		Requests []request `json:"requests"`
	}
	for _, i := range open {
		envelope.Requests = append(envelope.Requests, request{
			ID: strconv.Itoa(i), Method: http.MethodGet, URL: asked[i].path,
			Headers: map[string]string{"Prefer": `IdType="ImmutableId"`},
		})
	}
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(envelope); err != nil {
		return nil, wrap("encode a batch", err)
	}
	var failures map[int]*failure
	err := c.persist(ctx, batchCall(mailbox, len(open), body.Bytes()), func(a *answer) *failure {
		raw, f := readJSON(a)
		if f != nil {
			return f
		}
		failures, f = readBatch(raw, asked, open, out)
		return f
	})
	if err != nil {
		return nil, err
	}
	now := time.Now()
	g := c.gate(mailbox)
	if slices.ContainsFunc(open, func(i int) bool { return failures[i] == nil || failures[i].err.Status != 0 && !away(failures[i].err) }) {
		g.note(now, nil) // some answer shows that the mailbox is there
	} else {
		g.abandon()
	}
	for _, f := range failures {
		g.noteInner(now, f)
		if f.pause && f.err.RetryAfter > 0 {
			g.hold(now, f.err.RetryAfter, f.reason())
		}
		if f.stale && c.renewToken(f) {
			f.again = true
		}
	}
	return failures, nil
}

func batchCall(mailbox string, n int, body []byte) call {
	return call{mailbox: mailbox, kind: "$batch", area: content, method: http.MethodPost, weight: n, batch: true, build: func(_ context.Context, h *abs.RequestHeaders) (*abs.RequestInformation, error) {
		ri := abs.NewRequestInformationWithMethodAndUrlTemplateAndPathParameters(abs.POST, "{+baseurl}/$batch", map[string]string{})
		ri.Headers.AddAll(h)
		ri.Headers.TryAdd("Accept", "application/json")
		ri.SetStreamContentAndContentType(body, "application/json")
		return ri, nil
	}}
}

// readBatch reads a batch's answer. A request that it does not answer is asked
// again.
func readBatch(raw []byte, asked []inner, open []int, out []reply) (map[int]*failure, *failure) {
	answers, err := wire.ParseBatch(raw)
	if err != nil {
		return nil, &failure{again: true, err: asSource(err)}
	}
	failures := make(map[int]*failure, len(open))
	for _, i := range open {
		failures[i] = &failure{again: true, err: &source.Error{Class: source.Transient, Message: "the batch left a request unanswered"}}
	}
	now := time.Now()
	answered := 0
	for _, a := range answers {
		if failures[a.ID] == nil {
			continue
		}
		answered++
		if a.Status/100 == 2 {
			if !asked[a.ID].streamed && !bytes.HasPrefix(a.Body, []byte("{")) {
				failures[a.ID].err.Message = "the answer is no JSON object"
				continue
			}
			delete(failures, a.ID)
			out[a.ID] = reply{body: a.Body}
			continue
		}
		f := judge(asked[a.ID].area, a.Status, a.Body)
		if a.Status == http.StatusFailedDependency {
			f.again, f.err.Class = true, source.Transient
		}
		f.err.RetryAfter = max(f.err.RetryAfter, wire.RetryAfter(a.Header, now))
		failures[a.ID] = f
	}
	if answered == 0 {
		return nil, &failure{again: true, err: &source.Error{Class: source.Transient, Message: "the batch answered none of its requests"}}
	}
	return failures, nil
}
