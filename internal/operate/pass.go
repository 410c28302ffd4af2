package operate

import (
	"context"
	"errors"
	"time"

	"mailquarry/internal/access"
	"mailquarry/internal/mail"
)

// The states of a pass.
const (
	PassNone    = "none" // none was asked for since the start
	PassRunning = "running"
	PassDone    = "done"
	PassFailed  = "failed"
	PassStopped = "stopped" // the process was ended
)

// Pass is a comparison of source, store and index that was asked for.
type Pass struct {
	ID        int64 // grows; 0 for PassNone
	State     string
	Mailboxes []mail.MailboxID // nil for all
	Folders   int              // compared so far, or known to need no comparing
	Total     int              // folders to compare
	Started   time.Time
	Ended     time.Time
	Error     string
}

// pass is what Run is to do.
type pass struct {
	id        int64
	mailboxes []mail.MailboxID
}

// Reconcile has the mailboxes, all for none, compared and mended in the
// background. It returns at once; Coverage tells how far it is and what it found.
func (d *Desk) Reconcile(ctx context.Context, p access.Principal, mailboxes []string) (Pass, error) {
	if err := allowed(p); err != nil {
		return Pass{}, err
	}
	if d.compare == nil {
		return Pass{}, ErrNoSource
	}
	var ids []mail.MailboxID
	if len(mailboxes) > 0 {
		n, err := d.mailboxNames(ctx)
		if err != nil {
			return Pass{}, err
		}
		for _, name := range mailboxes {
			m, err := n.find("mailboxes", name)
			if err != nil {
				return Pass{}, err
			}
			ids = append(ids, m.ID)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.last.State == PassRunning {
		return d.last, ErrBusy
	}
	next := Pass{ID: d.last.ID + 1, State: PassRunning, Mailboxes: ids, Started: d.now().UTC()}
	if d.ended {
		// Nobody is left to run it: who waited for it would wait for ever.
		next.State, next.Ended = PassStopped, next.Started
		d.last = next
		return next, nil
	}
	select {
	case d.asked <- pass{next.ID, ids}:
	default:
		return d.last, ErrBusy
	}
	d.last = next
	return next, nil
}

// Run does the passes that are asked for, until ctx ends. A pass that is asked
// for after that is stopped at once.
func (d *Desk) Run(ctx context.Context) error {
	defer d.leave()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case p := <-d.asked:
			err := d.compare(ctx, p.mailboxes)
			switch {
			case err == nil:
				d.end(PassDone, "")
			case ctx.Err() != nil && errors.Is(err, ctx.Err()):
				d.end(PassStopped, "")
			default:
				d.end(PassFailed, err.Error())
			}
		}
	}
}

func (d *Desk) end(state, fault string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.settle(state, fault)
}

// leave notes that no pass is run any more.
func (d *Desk) leave() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ended = true
	d.settle(PassStopped, "")
}

// settle ends the running pass, if there is one. The lock is held.
func (d *Desk) settle(state, fault string) {
	if d.last.State == PassRunning {
		d.last.State, d.last.Error, d.last.Ended = state, fault, d.now().UTC()
	}
}

// pass is the last pass that was asked for.
func (d *Desk) pass() Pass {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.last.State == "" {
		return Pass{State: PassNone}
	}
	return d.last
}
