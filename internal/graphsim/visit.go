package graphsim

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// visit is a request while it is answered.
type visit struct {
	asked
	t     *Tenant
	fault *Fault
	rec   Request
	once  sync.Once
}

// enter begins to answer a request: it counts on its mailbox, and it is
// decided what goes wrong with it.
func (t *Tenant) enter(method, uri, host string, h http.Header, box *Mailbox, inBatch bool) *visit {
	v := &visit{t: t, asked: asked{method: method, path: uri, kind: KindOf(method, uri), box: box, inBatch: inBatch}}
	v.rec = Request{
		Time: t.o.Now(), Method: method, Path: uri, Prefer: h.Values("Prefer"),
		App: t.appOf(h), Kind: v.kind, InBatch: inBatch, Host: host, Authorized: h.Get("Authorization") != "",
	}
	if box != nil {
		v.rec.Mailbox = box.id
		v.rec.InFlight = int(box.inFlight.Add(1))
	}
	if v.fault = t.wrong(v.asked); v.fault != nil {
		v.rec.Fault = v.fault.label()
	}
	return v
}

// leave ends a request, before its answer, or the last of it, is sent: a client
// that has its answer may ask again without being counted twice.
func (v *visit) leave(a answer) {
	v.once.Do(func() {
		if v.box != nil {
			v.box.inFlight.Add(-1)
		}
		v.rec.Status = a.status
		v.rec.Ended = v.t.o.Now()
		v.rec.RetryAfter = retryAfter(a.header.Get("Retry-After"), v.rec.Ended)
		v.t.record.add(v.rec)
		if v.t.o.Observe != nil {
			v.t.o.Observe(v.rec)
		}
	})
}

// retryAfter reads the header in either form.
func retryAfter(s string, now time.Time) time.Duration {
	if n, err := strconv.Atoi(s); err == nil {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(s); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}
