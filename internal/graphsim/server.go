package graphsim

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const jsonType = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"

// maxRequestBody bounds what a client may send.
const maxRequestBody = 4 << 20

// Server is a running tenant.
type Server struct {
	GraphURL  string // https://127.0.0.1:PORT/v1.0
	Authority string // https://127.0.0.1:PORT/
	CertPEM   []byte // the server's own CA certificate, to be trusted by clients

	http *http.Server
	done chan error
}

// Start serves the tenant over HTTPS on a free port of 127.0.0.1, or on addr
// (host:port) if given.
func (t *Tenant) Start(addr string) (*Server, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("start the simulated tenant on %s: %w", addr, err)
	}
	cert, ca, err := makeCertificate(host)
	if err != nil {
		return nil, fmt.Errorf("start the simulated tenant: %w", err)
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("start the simulated tenant: %w", err)
	}
	base := "https://" + listener.Addr().String()
	s := &Server{GraphURL: base + "/v1.0", Authority: base + "/", CertPEM: ca, done: make(chan error, 1)}
	s.http = &http.Server{
		Handler:   t,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12},
		// HTTP/1.1 only: a cut connection then cuts one answer and no others.
		TLSNextProto:      map[string]func(*http.Server, *tls.Conn, http.Handler){},
		ErrorLog:          log.New(io.Discard, "", 0),
		ReadHeaderTimeout: 30 * time.Second,
	}
	go func() { s.done <- s.http.ServeTLS(listener, "", "") }()
	return s, nil
}

// Close stops the server and drops its connections.
func (s *Server) Close() error {
	err := s.http.Close()
	if served := <-s.done; err == nil && !errors.Is(served, http.ErrServerClosed) {
		err = served
	}
	s.done <- http.ErrServerClosed
	if err != nil {
		return fmt.Errorf("close the simulated tenant: %w", err)
	}
	return nil
}

// Shutdown stops the server once the requests that it is answering are
// answered, or when ctx ends.
func (s *Server) Shutdown(ctx context.Context) error {
	err := s.http.Shutdown(ctx)
	return errors.Join(err, s.Close())
}

// answer is what a request gets.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a *answer) set(name, value string) {
	if a.header == nil {
		a.header = make(http.Header)
	}
	a.header.Set(name, value)
}

// ServeHTTP answers as the token endpoint or Graph does, records the request
// and applies the injected faults.
func (t *Tenant) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	requestID := t.requestID()
	v := t.enter(r.Method, r.URL.RequestURI(), r.Host, r.Header, t.mailboxOf(r.URL.EscapedPath()), false)
	v.fault.hold(r.Context(), false)
	a := t.answer(v.fault, v.asked, r.Host, func() answer { return t.respond(r, v.rec.InFlight) })
	t.send(w, r, a, requestID, v)
}

// mailboxOf finds the mailbox that a request's path is about.
func (t *Tenant) mailboxOf(escaped string) *Mailbox {
	rest, ok := strings.CutPrefix(escaped, "/v1.0/")
	if !ok {
		return nil
	}
	path, err := splitPath(rest)
	if err != nil || len(path) < 3 || fixed(path[0]) != "users" {
		return nil
	}
	return t.find(path[1])
}

// respond finds the real answer.
func (t *Tenant) respond(r *http.Request, inFlight int) answer {
	rest, isGraph := strings.CutPrefix(r.URL.EscapedPath(), "/v1.0/")
	if !isGraph {
		return t.authority(r)
	}
	body, err := readBody(r)
	if err != nil {
		return t.failure(fail(http.StatusBadRequest, "BadRequest", "Unable to read the request payload."))
	}
	return t.graph(&call{
		t: t, method: r.Method, host: r.Host, escaped: rest, rawQuery: r.URL.RawQuery,
		header: r.Header, body: body, inFlight: inFlight, ctx: r.Context(),
	})
}

