package graph

import (
	"context"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"mailquarry/internal/source"
)

// All mailboxes together have a limit of requests in flight and one of requests
// in a second. Beyond either nothing is sent, whichever mailbox it is about.
func TestLimitsOfAllMailboxes(t *testing.T) {
	t.Parallel()
	var sent atomic.Int32
	c, _ := stub(t, func(w http.ResponseWriter, _ *http.Request) {
		sent.Add(1)
		_, _ = io.WriteString(w, `{"id":"m","parentFolderId":"f"}`)
	})
	ask := func(box string, d time.Duration) error {
		ctx, cancel := context.WithTimeout(context.Background(), d)
		defer cancel()
		_, err := locate(ctx, c, box, "m")
		return err
	}
	const others = 63
	if !c.everywhere.TryAcquire(others) {
		t.Fatalf("fewer than %d requests may be in flight", others)
	}
	if err := ask("anna", testWait); err != nil {
		t.Fatalf("with %d in flight: %v", others, err)
	}
	if !c.everywhere.TryAcquire(1) {
		t.Fatal("a request that is over keeps its place")
	}
	if err := ask("anna", 100*time.Millisecond); err == nil || sent.Load() != 1 {
		t.Errorf("with %d in flight another was sent (%d): %v", others+1, sent.Load(), err)
	}
	c.everywhere.Release(others + 1)
	for range 60 { // a minute's worth
		c.meter.book(time.Now(), perSecond)
	}
	if err := ask("ben", time.Second); source.ClassOf(err) != source.Throttled || sent.Load() != 1 {
		t.Errorf("with a minute's requests ahead another was sent (%d): %v", sent.Load(), err)
	}
}
