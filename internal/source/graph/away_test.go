package graph

import (
	"testing"
	"time"

	"mailquarry/internal/source"
)

// A mailbox whose answers say that it is away is left alone after the first of
// them, in whatever spelling; one that gives no reason, after a row of them.
func TestBreakerOpensForEachSign(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_000_000, 0)
	for _, code := range []string{"ErrorMailboxMoveInProgress", "MailboxInfoStale", "ErrorMailboxStoreUnavailable", "errormailboxmoveinprogress"} {
		b := breaker{first: time.Minute}
		b.note(now, &failure{err: &source.Error{Class: source.Transient, Status: 503, Code: code}})
		if left, why := b.open(now); left != time.Minute || why != code {
			t.Errorf("%s: left alone for %s (%s)", code, left, why)
		}
	}
	for name, e := range map[string]source.Error{
		"refused without a reason": {Class: source.Transient, Status: 503},
		"broken connections":       {Class: source.Transient},
	} {
		b := breaker{first: time.Minute}
		for range 100 {
			b.note(now, &failure{err: &e})
		}
		if left, _ := b.open(now); left != time.Minute {
			t.Errorf("%s, a hundred times in a row: left alone for %s", name, left)
		}
	}
}
