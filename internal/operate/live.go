package operate

import (
	"context"
	"time"

	"mailquarry/internal/access"
	"mailquarry/internal/mail"
)

// The states of a mailbox's sync.
const (
	StateIdle    = "idle"    // nothing to do until its next poll
	StateQueued  = "queued"  // waits for its turn
	StateSyncing = "syncing" // messages are being fetched
	StatePaused  = "paused"  // the service asked to wait
)

// Live is how the sync goes at one moment.
type Live struct {
	At        time.Time
	Running   bool // a sync works on this data folder
	Rounds    int64
	Total     Progress
	Mailboxes map[mail.MailboxID]Progress
	Problems  int                    // set aside in all
	Troubled  map[mail.MailboxID]int // and by mailbox
	// Notifications is nil where the source was not asked to tell of changes.
	Notifications *Notifications
}

// Notifications tells of how many mailboxes the source tells changes at once. The
// others are looked at when their time has come, as all are without it.
type Notifications struct {
	Mailboxes  int // that changes are wanted of
	Subscribed int // of these, those it tells of at present
}

// Progress is how far a mailbox is, or all of them.
type Progress struct {
	State       string
	Done, ToDo  int           // messages that are stored, and that are still to come
	Rate        float64       // messages per second of late
	Left        time.Duration // until nothing is to do, 0 when unknown
	PausedUntil time.Time     // zero when there is no pause
	PauseReason string
	Requests    int64 // sent since the start
	Throttled   int64 // of these, refused because there were too many
	NextPoll    time.Time
}

// Live tells how the sync goes, and how many problems there are.
func (d *Desk) Live(ctx context.Context, p access.Principal) (Live, error) {
	if err := allowed(p); err != nil {
		return Live{}, err
	}
	live := Live{At: d.now().UTC(), Total: Progress{State: StateIdle}}
	if d.sync != nil {
		live = d.sync.Live()
		live.Running = true
	}
	if live.Mailboxes == nil {
		live.Mailboxes = map[mail.MailboxID]Progress{}
	}
	var err error
	if live.Troubled, err = d.archive.CountProblems(ctx); err != nil {
		return Live{}, err
	}
	for _, n := range live.Troubled {
		live.Problems += n
	}
	return live, nil
}
