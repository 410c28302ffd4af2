package graphsim

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// ChaosOptions describe a load of mixed faults. Zero values get defaults that
// a good client survives without help; a negative rate is none.
type ChaosOptions struct {
	Seed int64   // which requests fail and how; the tenant's own seed counts too
	Rate float64 // of requests that fail; 0.05 when 0
	// Weights of the catalogue's faults against each other, by name; nil for
	// DefaultWeights. A name that is missing never happens.
	Weights map[string]float64
	// MaxRow is how often in a row requests on one path fail, so that all come
	// through in the end; 3 when 0.
	MaxRow int
	// BurstRate is how often a request begins a burst, in which all requests on
	// its mailbox are answered 429 for BurstFor (2 s when 0). 0.002 when 0.
	BurstRate float64
	BurstFor  time.Duration
	// MoveRate is how often a mailbox begins to move: it is out of reach for
	// MoveFor (3 s when 0), and its delta tokens are dead afterwards. 0.0005
	// when 0.
	MoveRate float64
	MoveFor  time.Duration
	// ResetRate is how often a message delta request finds all the mailbox's
	// delta tokens dead; 0.002 when 0.
	ResetRate float64
	// ExpireRate is how often all tokens issued so far become invalid; 0.0005
	// when 0.
	ExpireRate float64
	// ReplayRate is the share of delta rounds that give some items of the round
	// before again, ShortRate about that of pages that are cut short or empty;
	// 0.1 when 0.
	ReplayRate float64
	ShortRate  float64
}

// DefaultWeights are those of chaos. Faults that tell a lie about what exists,
// such as 404 and 403, are not among them: a client that believes them is right.
func DefaultWeights() map[string]float64 {
	return map[string]float64{
		"429": 8, "429-bare": 2, "429-date": 1,
		"503": 2, "503-retry-after": 3, "503-empty": 2, "503-busy": 1, "503-store": 1, "503-stale": 1,
		"504": 3, "502-html": 2, "500": 2, "500-transient": 1, "509": 1,
		"drop": 1, "reset": 2, "reset-body": 2, "cut": 3, "slow": 2, "late": 3, "gzip": 1,
		"malformed": 2, "wrong-type": 1, "401": 1, "401-claims": 1,
		"410": 0.5, "410-lower": 0.2, "410-resync": 0.2, "410-location": 0.2, "410-inner": 0.2,
	}
}

// burstPatience is how many requests a burst or a move refuses at most: the
// clock of a test may stand still.
const burstPatience = 40

// chaos is the load of faults, off until it has options. It is used under the
// lock of the fault list.
type chaos struct {
	on      bool
	o       ChaosOptions
	faults  []Fault
	weights []float64
	row     map[uint64]int // failures in a row by path
}

// Chaos begins a load of mixed faults, in place of one that runs. What goes
// wrong with a request depends on the seeds, its path and its number among
// those on that path: not on the order in which paths are asked. Injected
// faults go before it.
func (t *Tenant) Chaos(o ChaosOptions) {
	for _, d := range []struct {
		rate  *float64
		value float64
	}{{&o.Rate, 0.05}, {&o.BurstRate, 0.002}, {&o.MoveRate, 0.0005}, {&o.ResetRate, 0.002}, {&o.ExpireRate, 0.0005}, {&o.ReplayRate, 0.1}, {&o.ShortRate, 0.1}} {
		if *d.rate == 0 {
			*d.rate = d.value
		}
	}
	if o.BurstFor == 0 {
		o.BurstFor = 2 * time.Second
	}
	if o.MoveFor == 0 {
		o.MoveFor = 3 * time.Second
	}
	if o.MaxRow == 0 {
		o.MaxRow = 3
	}
	if o.Weights == nil {
		o.Weights = DefaultWeights()
	}
	c := chaos{on: true, o: o, row: make(map[uint64]int)}
	for _, name := range slices.Sorted(maps.Keys(o.Weights)) {
		if f, ok := NamedFault(name); ok && o.Weights[name] > 0 {
			c.faults = append(c.faults, f)
			c.weights = append(c.weights, o.Weights[name])
		}
	}
	t.faults.mu.Lock()
	defer t.faults.mu.Unlock()
	t.chaos = c
	t.odd.set(o.ReplayRate, o.ShortRate)
}

