package model

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"time"

	"mailquarry/internal/e2e/mirror"
	"mailquarry/internal/graphsim"
)

// errDiffers: store, index and tenant are not equal.
var errDiffers = errors.New("store, index and tenant differ")

// run does the steps of which keep is true, with rounds in between and at the
// end.
func (w *world) run(steps int, keep func(int) bool) error {
	for n := range steps {
		rnd := w.rand(n + 1_000_000)
		if keep(n) {
			w.step(n)
			w.stats.steps++
		}
		if rnd.IntN(12) != 0 && n != steps-1 {
			continue
		}
		if err := w.round(n, rnd); err != nil {
			return fmt.Errorf("after step %d: %w", n, err)
		}
	}
	return w.prove()
}

// prove has all that is left compared once more, by the product itself: it has
// to find what was found here, which is no difference.
func (w *world) prove() error {
	if err := w.connect(); err != nil {
		return err
	}
	r, err := w.mirror.Reconcile(w.ctx)
	if err != nil {
		return fmt.Errorf("reconcile: %w", err)
	}
	// Stale ones are no difference: that a message was read is told without its
	// new version, so the version is compared again.
	if !r.Clean() || r.Missing+r.Surplus+r.Unindexed > 0 {
		return fmt.Errorf("%w: where all was equal, reconciling found %+v", errDiffers, r)
	}
	diff, err := w.mirror.Differences(w.ctx, w.want())
	if err != nil {
		return err
	}
	if len(diff) > 0 {
		return fmt.Errorf("%w after reconciling:\n%s", errDiffers, strings.Join(diff, "\n"))
	}
	return w.mirror.Archive.Check(w.ctx)
}

// round syncs, often under faults, and demands that all is equal then.
func (w *world) round(n int, rnd *rand.Rand) error {
	if rnd.IntN(5) == 0 {
		w.note("round after %d: the process is started again", n)
		if err := w.mirror.Restart(w.ctx); err != nil {
			return err
		}
	}
	if w.late {
		w.pass(25 * time.Hour)
	}
	w.late = false
	if err := w.connect(); err != nil {
		return err
	}
	w.tenant.ForgetRequests()
	if rnd.IntN(3) > 0 {
		if err := w.faulty(n, rnd); err != nil {
			return err
		}
	}
	return w.settle(n)
}

// pass lets time pass. Requests made before are of another clock.
func (w *world) pass(d time.Duration) {
	w.ahead.Add(int64(d))
	w.jumped = true
	w.tenant.ForgetRequests()
}

// connect makes a new client where the clock has jumped.
func (w *world) connect() error {
	if !w.jumped {
		return nil
	}
	w.jumped = false
	return w.mirror.Connect()
}

// faulty makes a round in which requests fail and other steps happen.
func (w *world) faulty(n int, rnd *rand.Rand) error {
	w.calm = false
	if rnd.IntN(2) == 0 {
		rate := []float64{0.03, 0.1, 0.3}[rnd.IntN(3)]
		w.note("round after %d: %.2f of requests fail", n, rate)
		w.tenant.Chaos(graphsim.ChaosOptions{
			Seed: rnd.Int64(), Rate: rate, MaxRow: 1 + rnd.IntN(8), Weights: weights(), BurstRate: -1, MoveRate: -1,
		})
	}
	for range rnd.IntN(4) {
		after, step := rnd.IntN(80), 2_000_000+rnd.IntN(1_000_000)
		w.tenant.Inject(graphsim.Fault{Name: "step", After: after, Times: 1, Block: func() { w.step(step) }})
	}
	for range rnd.IntN(3) {
		f, _ := graphsim.NamedFault(pick(rnd, graphsim.FaultNames()))
		if f.Status == 403 || f.Status == 404 || f.Status == 400 || f.Stall > 0 {
			continue // a lie about what is there
		}
		kind := pick(rnd, graphsim.Kinds())
		if f.Status == 410 {
			kind = graphsim.MessageDelta
		}
		f.After, f.Times, f.Match = rnd.IntN(10), 1+rnd.IntN(8), graphsim.OfKind(kind)
		w.note("round after %d: %s on %d of %s", n, f.Name, f.Times, kind)
		w.tenant.Inject(f)
	}
	result, err := w.mirror.Round(w.ctx)
	w.note("round after %d: under faults: %+v, %v", n, result, err)
	w.stats.rounds++
	w.tenant.Calm()
	w.tenant.ClearFaults()
	for name, k := range w.tenant.Troubles() {
		if name != "step" {
			w.stats.faults += k
		}
	}
	return w.obeyed()
}

// weights are those of chaos, with fewer of those that cost a second each.
func weights() map[string]float64 {
	m := graphsim.DefaultWeights()
	for name := range m {
		if f, _ := graphsim.NamedFault(name); f.RetryAfter > 0 {
			m[name] = 0.2
		}
	}
	return m
}

// clean is how many rounds without faults may be needed until all is equal,
// when something went wrong before: what was set aside is tried again later.
const clean = 4

// settle makes rounds without faults until all is equal.
func (w *world) settle(n int) error {
	for try := range clean {
		if !w.calm {
			// The pauses that the faults asked for would be waited for.
			if err := w.mirror.Connect(); err != nil {
				return err
			}
		}
		result, err := w.mirror.Round(w.ctx)
		w.note("round after %d: %+v, %v", n, result, err)
		w.stats.rounds++
		if err != nil {
			return err
		}
		if err := w.obeyed(); err != nil {
			return err
		}
		w.spoil(n)
		diff, err := w.mirror.Differences(w.ctx, w.want())
		if err != nil {
			return err
		}
		if len(diff) == 0 {
			w.calm = true
			return nil
		}
		if w.calm || try == clean-1 {
			return fmt.Errorf("%w:\n%s\n%s", errDiffers, strings.Join(diff, "\n"), strings.Join(w.mirror.Troubles(w.ctx), "\n"))
		}
		w.stats.extra++
		w.note("round after %d: not equal yet: %s", n, strings.Join(diff, "; "))
		w.pass([]time.Duration{25 * time.Hour, 9 * 24 * time.Hour, 9 * 24 * time.Hour}[try])
	}
	return nil
}

// obeyed checks that the requests kept Graph's rules.
func (w *world) obeyed() error {
	requests := w.tenant.Requests()
	if w.tenant.Options().Quirks.GreedyBatch {
		// How many of a batch run at a time is this tenant's doing.
		for i := range requests {
			requests[i].InFlight = 0
		}
	}
	broken := mirror.Rules(requests)
	w.tenant.ForgetRequests()
	if len(broken) > 0 {
		return fmt.Errorf("%w: %s", errRules, strings.Join(broken, "\n"))
	}
	return nil
}

var errRules = errors.New("requests broke Graph's rules")

// spoil has a message arrive too late to be found, where MAILQUARRY_SPOIL says
// after which step: so it shows what a failure looks like.
func (w *world) spoil(n int) {
	if text := os.Getenv("MAILQUARRY_SPOIL"); text == "" || text != strconv.Itoa(n) {
		return
	}
	for _, u := range w.users {
		if u.readable() {
			u.folder("inbox").Add(w.letter(w.rand(n)))
		}
	}
}
