package operate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"mailquarry/internal/access"
	"mailquarry/internal/archive"
	"mailquarry/search/query"
)

// maxReason is how long the reason of a hold may be, in characters.
const maxReason = 500

// Hold suspends the removal of a mailbox's messages, or of those that a search
// finds, until it is ended.
type Hold struct {
	ID      int64
	Mailbox *MailboxRef // nil: the hold is on Query
	Query   string
	Reason  string
	By      string
	Since   time.Time
}

// HoldRequest asks for a hold on a mailbox or on a search.
type HoldRequest struct {
	Mailbox string // id or address
	Query   string
	Reason  string
}

// Holds lists the holds that are in force.
func (d *Desk) Holds(ctx context.Context, p access.Principal) ([]Hold, error) {
	if err := allowed(p); err != nil {
		return nil, err
	}
	n, err := d.mailboxNames(ctx)
	if err != nil {
		return nil, err
	}
	stored, err := d.archive.Holds(ctx)
	if err != nil {
		return nil, err
	}
	holds := make([]Hold, 0, len(stored))
	for _, h := range stored {
		holds = append(holds, n.hold(h))
	}
	return holds, nil
}

// Hold begins a hold. A query has to be understood whole: one that is run as
// far as it is understood would hold other mail than was meant.
func (d *Desk) Hold(ctx context.Context, p access.Principal, r HoldRequest) (Hold, error) {
	if err := allowed(p); err != nil {
		return Hold{}, err
	}
	r.Mailbox, r.Query, r.Reason = strings.TrimSpace(r.Mailbox), strings.TrimSpace(r.Query), strings.TrimSpace(r.Reason)
	switch {
	case r.Reason == "":
		return Hold{}, &RequestError{"reason", "a hold needs a reason, so that whoever ends it knows whether it may be ended"}
	case utf8.RuneCountInString(r.Reason) > maxReason || !utf8.ValidString(r.Reason):
		return Hold{}, &RequestError{"reason", fmt.Sprintf("it may have at most %d characters", maxReason)}
	case (r.Mailbox == "") == (r.Query == ""):
		return Hold{}, &RequestError{"mailbox", "either a mailbox or a query has to be given, and not both"}
	}
	n, err := d.mailboxNames(ctx)
	if err != nil {
		return Hold{}, err
	}
	h := archive.Hold{Query: r.Query, Reason: r.Reason, By: p.Name(), Since: d.now().UTC()}
	if r.Mailbox != "" {
		m, err := n.find("mailbox", r.Mailbox)
		if err != nil {
			return Hold{}, err
		}
		h.Mailbox = m.ID
	} else if err := d.understood(ctx, r.Query); err != nil {
		return Hold{}, err
	}
	if h, err = d.archive.AddHold(ctx, h); err != nil {
		return Hold{}, err
	}
	return n.hold(h), nil
}

func (d *Desk) understood(ctx context.Context, text string) error {
	parsed := query.Parse(text, d.now())
	switch {
	case len(parsed.Warnings) > 0:
		return &RequestError{"query", "it is not understood whole: " + parsed.Warnings[0].Message}
	case parsed.Node == nil:
		return &RequestError{"query", "it finds everything; hold the mailboxes instead"}
	case d.check == nil:
		return nil
	}
	return d.check(ctx, text)
}

// Release ends a hold: what it kept is removed when its time has come.
func (d *Desk) Release(ctx context.Context, p access.Principal, id int64) error {
	if err := allowed(p); err != nil {
		return err
	}
	err := d.archive.EndHold(ctx, id)
	if errors.Is(err, archive.ErrNotFound) {
		return fmt.Errorf("hold %d: %w", id, ErrNotFound)
	}
	return err
}

func (n *names) hold(h archive.Hold) Hold {
	out := Hold{ID: h.ID, Query: h.Query, Reason: h.Reason, By: h.By, Since: h.Since}
	if h.Mailbox != 0 {
		ref := n.mailboxRef(h.Mailbox)
		out.Mailbox = &ref
	}
	return out
}