func readBody(r *http.Request) ([]byte, error) {
	src := io.Reader(http.MaxBytesReader(nil, r.Body, maxRequestBody))
	if strings.EqualFold(r.Header.Get("Content-Encoding"), "gzip") {
		z, err := gzip.NewReader(src)
		if err != nil {
			return nil, fmt.Errorf("unpack the request: %w", err)
		}
		src = io.LimitReader(z, maxRequestBody)
	}
	b, err := io.ReadAll(src)
	if err != nil {
		return nil, fmt.Errorf("read the request: %w", err)
	}
	return b, nil
}

// send writes the answer with the headers that every one has.
func (t *Tenant) send(w http.ResponseWriter, r *http.Request, a answer, requestID string, v *visit) {
	if v.fault.silent() {
		v.leave(a)
		silence(w, v.fault.Reset)
		return
	}
	if r.Context().Err() != nil {
		// The client has given up waiting; what came now could still be taken.
		v.leave(a)
		silence(w, true)
		return
	}
	h := w.Header()
	for k, v := range a.header {
		h[k] = v
	}
	clientID := r.Header.Get("Client-Request-Id")
	if clientID == "" {
		clientID = requestID
	}
	h.Set("request-id", requestID)
	h.Set("client-request-id", clientID)
	h.Set("x-ms-ags-diagnostic", `{"ServerInfo":{"DataCenter":"West Europe","Slice":"E","Ring":"5","ScaleUnit":"004","RoleInstance":"AM1PEPF00000001"}}`)
	h.Set("Date", t.o.Now().UTC().Format(http.TimeFormat))
	h.Set("Strict-Transport-Security", "max-age=31536000")
	h.Set("Vary", "Accept-Encoding")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private")
	}
	body := a.body
	if bytes.Contains(body, []byte(requestIDMark)) {
		body = bytes.ReplaceAll(body, []byte(requestIDMark), []byte(requestID))
		body = bytes.ReplaceAll(body, []byte(clientIDMark), []byte(jsonSafe(clientID)))
	}
	accepts := len(body) > 1024 && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
	if accepts || v.fault != nil && v.fault.Gzip {
		body = t.compress(body)
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(a.status)
	transmit(r.Context(), w, body, v.fault, func() { v.leave(a) })
}

// compress packs an answer. The writers are kept: making one costs more than
// packing a page.
func (t *Tenant) compress(b []byte) []byte {
	var out bytes.Buffer
	out.Grow(len(b) / 3)
	z, ok := t.zips.Get().(*gzip.Writer)
	if !ok {
		var err error
		if z, err = gzip.NewWriterLevel(&out, gzip.BestSpeed); err != nil {
			return b
		}
	}
	z.Reset(&out)
	_, _ = z.Write(b) // a bytes.Buffer does not fail
	_ = z.Close()
	t.zips.Put(z)
	return out.Bytes()
}

// The ids of a request are put into error bodies when they are sent.
const (
	requestIDMark = "\x00request\x00"
	clientIDMark  = "\x00client\x00"
)

func jsonSafe(s string) string {
	b := appendJSONString(nil, s)
	return string(b[1 : len(b)-1])
}

// failure writes an error envelope.
func (t *Tenant) failure(e *apiError) answer {
	var b []byte
	b = append(b, `{"error":{"code":`...)
	b = appendJSONString(b, e.code)
	b = append(b, `,"message":`...)
	b = appendJSONString(b, e.message)
	b = append(b, `,"innerError":{"date":"`...)
	b = t.o.Now().UTC().AppendFormat(b, "2006-01-02T15:04:05")
	b = append(b, `","request-id":"`+requestIDMark+`","client-request-id":"`+clientIDMark+`"}}}`...)
	a := answer{status: e.status, header: e.header.Clone(), body: b}
	a.set("Content-Type", jsonType)
	return a
}

func jsonAnswer(body []byte) answer {
	a := answer{status: http.StatusOK, body: body}
	a.set("Content-Type", jsonType)
	a.set("OData-Version", "4.0")
	return a
}

func marshalAnswer(status int, v any) answer {
	b, err := json.Marshal(v)
	if err != nil {
		return answer{status: http.StatusInternalServerError}
	}
	a := answer{status: status, body: b}
	a.set("Content-Type", "application/json; charset=utf-8")
	a.set("Cache-Control", "no-store")
	return a
}
