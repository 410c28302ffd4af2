package indexer

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"
	"time"

	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
)

// The states of a LiveMailbox.
const (
	LiveIdle    = "idle"
	LiveQueued  = "queued"
	LiveSyncing = "syncing"
	LivePaused  = "paused"
)

// Live is how the sync goes just now.
type Live struct {
	At        time.Time
	Mailboxes []LiveMailbox // by id
	Total     LiveMailbox   // its Mailbox is 0
	Rounds    int64         // how often every mailbox has had its round since the start
}

// LiveMailbox is how one mailbox's sync goes.
type LiveMailbox struct {
	Mailbox mail.MailboxID
	State   string // LiveIdle, LiveQueued, LiveSyncing or LivePaused
	// Done and ToDo count messages. They come from the archive, so that they
	// outlast a restart.
	Done, ToDo  int
	Rate        float64       // messages a second, smoothed
	Left        time.Duration // 0 when unknown, or when nothing is left
	PausedUntil time.Time     // zero when there is no pause
	PauseReason string
	Requests    int64 // since the start
	Throttled   int64
	NextPoll    time.Time // zero while a round is under way
}

// Live may be called at any time. What it tells of the archive is a few seconds
// old at most.
func (p *Puller) Live() Live {
	counts := p.counts.read(p)
	now := time.Now()
	out := Live{At: now, Rounds: p.stats.rounds.Load(), Total: LiveMailbox{State: LiveIdle}}
	for _, b := range p.line.look(now) {
		c := counts[b.Mailbox]
		b.Done, b.ToDo = c.done, c.toDo
		if p.pacer != nil {
			pace := p.pacer.Pace(b.key)
			b.Requests, b.Throttled = pace.Requests, pace.Throttled
			if pace.Until.After(now) && pace.Until.After(b.PausedUntil) {
				b.PausedUntil, b.PauseReason = pace.Until, pace.Reason
			}
		}
		if b.PausedUntil.After(now) {
			b.State = LivePaused
		} else {
			b.PausedUntil, b.PauseReason = time.Time{}, ""
		}
		if b.State != LiveIdle {
			b.NextPoll = time.Time{}
		}
		b.Left = left(b.ToDo, b.Rate)
		out.Mailboxes = append(out.Mailboxes, b.LiveMailbox)
		out.Total.add(b.LiveMailbox)
	}
	slices.SortFunc(out.Mailboxes, func(x, y LiveMailbox) int { return cmp.Compare(x.Mailbox, y.Mailbox) })
	if p.pacer != nil {
		pace := p.pacer.Pace("")
		out.Total.Requests += pace.Requests
		out.Total.Throttled += pace.Throttled
	}
	out.Total.Left = left(out.Total.ToDo, out.Total.Rate)
	return out
}

// add sums a mailbox up into the total, whose state is that of the mailbox that
// does most.
func (t *LiveMailbox) add(b LiveMailbox) {
	states := []string{LiveIdle, LivePaused, LiveQueued, LiveSyncing}
	if slices.Index(states, b.State) > slices.Index(states, t.State) {
		t.State = b.State
	}
	t.Done += b.Done
	t.ToDo += b.ToDo
	t.Rate += b.Rate
	t.Requests += b.Requests
	t.Throttled += b.Throttled
	if !b.NextPoll.IsZero() && (t.NextPoll.IsZero() || b.NextPoll.Before(t.NextPoll)) {
		t.NextPoll = b.NextPoll
	}
}

// left tells how long the rest takes at this rate.
func left(toDo int, rate float64) time.Duration {
	const longest = 1000 * 24 * time.Hour
	if toDo <= 0 || rate < 0.01 {
		return 0
	}
	return min(longest, time.Duration(float64(toDo)/rate*float64(time.Second))).Round(time.Second)
}

// boxCount is how much of a mailbox is stored.
type boxCount struct{ done, toDo int }

// countCache keeps the archive's counts for a while: they are asked for by
// every open status page.
type countCache struct {
	mu     sync.Mutex
	at     time.Time
	took   time.Duration
	counts map[mail.MailboxID]boxCount
}

// fresh is how long counts serve, at least.
const fresh = time.Second

func (c *countCache) read(p *Puller) map[mail.MailboxID]boxCount {
	c.mu.Lock()
	defer c.mu.Unlock()
	// A count that takes long is made less often.
	if time.Since(c.at) < max(fresh, 10*c.took) {
		return c.counts
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	began := time.Now()
	if status, err := p.archive.Status(ctx, 0); err == nil {
		c.counts = countBoxes(status)
	}
	c.at, c.took = time.Now(), time.Since(began)
	return c.counts
}

// countBoxes sums up folders. What a folder's total says beyond what is stored
// is to do only until its first round has ended: a total counts items too that
// are no mail.
func countBoxes(status []archive.FolderStatus) map[mail.MailboxID]boxCount {
	counts := map[mail.MailboxID]boxCount{}
	for _, f := range status {
		c := counts[f.Folder.Mailbox]
		c.done += f.Stored
		if synced(f.Folder) && !f.Complete {
			c.toDo += max(0, f.Folder.Total-f.Stored)
		}
		counts[f.Folder.Mailbox] = c
	}
	return counts
}

// rate is a smoothed number of messages a second.
type rate struct {
	sum   float64
	since time.Time // the first count
	last  time.Time
}

// smoothing is how long a rate remembers.
const smoothing = 30 * time.Second

func (r *rate) add(n int, now time.Time) {
	if r.since.IsZero() || r.read(now) < 0.001 {
		*r = rate{since: now, last: now}
	}
	r.fade(now)
	r.sum += float64(n)
}

func (r *rate) fade(now time.Time) {
	if d := now.Sub(r.last); d > 0 {
		r.sum *= math.Exp(-d.Seconds() / smoothing.Seconds())
		r.last = now
	}
}

func (r *rate) read(now time.Time) float64 {
	if r.since.IsZero() {
		return 0
	}
	faded := *r
	faded.fade(now)
	// Until it has run for long, the rate speaks of a shorter time.
	age := max(time.Second, now.Sub(r.since)).Seconds() / smoothing.Seconds()
	return faded.sum / (smoothing.Seconds() * (1 - math.Exp(-age)))
}

// refreshTotals asks how much folders hold, where what is known was said long
// ago: a folder's own entry comes only when the folder itself changed.
func (r *boxRound) refreshTotals(ctx context.Context, folders []archive.Folder) error {
	if r.lister == nil || len(folders) == 0 {
		return nil
	}
	keys := make([]string, len(folders))
	for i, f := range folders {
		keys[i] = f.Key
	}
	counted, err := r.lister.Count(ctx, r.box.Key, keys)
	if err != nil {
		return unlessTrifle(err)
	}
	totals := map[mail.FolderID]int{}
	for i, c := range counted {
		if i < len(folders) && c.Err == nil {
			totals[folders[i].ID] = c.Total
		}
	}
	return local(r.archive.SetFolderTotals(ctx, totals))
}

// unlessTrifle passes over what only spoils a number on the status page.
func unlessTrifle(err error) error {
	if stopsMailbox(err) {
		return err
	}
	return nil
}
