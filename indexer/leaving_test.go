package indexer_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"mailquarry/indexer"
	"mailquarry/internal/archive"
	"mailquarry/internal/graphsim"
	"mailquarry/internal/source"
)

const sales = "sales@contoso.example"

// leavers is a site whose scope hangs on a group, with a grace period of a day.
type leavers struct {
	*site
	src       *between
	retention indexer.Retention
	anna, ben *graphsim.Mailbox
}

func newLeavers(t *testing.T, scope indexer.Scope, members func(l *leavers) []string) *leavers {
	t.Helper()
	s, src := newSiteBetween(t, indexer.PullOptions{})
	l := &leavers{site: s, src: src, retention: indexer.Retention{Policy: indexer.Mirror, Grace: 24 * time.Hour}}
	l.anna, l.ben = s.user("anna"), s.user("ben")
	l.anna.Folder("inbox").Add(letter("to anna", "walnut"))
	l.ben.Folder("inbox").Add(letter("to ben", "walnut"))
	l.group(members(l)...)
	l.scope(scope)
	l.round()
	return l
}

func (l *leavers) group(members ...string) {
	l.src.set(func(b *between) { b.members[sales], b.refused = members, nil })
}

// scope configures the site anew, as a restart does.
func (l *leavers) scope(scope indexer.Scope) {
	r := l.retention
	r.Now = func() time.Time { return l.clock }
	l.configure(l.src, indexer.PullOptions{Scope: scope, Removal: r.Removal, Leaving: r.Leaving})
}

// live lets time pass, a round and a pass of the purger, and tells how many
// messages are stored then and how many are found.
func (l *leavers) live(d time.Duration) (stored, found int) {
	l.t.Helper()
	l.clock = l.clock.Add(d)
	l.tryRound()
	l.purge(l.retention)
	return len(l.records()), len(l.hits(l.retention, "walnut"))
}

func (l *leavers) want(after time.Duration, stored, found int) {
	l.t.Helper()
	if s, f := l.live(after); s != stored || f != found {
		l.t.Errorf("after %s, %d messages are stored and %d found, want %d and %d", after, s, f, stored, found)
	}
}

// leaving is the problem that many leave the scope.
func (l *leavers) leaving() string { return l.problem().Reason }

func (l *leavers) problem() archive.Problem {
	l.t.Helper()
	problems, err := l.archive.Problems(l.ctx, archive.ProblemFilter{Kind: "scope"})
	if err != nil {
		l.t.Fatal(err)
	}
	for _, p := range problems {
		if p.Key == "leaving" {
			return p
		}
	}
	return archive.Problem{}
}

// A group that is emptied by mistake, or seen as empty for want of a right, hides
// its mailboxes and purges nothing before the grace period is over. That is told,
// and all is back when the group is.
func TestEmptiedGroupPurgesNobodyAtOnce(t *testing.T) {
	t.Parallel()
	for name, rules := range map[string]struct {
		scope      indexer.Scope
		well, lost func(l *leavers) []string
	}{
		"included": {
			indexer.Scope{Include: []indexer.Rule{rule(t, "group:"+sales)}},
			func(l *leavers) []string { return []string{l.anna.ID(), l.ben.ID()} }, func(*leavers) []string { return nil },
		},
		"excluded": {
			indexer.Scope{Exclude: []indexer.Rule{rule(t, "group:"+sales)}},
			func(*leavers) []string { return nil }, func(l *leavers) []string { return []string{l.anna.ID(), l.ben.ID()} },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLeavers(t, rules.scope, rules.well)
			l.want(0, 2, 2)
			l.group(rules.lost(l)...)
			l.want(time.Minute, 2, 0)
			if got := l.leaving(); !strings.Contains(got, "2 of 2 mailboxes have left the scope") || !strings.Contains(got, "is removed from") {
				t.Errorf("the problem says %q", got)
			}
			first := l.problem()
			l.scope(rules.scope) // a restart does not shorten it
			l.want(23*time.Hour, 2, 0)
			if again := l.problem(); again.ID != first.ID || again.First != first.First {
				t.Errorf("the problem was listed anew: %+v", again)
			}
			l.group(rules.well(l)...)
			l.tenant.ForgetRequests()
			l.want(2*time.Hour, 2, 2)
			l.agree(l.anna, l.ben)
			if got := l.leaving(); got != "" {
				t.Errorf("the problem is still listed: %q", got)
			}
			l.group(rules.lost(l)...)
			l.want(time.Minute, 2, 0)
			l.want(25*time.Hour, 0, 0)
			if got := l.leaving(); got != "" {
				t.Errorf("the problem is still listed when all is purged: %q", got)
			}
			l.group(rules.well(l)...)
			l.want(time.Minute, 2, 2)
		})
	}
}

