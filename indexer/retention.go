package indexer

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"mailquarry/internal/archive"
)

// Policy is what becomes here of mail that is gone at its source.
type Policy string

// The policies.
const (
	// Mirror purges it after a grace period.
	Mirror Policy = "mirror"
	// Keep keeps it, searchable and marked as gone, for a time or for ever.
	Keep Policy = "keep"
)

// restorable is how long Entra ID lets a deleted user be restored, with the
// mailbox.
const restorable = 30 * 24 * time.Hour

// Retention is the deletion policy. Its zero value mirrors the source without
// grace.
//
// Under either policy a message that is gone at its source is first marked and
// stays searchable, and is purged by a Purger when its time is over: Grace after
// that under Mirror, Keep after that under Keep.
//
// A mailbox whose user was deleted can be restored at the source for 30 days.
// Under Mirror it is hidden at once and purged after those 30 days, or Grace if
// that is longer; sooner, after Grace, if the source says that it cannot come
// back. Under Keep it stays searchable for Keep.
//
// What the configuration excludes is purged at once, and what was imported from
// files is never purged by this. A mailbox that a group or its purpose puts out
// of the scope waits for Grace first, under either policy.
type Retention struct {
	Policy Policy          // "" is Mirror
	Grace  time.Duration   // of Mirror; 0 purges in the next pass
	Keep   time.Duration   // of Keep; 0 is for ever
	For    []RetentionRule // mailboxes that are treated otherwise; the first that fits counts
	Now    func() time.Time
}

// RetentionRule is the policy for some mailboxes.
type RetentionRule struct {
	Mailbox string // an address, or a domain such as "@contoso.com"
	Policy  Policy
	Grace   time.Duration
	Keep    time.Duration
}

// Validate tells what of a configured retention makes no sense.
func (r Retention) Validate() error {
	if err := checkPolicy(r.Policy, r.Grace, r.Keep, true); err != nil {
		return err
	}
	for _, rule := range r.For {
		local, domain, found := strings.Cut(rule.Mailbox, "@")
		if !found || domain == "" || strings.ContainsAny(local+domain, " \t@") {
			return fmt.Errorf("retention for %q: it has to be an address or a domain such as @contoso.com", rule.Mailbox)
		}
		if err := checkPolicy(rule.Policy, rule.Grace, rule.Keep, false); err != nil {
			return fmt.Errorf("retention for %q: %w", rule.Mailbox, err)
		}
	}
	return nil
}

func checkPolicy(p Policy, grace, keep time.Duration, open bool) error {
	switch {
	case p != Mirror && p != Keep && (p != "" || !open):
		return fmt.Errorf("the policy %q has to be %s or %s", p, Mirror, Keep)
	case grace < 0 || keep < 0:
		return errors.New("a time cannot be negative")
	}
	return nil
}

func (r Retention) now() time.Time {
	if r.Now != nil {
		return r.Now()
	}
	return time.Now()
}

// rule is the policy for a mailbox.
func (r Retention) rule(b archive.Mailbox) RetentionRule {
	for _, rule := range r.For {
		if names(rule.Mailbox, b.Address) {
			return rule
		}
		for _, alias := range b.Aliases {
			if names(rule.Mailbox, alias) {
				return rule
			}
		}
	}
	return RetentionRule{Policy: r.Policy, Grace: r.Grace, Keep: r.Keep}
}

// names tells whether an address, or a domain that begins with @, means an
// address.
func names(pattern, address string) bool {
	if domain, ok := strings.CutPrefix(pattern, "@"); ok {
		_, of, found := strings.Cut(address, "@")
		return found && strings.EqualFold(of, domain)
	}
	return strings.EqualFold(pattern, address)
}

// Removal is what becomes of the mailbox's messages that are gone now: they are
// marked, so that there is one way to be purged, which asks the holds.
func (r Retention) Removal(archive.Mailbox) archive.Removal {
	return archive.Removal{Keep: true, At: r.now()}
}

// Leaving is how long the mail of a mailbox waits that an answer of the source
// has put out of the scope: who empties a group by mistake can mend it.
func (r Retention) Leaving(b archive.Mailbox) time.Duration {
	if rule := r.rule(b); rule.Policy != Keep {
		return rule.Grace
	}
	return r.Grace
}

// Kept tells whether a mailbox whose user was deleted stays searchable.
func (r Retention) Kept(b archive.Mailbox) bool {
	return b.State == archive.MailboxRemoved && r.rule(b).Policy == Keep
}

// expiry is what of a mailbox is to be purged now, but for holds.
func (r Retention) expiry(b archive.Mailbox) archive.Expiry {
	now, rule := r.now(), r.rule(b)
	e := archive.Expiry{Mailbox: b.ID, Excluded: true}
	// Times are stored in microseconds: what was marked just now is before that.
	after := func(d time.Duration) time.Time { return now.Add(time.Microsecond - d) }
	if rule.Policy == Keep {
		if rule.Keep > 0 {
			e.GoneBefore, e.RemovedBefore = after(rule.Keep), after(rule.Keep)
		}
		return e
	}
	e.GoneBefore = after(rule.Grace)
	e.RemovedBefore = after(max(rule.Grace, restorable))
	if b.Final {
		e.RemovedBefore = after(rule.Grace)
	}
	return e
}

// over tells whether a removed mailbox's time is over.
func over(b archive.Mailbox, e archive.Expiry) bool {
	return b.State == archive.MailboxRemoved && !e.RemovedBefore.IsZero() && b.RemovedAt.Before(e.RemovedBefore)
}