// Calm ends chaos, and the bursts and moves that it began. Injected faults stay.
func (t *Tenant) Calm() {
	t.faults.mu.Lock()
	t.chaos = chaos{}
	t.odd.set(0, 0)
	t.faults.mu.Unlock()
	for _, m := range t.Mailboxes() {
		m.trouble.mu.Lock()
		m.trouble.burst = time.Time{}
		m.trouble.mu.Unlock()
		m.arrive()
	}
}

// Salts keep the choices of one request apart.
const (
	saltFail = iota + 1
	saltWhich
	saltBurst
	saltMove
	saltReset
	saltExpire
)

// strike decides what chaos does to a request.
func (c *chaos) strike(t *Tenant, q asked) *Fault {
	if !c.on {
		return nil
	}
	seed := mix(t.seed, uint64(c.o.Seed), q.key, q.number)
	chance := func(salt uint64, rate float64) bool { return unit(mix(seed, salt)) < rate }
	c.events(t, q, chance)
	if f := q.box.bursts(t.o.Now()); f != nil {
		return f
	}
	if c.row[q.key] >= c.o.MaxRow || !chance(saltFail, c.o.Rate) {
		delete(c.row, q.key)
		return nil
	}
	f := c.choose(q.kind, unit(mix(seed, saltWhich)))
	if f != nil {
		c.row[q.key]++
	}
	return f
}

// events begins what outlasts a request.
func (c *chaos) events(t *Tenant, q asked, chance func(uint64, float64) bool) {
	if q.box != nil && chance(saltBurst, c.o.BurstRate) && q.box.beginBurst(c.o.BurstFor) {
		t.faults.count("burst")
	}
	if q.box != nil && chance(saltMove, c.o.MoveRate) && q.box.beginMove(c.o.MoveFor) {
		t.faults.count("move")
	}
	if q.kind == MessageDelta && q.box != nil && chance(saltReset, c.o.ResetRate) {
		t.faults.count("tokens dead")
		q.box.ResetTokens()
	}
	if q.kind != Tokens && q.kind != Discovery && chance(saltExpire, c.o.ExpireRate) {
		t.faults.count("tokens expired")
		t.ExpireTokens()
	}
}

// choose picks a fault that fits the kind, by weight; at is from 0 to 1.
func (c *chaos) choose(kind Kind, at float64) *Fault {
	total := 0.0
	for i := range c.faults {
		if fits(&c.faults[i], kind) {
			total += c.weights[i]
		}
	}
	at *= total
	for i := range c.faults {
		if !fits(&c.faults[i], kind) {
			continue
		}
		if at -= c.weights[i]; at < 0 {
			return &c.faults[i]
		}
	}
	return nil
}

// fits tells whether requests of a kind can meet a fault: only what follows
// changes has a state to lose, a sign-in is not challenged for a token, and the
// directory lies in no mailbox.
func fits(f *Fault, kind Kind) bool {
	if strings.Contains(f.Code, "Mailbox") {
		return slices.Contains([]Kind{Settings, Folders, FolderDelta, MessageDelta, MessageList, MessageGet, AttachmentList, AttachmentBytes}, kind)
	}
	switch f.Status {
	case 410:
		return kind == MessageDelta || kind == FolderDelta
	case 401, 403:
		return kind != Tokens && kind != Discovery
	}
	return true
}

// trouble is what a mailbox is in. Its lock is taken after that of the fault
// list.
type trouble struct {
	mu      sync.Mutex
	burst   time.Time // until when all its requests are throttled
	moving  time.Time // until when it moves between databases
	moved   bool      // its tokens die when the move is over
	refused int       // requests refused by either
}

// ExpireTokens makes all access tokens issued so far invalid, as a revocation
// does: they are challenged, and one asked for from now on is good.
func (t *Tenant) ExpireTokens() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tokenEpoch++
}