// Nothing is purged on a group's former word: not while it cannot be read, and
// not by a purger that comes before the group was asked again.
func TestPurgeOfLeaversIsConfirmed(t *testing.T) {
	t.Parallel()
	scope := indexer.Scope{Include: []indexer.Rule{rule(t, "group:"+sales)}}
	l := newLeavers(t, scope, func(l *leavers) []string { return []string{l.anna.ID(), l.ben.ID()} })
	l.group(l.anna.ID())
	l.want(time.Minute, 2, 1)
	l.src.set(func(b *between) {
		b.refused = &source.Error{Class: source.Forbidden, Status: 403, Message: "no right to groups"}
	})
	l.want(25*time.Hour, 2, 1)
	l.scope(scope) // the members known last are forgotten
	l.want(25*time.Hour, 2, 1)
	l.clock = l.clock.Add(25 * time.Hour)
	if res := l.purge(l.retention); res.Purged != 0 {
		t.Errorf("%d messages were purged before the group was asked", res.Purged)
	}
	l.group(l.anna.ID(), l.ben.ID())
	l.want(time.Minute, 2, 2)
}

// What the configuration excludes by itself is purged at once, also when a group
// has put it out of the scope before.
func TestExcludedByAddressIsPurgedAtOnce(t *testing.T) {
	t.Parallel()
	byGroup := indexer.Scope{Include: []indexer.Rule{rule(t, "group:"+sales)}}
	l := newLeavers(t, byGroup, func(l *leavers) []string { return []string{l.anna.ID(), l.ben.ID()} })
	l.group(l.anna.ID())
	l.want(time.Minute, 2, 1)
	l.scope(indexer.Scope{Include: byGroup.Include, Exclude: []indexer.Rule{rule(t, "ben@contoso.example")}})
	l.want(time.Minute, 1, 1)
	l.scope(indexer.Scope{Exclude: []indexer.Rule{rule(t, "anna@contoso.example")}})
	l.want(time.Minute, 1, 1)
	l.agree(l.ben)
}

// A company's first start is no flight from the scope: who holds no mail here has
// nothing to lose.
func TestScopeThatIsNewWorriesNobody(t *testing.T) {
	t.Parallel()
	l := newLeavers(t, indexer.Scope{Include: []indexer.Rule{rule(t, "group:"+sales)}},
		func(l *leavers) []string { return []string{l.anna.ID()} })
	l.want(0, 1, 1)
	if got := l.leaving(); got != "" {
		t.Errorf("a problem is listed: %q", got)
	}
}

// That one of many leaves a group is nothing to worry about, though it waits too.
func TestOneOfManyLeavesQuietly(t *testing.T) {
	t.Parallel()
	var others []string
	l := newLeavers(t, indexer.Scope{Include: []indexer.Rule{rule(t, "group:"+sales)}}, func(l *leavers) []string {
		for i := range 10 {
			others = append(others, l.user(fmt.Sprintf("other-%d", i)).ID())
		}
		return append([]string{l.anna.ID(), l.ben.ID()}, others...)
	})
	l.group(append(others, l.anna.ID())...)
	l.want(time.Minute, 2, 1)
	if got := l.leaving(); got != "" {
		t.Errorf("a problem is listed: %q", got)
	}
}
