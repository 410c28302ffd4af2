package faults

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"mailquarry/extract"
	"mailquarry/indexer"
	"mailquarry/internal/e2e/mirror"
	"mailquarry/internal/graphsim"
)

// alone is a tenant with one mailbox, and its mirror.
func alone(t *testing.T) (*scene, *mirror.Mirror, *graphsim.Mailbox) {
	t.Helper()
	pool := extract.New(extract.Options{})
	t.Cleanup(pool.Close)
	s := &scene{clock: &clock{}}
	s.tenant = graphsim.New(graphsim.Options{Seed: 5, Now: s.clock.now})
	box := s.user("anna", "user")
	s.withParts(box.Folder("inbox"), box.AddFolder(box.Folder("inbox"), "below"))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	m, err := mirror.New(ctx, s.tenant, mirror.Options{
		Dir: t.TempDir(), Now: s.clock.now, Extract: pool, Pull: indexer.PullOptions{Patience: 4 * time.Second},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	return s, m, box
}

// round syncs, and everything has to be there.
func (s *scene) round(t *testing.T, m *mirror.Mirror) {
	t.Helper()
	if r, err := m.Round(t.Context()); err != nil || r.Synced != len(s.boxes) {
		t.Fatalf("a round ended with %+v, %v: %v", r, err, m.Troubles(t.Context()))
	}
	diff, err := m.Differences(t.Context(), mirror.Want{Boxes: s.boxes})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range diff {
		t.Error(d)
	}
}

// A Retry-After on a whole batch holds up everything on its mailbox.
func TestBatchPause(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"429", "429-date", "503-retry-after"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, m, _ := alone(t)
			f, _ := graphsim.NamedFault(name)
			f.Match, f.Times = graphsim.OfKind(graphsim.Batch), 2
			s.tenant.Inject(f)
			s.round(t, m)
			for _, broken := range mirror.Early(s.tenant.Requests()) {
				t.Error(broken)
			}
			if s.tenant.Troubles()[name] == 0 {
				t.Error("no batch was refused: this tests nothing")
			}
		})
	}
}

// A mailbox that is over quota refuses change tracking, of its folders as of its
// messages. It is synced all the same, and goes on when there is room again.
func TestFullMailbox(t *testing.T) {
	t.Parallel()
	s, m, box := alone(t)
	box.SetOverQuota(true)
	s.round(t, m)
	inbox := box.Folder("inbox")
	for _, id := range inbox.Messages()[:2] {
		box.Delete(id)
	}
	fresh := box.AddFolder(inbox, "made while there was no room")
	box.Move(inbox.Messages()[0], fresh)
	fresh.Add(s.letter("about room"))
	s.round(t, m)
	box.SetOverQuota(false)
	s.round(t, m)
	fresh.Add(s.letter("there is room"))
	fresh.Rename("made in time")
	s.round(t, m)
}

// Large attachments are read side by side, and never more than four requests are
// under way on the mailbox.
func TestFourAtATime(t *testing.T) {
	t.Parallel()
	s, m, box := alone(t)
	letter := s.letter("with many large files")
	for i := range 9 {
		letter.Attachments = append(letter.Attachments, graphsim.Attachment{
			Name: fmt.Sprintf("large %d.bin", i), ContentType: "application/octet-stream",
			Content: bytes.Repeat([]byte{byte(i), 'x', 'y', 'z'}, 1<<20),
		})
	}
	box.Folder("inbox").Add(letter)
	s.tenant.Inject(graphsim.Fault{Name: "late", Match: graphsim.OfKind(graphsim.AttachmentBytes), Delay: 150 * time.Millisecond})
	s.round(t, m)
	peak := 0
	for _, q := range s.tenant.Requests() {
		if peak = max(peak, q.InFlight); q.Status == http.StatusTooManyRequests {
			t.Errorf("Graph would have refused this as one too many: %s", q.Path)
		}
	}
	if peak < 2 || peak > 4 {
		t.Errorf("%d requests at a time on one mailbox, want no more than 4, and more than one", peak)
	}
}
