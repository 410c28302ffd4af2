package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"mailquarry/internal/archive"
)

// client speaks the JSON API for the commands that look at a data folder or
// steer it. It reaches the process that uses the folder, or, when there is
// none, the same handler in this process. So there is one way to do a thing.
type client struct {
	base  string // with no slash at the end
	http  *http.Client
	live  bool // another process answers
	close func() error
}

// apiTime is how long an answer may take.
const apiTime = 30 * time.Second

// dial opens a client on the data folder. Open makes the handler where no
// process uses the folder; its close is called by the client's.
func dial(ctx context.Context, data string, open func(context.Context) (http.Handler, func() error, error)) (*client, error) {
	address, held, err := archive.Holder(data)
	switch {
	case err != nil:
		return nil, err
	case held && address == "":
		return nil, fmt.Errorf("the data folder %s is used by a process that serves no page (--once, --reindex or an import); wait until it has ended", data)
	case held:
		if err := checkLoopback(address, ""); err != nil {
			return nil, fmt.Errorf("the process that uses the data folder %s gives an address that is not this machine's", data)
		}
		return &client{base: "http://" + address, http: &http.Client{Timeout: apiTime, CheckRedirect: noRedirect}, live: true, close: func() error { return nil }}, nil
	}
	h, done, err := open(ctx)
	if err != nil {
		return nil, err
	}
	return &client{base: "http://localhost", http: &http.Client{Transport: inProcess{h}, Timeout: apiTime, CheckRedirect: noRedirect}, close: done}, nil
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// apiError is a problem document that the API answered.
type apiError struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

// Error is what a person is told.
func (e *apiError) Error() string { return e.Title + ": " + e.Detail }

// is tells whether the problem is of this kind.
func (e *apiError) is(kind string) bool { return e.Type == "urn:mailquarry:problem:"+kind }

// do sends a request with a JSON body, none for nil, and reads the answer into
// out unless it is nil. It gives the answer as it came.
func (c *client) do(ctx context.Context, method, path string, body, out any) ([]byte, error) {
	var in io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("encode the request: %w", err)
		}
		in = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+"/api/v1"+path, in)
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask the running mailquarry: %w", err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	if res.StatusCode >= 400 {
		fault := &apiError{Status: res.StatusCode, Title: res.Status}
		if strings.HasPrefix(res.Header.Get("Content-Type"), "application/problem+json") {
			_ = json.Unmarshal(b, fault) // what cannot be read leaves the status, which is told
		}
		return nil, fault
	}
	if out != nil {
		if err := json.Unmarshal(b, out); err != nil {
			return nil, fmt.Errorf("understand the answer: %w", err)
		}
	}
	return b, nil
}

// refused tells whether the API refused with a problem of this kind.
func refused(err error, kind string) bool {
	var e *apiError
	return errors.As(err, &e) && e.is(kind)
}

// inProcess answers requests by a handler, with no port in between.
type inProcess struct{ handler http.Handler }

// RoundTrip runs the handler.
func (t inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.RequestURI, r.Host = r.URL.RequestURI(), r.URL.Host
	if r.Body == nil {
		r.Body = http.NoBody
	}
	w := &answer{header: http.Header{}, status: http.StatusOK}
	t.handler.ServeHTTP(w, r)
	return &http.Response{
		Status: fmt.Sprintf("%d %s", w.status, http.StatusText(w.status)), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: w.header,
		Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: r,
	}, nil
}

// answer keeps what a handler writes.
type answer struct {
	header http.Header
	status int
	sent   bool
	body   bytes.Buffer
}

// Header is the answer's.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader keeps the first status.
func (a *answer) WriteHeader(status int) {
	if !a.sent {
		a.status, a.sent = status, true
	}
}

// Write keeps the body.
func (a *answer) Write(p []byte) (int, error) {
	a.sent = true
	return a.body.Write(p)
}

// dialFolder opens a client that needs no tenant.
func dialFolder(ctx context.Context, c *cli, log *slog.Logger) (*client, error) {
	return dial(ctx, c.Data, func(ctx context.Context) (http.Handler, func() error, error) {
		if err := needStore(c.Data); err != nil {
			return nil, nil, err
		}
		a, err := openToLook(ctx, c.Data, log)
		if err != nil {
			return nil, nil, err
		}
		return a.handler(), a.close, nil
	})
}
