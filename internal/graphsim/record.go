package graphsim

import (
	"slices"
	"sync"
	"time"
)

// Request is a recorded request.
type Request struct {
	Time   time.Time
	Method string
	Path   string // with query, as sent
	Prefer []string
	App    string // client id in the token, "" without a valid one
	Status int    // as answered; 0 when the connection was cut
	// InFlight is how many requests on the same mailbox were being answered,
	// this one included.
	InFlight int
	Mailbox  string // the user's id, "" for requests on no mailbox

	Kind       Kind
	Host       string        // that the request was sent to
	Authorized bool          // an Authorization header came with it, whether valid or not
	InBatch    bool          // part of a $batch, which has a record of its own
	Fault      string        // the name of what went wrong with it, "" for nothing
	RetryAfter time.Duration // that the answer asked for
	Ended      time.Time     // when the answer was ready to be sent
}

// recordLimit bounds the record where the options name no other limit.
const recordLimit = 200_000

type recorder struct {
	mu    sync.Mutex
	list  []Request
	limit int // 0 records nothing
}

func (r *recorder) add(q Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.limit == 0 {
		return
	}
	if len(r.list) >= r.limit {
		r.list = slices.Delete(r.list, 0, (r.limit+1)/2)
	}
	r.list = append(r.list, q)
}

// Requests gives the requests recorded so far, in the order in which they were
// answered. Of very many only the latest are kept.
func (t *Tenant) Requests() []Request {
	t.record.mu.Lock()
	defer t.record.mu.Unlock()
	return slices.Clone(t.record.list)
}

// ForgetRequests drops the recorded requests.
func (t *Tenant) ForgetRequests() {
	t.record.mu.Lock()
	defer t.record.mu.Unlock()
	t.record.list = nil
}
