package graphsim

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
)

// batchLimit is how many requests a batch may hold.
const batchLimit = 20

// step is one request of a batch.
type step struct {
	ID        string            `json:"id"`
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	Headers   map[string]string `json:"headers"`
	DependsOn []string          `json:"dependsOn"`

	box    *Mailbox
	path   string
	answer answer
	done   bool
}

// batch answers POST /$batch. Steps on different mailboxes run beside each
// other; those on one mailbox four at a time, so that only other requests on
// it make them fail, unless the batch is a greedy one.
func (c *call) batch() (answer, *apiError) {
	var in struct {
		Requests []*step `json:"requests"`
	}
	if c.method != http.MethodPost || json.Unmarshal(c.body, &in) != nil {
		return answer{}, fail(http.StatusBadRequest, "BadRequest", "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
	}
	if err := checkSteps(in.Requests); err != nil {
		return answer{}, err
	}
	for _, s := range in.Requests {
		s.path = "/v1.0/" + strings.TrimPrefix(s.URL, "/")
		escaped, _, _ := strings.Cut(s.path, "?")
		s.box = c.t.mailboxOf(escaped)
	}
	for ready := c.ready(in.Requests); len(ready) > 0; ready = c.ready(in.Requests) {
		c.runSteps(ready)
	}
	return writeBatch(in.Requests, c.t.seed), nil
}

// checkSteps refuses a batch as a whole.
func checkSteps(steps []*step) *apiError {
	bad := func(format string, args ...any) *apiError {
		return fail(http.StatusBadRequest, "BadRequest", format, args...)
	}
	if len(steps) > batchLimit {
		return bad("Number of batch request steps exceeds the maximum value of 20.")
	}
	place := make(map[string]int, len(steps))
	for i, s := range steps {
		switch {
		case s == nil || s.ID == "" || s.Method == "" || s.URL == "":
			return bad("Invalid batch payload format.")
		case place[s.ID] != 0:
			return bad("Request Id '%s' was already used in the batch.", s.ID)
		}
		place[s.ID] = i + 1
	}
	// A step may only depend on ones before it, so there are no rings.
	for i, s := range steps {
		for _, id := range s.DependsOn {
			if place[id] == 0 || place[id] > i {
				return bad("Invalid value '%s' for dependsOn of request '%s'.", id, s.ID)
			}
		}
	}
	return nil
}

// ready gives the steps whose turn it is: none that waits for another. Those
// whose condition failed are done at once.
func (c *call) ready(steps []*step) []*step {
	byID := make(map[string]*step, len(steps))
	for _, s := range steps {
		byID[s.ID] = s
	}
	var out []*step
	for _, s := range steps {
		if s.done {
			continue
		}
		waits, failed := false, false
		for _, id := range s.DependsOn {
			before := byID[id]
			waits = waits || !before.done
			failed = failed || before.done && before.answer.status >= http.StatusBadRequest
		}
		switch {
		case failed:
			s.answer = c.t.failure(fail(http.StatusFailedDependency, "FailedDependency", "A request on which this one depends has failed."))
			s.done = true
		case !waits:
			out = append(out, s)
		}
	}
	return out
}

// runSteps answers steps that wait for nothing.
func (c *call) runSteps(steps []*step) {
	boxes := make(map[*Mailbox][]*step)
	for _, s := range steps {
		boxes[s.box] = append(boxes[s.box], s)
	}
	var wg sync.WaitGroup
	for box, list := range boxes {
		wave := concurrency
		if box == nil || c.t.o.Quirks.GreedyBatch {
			wave = len(list)
		}
		wg.Go(func() {
			for ; len(list) > wave; list = list[wave:] {
				c.wave(list[:wave])
			}
			c.wave(list)
		})
	}
	wg.Wait()
}

// wave answers steps on one mailbox at the same time. They enter it one after
// the other, so that it does not depend on chance which of them are too many.
func (c *call) wave(steps []*step) {
	visits := make([]*visit, len(steps))
	for i, s := range steps {
		visits[i] = c.t.enter(s.Method, s.path, c.host, s.header(c.header), s.box, true)
	}
	var wg sync.WaitGroup
	for i, s := range steps {
		wg.Go(func() {
			v := visits[i]
			v.fault.hold(c.ctx, true)
			s.answer = c.t.answer(v.fault, v.asked, c.host, func() answer { return c.step(s, v) })
			s.done = true
			v.leave(s.answer)
		})
	}
	wg.Wait()
}

func (s *step) header(outer http.Header) http.Header {
	h := http.Header{"Authorization": outer.Values("Authorization")}
	for k, v := range s.Headers {
		h.Set(k, v)
	}
	return h
}

// step finds a step's real answer.
func (c *call) step(s *step, v *visit) answer {
	path, query, _ := strings.Cut(strings.TrimPrefix(s.URL, "/"), "?")
	if u, err := url.Parse(s.URL); err != nil || u.Host != "" || u.Scheme != "" || fixed(path) == "$batch" {
		return c.t.failure(fail(http.StatusBadRequest, "BadRequest", "Invalid batch request url: it has to be relative, and no batch."))
	}
	return c.t.graph(&call{
		t: c.t, ctx: c.ctx, method: s.Method, host: c.host, escaped: path, rawQuery: query,
		header: s.header(c.header), inFlight: v.rec.InFlight, inBatch: true,
	})
}

// writeBatch writes the answers, in an arbitrary order.
func writeBatch(steps []*step, seed uint64) answer {
	out := []byte(`{"responses":[`)
	for i := range steps {
		s := steps[permute(i, len(steps), seed)]
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, `{"id":`...)
		out = appendJSONString(out, s.ID)
		out = append(out, `,"status":`+strconv.Itoa(s.answer.status)+`,"headers":{`...)
		first := true
		for _, name := range []string{
			"Content-Type", "Retry-After", "Location", "Preference-Applied", "Www-Authenticate", "Cache-Control",
			"X-Ms-Resource-Unit", "X-Ms-Throttle-Limit-Percentage", "X-Ms-Throttle-Scope", "X-Ms-Throttle-Information",
		} {
			if v := s.answer.header.Get(name); v != "" {
				if !first {
					out = append(out, ',')
				}
				first = false
				out = append(appendJSONString(out, name), ':')
				out = appendJSONString(out, v)
			}
		}
		out = append(out, `},"body":`...)
		out = append(s.answer.appendBody(out), '}')
	}
	return jsonAnswer(append(out, "]}"...))
}

// appendBody writes a step's body: JSON as it is, anything else in base64.
func (a *answer) appendBody(out []byte) []byte {
	switch {
	case len(a.body) == 0:
		return append(out, "null"...)
	case strings.HasPrefix(a.header.Get("Content-Type"), "application/json"):
		return append(out, a.body...)
	}
	return appendJSONString(out, base64.StdEncoding.EncodeToString(a.body))
}
