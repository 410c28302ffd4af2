package demo

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mailquarry/internal/graphsim"
)

// filled gives a tenant with the company in it, at a clock that the test moves.
func filled(t *testing.T) (*graphsim.Tenant, *Company, func(time.Duration)) {
	t.Helper()
	var mu sync.Mutex
	now := fixedNow
	tn := graphsim.New(graphsim.Options{Seed: 1, Now: func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	}})
	c, err := Fill(tn, 1, fixedNow)
	if err != nil {
		t.Fatal(err)
	}
	return tn, c, func(d time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(d)
	}
}

func TestFill(t *testing.T) {
	t.Parallel()
	tn, c, _ := filled(t)
	boxes := tn.Mailboxes()
	if len(boxes) != 13 {
		t.Fatalf("%d mailboxes", len(boxes))
	}
	total, shared := 0, 0
	var names []string
	for _, b := range boxes {
		if b.User().Purpose == "shared" {
			shared++
		}
		for _, f := range b.Folders() {
			total += len(f.Messages())
			names = append(names, f.Name())
		}
		for _, known := range []string{"inbox", "sentitems"} {
			if len(b.Folder(known).Messages()) < 3 {
				t.Errorf("%s of %s is all but empty", known, b.User().DisplayName)
			}
		}
	}
	if total != c.Messages() || total < 1900 || total > 2200 {
		t.Errorf("%d messages, %d counted", total, c.Messages())
	}
	if shared != 1 {
		t.Errorf("%d shared mailboxes", shared)
	}
	for _, want := range []string{"Posteingang", "受信トレイ", "Tenders / Bids", "🏗️ Site photos", "Projekte", "Hafenbibliothek"} {
		if !slices.Contains(names, want) {
			t.Errorf("no folder is called %q", want)
		}
	}
}

// TestArrive: the demo's mail goes on, at the tenant's present, and never
// stumbles.
func TestArrive(t *testing.T) {
	t.Parallel()
	tn, c, advance := filled(t)
	before := c.Messages()
	kinds := map[string]int{}
	for range 300 {
		advance(7 * time.Second)
		what, err := c.Arrive()
		if err != nil {
			t.Fatal(err)
		}
		kinds[what]++
		if strings.ContainsAny(what, "@<") {
			t.Errorf("%q tells too much", what)
		}
	}
	if len(kinds) != 4 {
		t.Errorf("what happened: %v", kinds)
	}
	fresh := 0
	for _, b := range tn.Mailboxes() {
		for _, f := range b.Folders() {
			for _, id := range f.Messages() {
				if m, ok := b.Message(id); ok && m.Received.After(fixedNow) {
					fresh++
				}
			}
		}
	}
	if fresh != c.Messages()-before || fresh < 300 {
		t.Errorf("%d new messages, %d counted", fresh, c.Messages()-before)
	}
}

// TestArriveAtOnce is for the race detector: the demo's timer and a test may
// both let mail arrive.
func TestArriveAtOnce(t *testing.T) {
	t.Parallel()
	_, c, _ := filled(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 20 {
				if _, err := c.Arrive(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
