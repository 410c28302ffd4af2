package notify

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"log/slog"
	"strings"
	"sync"
	"time"

	"mailquarry/internal/source"
)

// Options are what a Notifier works with.
type Options struct {
	Source source.Subscriber
	URL    string // the public https address of the handler
	// Mailboxes lists the source's keys of the mailboxes that changes are wanted of.
	Mailboxes func(ctx context.Context) ([]string, error)
	// Wake has mailboxes looked at now. It does not wait.
	Wake   func(mailboxKeys ...string)
	Logger *slog.Logger

	Life  time.Duration // of a subscription; 6 days when 0, since Graph grants just under 7
	Look  time.Duration // how often the list of mailboxes is read; a minute when 0
	Quiet time.Duration // least time between two wakes of one mailbox; 20 seconds when 0
}

// Notifier keeps the subscriptions and takes the calls.
type Notifier struct {
	o   Options
	key []byte        // makes each mailbox's secret
	due chan struct{} // a box is due before its time

	mu      sync.Mutex
	boxes   map[string]*box // by the mailbox's key in lower case
	byID    map[string]*box // by the subscription's id
	trouble int             // failures in a row that concern all mailboxes
	resume  time.Time       // nothing is asked before, because of them
	ended   bool
}

// box is a mailbox and its subscription.
type box struct {
	key    string
	sub    source.Subscription // zero when there is none
	next   time.Time           // when something is to be done about it
	busy   bool                // something is being done
	again  bool                // what was asked for meanwhile
	had    bool                // there has been a subscription
	fails  int
	tended time.Time // when something was last done about it

	woken time.Time
	timer *time.Timer // of a wake that waits for its time
}

// New makes a notifier. Its handler has to be served before Run begins.
func New(o Options) *Notifier {
	if o.Life <= 0 {
		o.Life = 6 * 24 * time.Hour
	}
	if o.Look <= 0 {
		o.Look = time.Minute
	}
	if o.Quiet <= 0 {
		o.Quiet = 20 * time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails: a system without randomness ends the process
	return &Notifier{
		o: o, key: key, due: make(chan struct{}, 1),
		boxes: make(map[string]*box), byID: make(map[string]*box),
	}
}

// secret is what calls about a mailbox have to carry.
func (n *Notifier) secret(mailbox string) string {
	h := hmac.New(sha256.New, n.key)
	h.Write([]byte(strings.ToLower(mailbox)))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// Counts tells how many of the mailboxes have a subscription.
func (n *Notifier) Counts() (mailboxes, subscribed int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.boxes), len(n.byID)
}

// wake has mailboxes looked at, each one at most once in a while: mail comes in
// bursts, and one look finds all of a burst.
func (n *Notifier) wake(boxes ...*box) {
	now := time.Now()
	var keys []string
	n.mu.Lock()
	for _, b := range boxes {
		wait := n.o.Quiet - now.Sub(b.woken)
		switch {
		case n.ended || b.timer != nil:
		case wait <= 0 || b.woken.IsZero():
			b.woken = now
			keys = append(keys, b.key)
		default:
			b.timer = time.AfterFunc(wait, func() { n.wakeLate(b) })
		}
	}
	n.mu.Unlock()
	if len(keys) > 0 {
		n.o.Wake(keys...)
	}
}

func (n *Notifier) wakeLate(b *box) {
	n.mu.Lock()
	b.timer, b.woken = nil, time.Now()
	ended := n.ended
	n.mu.Unlock()
	if !ended {
		n.o.Wake(b.key)
	}
}

// hurry makes something due now, or soon if it was just done: a source that
// drops each subscription at once is not kept busy with new ones. Mu is held.
func (n *Notifier) hurry(b *box) {
	b.next = time.Now()
	if soon := b.tended.Add(firstWait); soon.After(b.next) {
		b.next = soon
	}
	b.again = b.busy
	select {
	case n.due <- struct{}{}:
	default:
	}
}
