package graph

import (
	"sync"
	"testing"
	"time"

	"mailquarry/internal/graphsim"
)

// Four requests on a mailbox are sent at a time, and no fifth, when they go
// alone rather than in batches.
func TestFourSingleRequestsAtATime(t *testing.T) {
	t.Parallel()
	c, tenant, box := simulate(t, graphsim.Options{})
	id := fill(box.Folder("inbox"), 1)[0]
	tenant.Inject(graphsim.Fault{Delay: 20 * time.Millisecond})
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() {
			if _, err := locate(testContext(t), c, box.ID(), id); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	most := 0
	for _, r := range tenant.Requests() {
		if r.Mailbox != "" {
			most = max(most, r.InFlight)
		}
	}
	if most != 4 {
		t.Errorf("%d requests in flight, want 4", most)
	}
}
