package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"mailquarry/internal/archive"
	"mailquarry/internal/e2e/mirror"
	"mailquarry/internal/graphsim"
	"mailquarry/internal/mail"
)

const (
	// share and its mailboxes are what a run syncs of which nothing else is asked.
	share, shareBoxes = 10_000, 8
	// memoryBudget is what the program may take at its peak, out of the box.
	memoryBudget = 512 << 20
	// slack is how much more than the least the requests may be, in parts of a
	// hundred.
	slack = 15
	// runs is how often the program may be started until all is there.
	runs = 6
)

// TestChaos syncs a tenant that fails in every way, and finds all of its mail,
// each message once and in its folder.
func TestChaos(t *testing.T) {
	messages, boxes := number(t, "MAILQUARRY_MESSAGES", share), number(t, "MAILQUARRY_MAILBOXES", shareBoxes)
	var tally mirror.Tally
	tenant := graphsim.New(graphsim.Options{Seed: 11, Recorded: -1, Observe: tally.Note})
	mirror.Office(tenant, 12, boxes, messages)
	tenant.Chaos(troubles(messages <= share))
	p := newProgram(t, tenant)
	var peak int64
	complete := false
	for n := 0; n < runs && !complete; n++ {
		o := p.once()
		t.Logf("run %d: exit code %d after %.1f s, %d MB at the peak", n+1, o.code, o.took.Seconds(), o.peak>>20)
		peak = max(peak, o.peak)
		if o.code != 0 {
			t.Logf("it said: %s", o.output[max(0, len(o.output)-2000):])
		}
		complete = o.code == 0
	}
	if !complete {
		t.Errorf("after %d runs the sync is not complete", runs)
	}
	count := tally.Count()
	sameMail(t, p, tenant)
	frugal(t, tenant, count)
	if count.Peak > 4 {
		t.Errorf("%d requests were on one mailbox at a time", count.Peak)
	}
	if peak > memoryBudget {
		t.Errorf("the program took %d MB, more than %d MB", peak>>20, memoryBudget>>20)
	}
	t.Logf("at most %d requests at a time on one mailbox; %d MB of memory; troubles: %v", count.Peak, peak>>20, tenant.Troubles())
}

// troubles are those of a long run, or of a short one: this does without the
// faults that tell of a mailbox which is away for longer, since the program then
// waits a minute before it asks again.
func troubles(short bool) graphsim.ChaosOptions {
	o := graphsim.ChaosOptions{Seed: 13}
	if short {
		o.MoveRate, o.Weights = -1, graphsim.DefaultWeights()
		for _, name := range []string{"503-moving", "503-store", "503-stale"} {
			delete(o.Weights, name)
		}
	}
	return o
}

func number(t *testing.T, name string, otherwise int) int {
	t.Helper()
	s := os.Getenv(name)
	if s == "" {
		return otherwise
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// frugal compares the requests with the least that reading the same tenant takes
// when nothing goes wrong: those that a fault spoiled count, and the second try.
func frugal(t *testing.T, tenant *graphsim.Tenant, c mirror.Count) {
	t.Helper()
	least := mirror.Least(tenant)
	per := func(n int) string { return fmt.Sprintf("%.1f", 1000*float64(n)/float64(least.Messages)) }
	t.Logf("%d messages: %d requests (%s for each 1,000 messages), %d of them spoiled, %d on the wire (%s); at least %d (%s) and %d on the wire (%s); %+.1f %% more than the least",
		least.Messages, c.Requests, per(c.Requests), c.Spoiled, c.Exchanges, per(c.Exchanges), least.Requests, per(least.Requests),
		least.Exchanges, per(least.Exchanges), 100*float64(c.Requests)/float64(least.Requests)-100)
	for _, k := range c.Sorted() {
		t.Logf("%8d %-16s at least %5d, spoiled %d", c.Kinds[k], k, least.Kinds[k], c.SpoiledKinds[k])
	}
	if c.Requests*100 > least.Requests*(100+slack) {
		t.Errorf("%d requests were made, at least %d are needed: more than %d %% too many", c.Requests, least.Requests, slack)
	}
}

// sameMail compares the store with the tenant, message for message, and the
// index by numbers and by a sample of words.
func sameMail(t *testing.T, p *program, tenant *graphsim.Tenant) {
	t.Helper()
	want := map[string]string{}
	for _, m := range tenant.Mailboxes() {
		for _, f := range m.Folders() {
			for _, key := range f.Messages() {
				want[key] = f.ID()
			}
		}
	}
	got := stored(t, p.data())
	missing, elsewhere, surplus := 0, 0, 0
	for key, folder := range want {
		switch at, ok := got[key]; {
		case !ok:
			missing++
		case at != folder:
			elsewhere++
		}
	}
	for key := range got {
		if _, ok := want[key]; !ok {
			surplus++
		}
	}
	if missing+elsewhere+surplus > 0 {
		t.Errorf("of %d messages %d are missing and %d in another folder; %d are too many", len(want), missing, elsewhere, surplus)
	}
	s := p.serve()
	defer s.stop()
	if n := s.total(""); n != len(want) {
		t.Errorf("the search of everything finds %d messages, the tenant has %d", n, len(want))
	}
	sample(t, s, tenant)
}

// stored reads in which folder each message is stored.
func stored(t *testing.T, dir string) map[string]string {
	t.Helper()
	ctx := context.Background()
	a, err := archive.Open(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	folders, err := a.Folders(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	names := map[mail.FolderID]string{}
	for _, f := range folders {
		names[f.ID] = f.Key
	}
	at := map[string]string{}
	for rec, err := range a.Since(ctx, 0) {
		if err != nil {
			t.Fatal(err)
		}
		if rec.Deleted {
			continue
		}
		if _, twice := at[rec.Key]; twice {
			t.Errorf("message %s is stored twice", rec.ID)
		}
		at[rec.Key] = names[rec.Folder]
		for _, part := range rec.Parts {
			if part.Problem != "" || part.Digest.IsZero() {
				t.Errorf("an attachment of message %s is missing: %s", rec.ID, part.Problem)
			}
		}
	}
	return at
}

// sample searches for some messages by their own words.
func sample(t *testing.T, s *served, tenant *graphsim.Tenant) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(5, 6))
	for range 100 {
		boxes := tenant.Mailboxes()
		m := boxes[rnd.IntN(len(boxes))]
		ids := m.Folder("inbox").Messages()
		if len(ids) == 0 {
			continue
		}
		msg, _ := m.Message(ids[rnd.IntN(len(ids))])
		word := msg.Subject[strings.LastIndexByte(msg.Subject, ' ')+1:]
		if n := s.total(word); n != 1 {
			t.Errorf("a search for %q finds %d messages, not one", word, n)
		}
	}
}
