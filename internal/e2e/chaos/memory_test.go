package chaos

import (
	"testing"
	"time"

	"mailquarry/internal/e2e/mirror"
	"mailquarry/internal/graphsim"
)

// shareBudget is memoryBudget for a share of the mail, whose index is small.
const shareBudget = 300 << 20

// TestMemory syncs a tenant that fails in nothing, which is when the index has
// the most to do, and asks that the program keeps to its budget with no setting.
func TestMemory(t *testing.T) {
	messages, boxes := number(t, "MAILQUARRY_MESSAGES", share), number(t, "MAILQUARRY_MAILBOXES", shareBoxes)
	budget := int64(memoryBudget)
	if messages <= share {
		budget = shareBudget
	}
	tenant := graphsim.New(graphsim.Options{Seed: 21, Recorded: -1})
	mirror.Office(tenant, 22, boxes, messages)
	within := func(t *testing.T, peak int64, took time.Duration) {
		t.Helper()
		t.Logf("%d messages in %.1f s, %d MB at the peak", messages, took.Seconds(), peak>>20)
		if peak == 0 || peak > budget {
			t.Errorf("the program took %d MB, more than %d MB", peak>>20, budget>>20)
		}
	}
	t.Run("once", func(t *testing.T) {
		o := newProgram(t, tenant).once()
		if o.code != 0 {
			t.Errorf("exit code %d: %s", o.code, o.output[max(0, len(o.output)-2000):])
		}
		within(t, o.peak, o.took)
	})
	t.Run("serve", func(t *testing.T) {
		began := time.Now()
		s := newProgram(t, tenant).start(true)
		for n := 0; n < messages; n = s.total("") {
			if time.Since(began) > 30*time.Minute {
				t.Errorf("only %d of %d messages are found", n, messages)
				break
			}
			time.Sleep(200 * time.Millisecond)
		}
		took := time.Since(began)
		s.stop()
		within(t, s.peak(), took)
	})
}
