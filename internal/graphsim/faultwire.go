package graphsim

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"time"
)

// pieces is into how many parts a trickling answer is cut.
const pieces = 16

// transmit writes an answer's body as the fault wants it. Left is called when
// the server is done with the request, before the last bytes go out.
func transmit(ctx context.Context, w http.ResponseWriter, body []byte, f *Fault, left func()) {
	switch {
	case f == nil:
	case f.Stall > 0:
		_, _ = w.Write(body[:len(body)/2])
		_ = http.NewResponseController(w).Flush()
		pause(ctx, f.Stall)
		left()
		cut(w, false)
		return
	case f.Truncate:
		// Fewer bytes than promised.
		left()
		_, _ = w.Write(body[:len(body)/2])
		_ = http.NewResponseController(w).Flush()
		cut(w, f.Reset)
		return
	case f.Trickle > 0:
		for n := range pieces - 1 {
			_, err := w.Write(body[len(body)*n/pieces : len(body)*(n+1)/pieces])
			if err != nil || !pause(ctx, f.Trickle/pieces) {
				break
			}
			_ = http.NewResponseController(w).Flush()
		}
		body = body[len(body)*(pieces-1)/pieces:]
	}
	left()
	_, _ = w.Write(body) // the client has gone: nobody is left to tell
}

// hold lets a request wait as its fault says, before it is answered; inside a
// batch that includes the time over which its answer would trickle.
func (f *Fault) hold(ctx context.Context, inBatch bool) {
	if f == nil {
		return
	}
	if f.Block != nil {
		f.Block()
	}
	d := f.Delay
	if inBatch {
		d += f.Trickle
	}
	if d > 0 {
		pause(ctx, d)
	}
}

// pause waits, and tells whether the client is still there.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// silence ends the connection instead of an answer: closed within the status
// line, since a client's transport repeats a request by itself when not a byte
// came back, or reset.
func silence(w http.ResponseWriter, reset bool) {
	hj, ok := w.(http.Hijacker)
	if !ok {
		return
	}
	if conn, _, err := hj.Hijack(); err == nil {
		if !reset {
			_, _ = io.WriteString(conn, "HTTP/1.1 2")
		}
		end(conn, reset)
	}
}

// cut ends the connection within an answer.
func cut(w http.ResponseWriter, reset bool) {
	hj, ok := w.(http.Hijacker)
	if !ok {
		return
	}
	if conn, _, err := hj.Hijack(); err == nil {
		end(conn, reset)
	}
}

// end closes a connection; with reset, the other side is told so by a RST.
func end(conn net.Conn, reset bool) {
	if reset {
		raw := conn
		if over, ok := conn.(*tls.Conn); ok {
			raw = over.NetConn()
		}
		if tcp, ok := raw.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
			_ = tcp.Close()
		}
	}
	_ = conn.Close()
}
