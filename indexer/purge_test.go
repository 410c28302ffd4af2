package indexer_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"mailquarry/indexer"
	"mailquarry/internal/access"
	"mailquarry/internal/archive"
	"mailquarry/internal/graphsim"
	"mailquarry/internal/mail"
	"mailquarry/search"
)

// service is the one door, over the site's store and index.
func (s *site) service(r indexer.Retention) *search.Service {
	return search.New(search.Config{
		Archive: s.archive, Engine: s.index, Checkpoint: s.index.Checkpoint, Kept: r.Kept,
		Now: func() time.Time { return s.clock },
	})
}

// purger purges by a retention, at the site's clock.
func (s *site) purger(r indexer.Retention) *indexer.Purger {
	r.Now = func() time.Time { return s.clock }
	return indexer.NewPurger(s.archive, s.service(r), r, s.builder, indexer.PurgerOptions{
		Exclusive: s.puller.Exclusive, Step: 2, Sweep: time.Nanosecond, SweepAge: time.Nanosecond, Expunge: time.Nanosecond,
	})
}

func (s *site) purge(r indexer.Retention) indexer.PurgeResult {
	s.t.Helper()
	res, err := s.purger(r).Pass(s.ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	s.build()
	return res
}

// newRetained is a site that is pulled under a retention.
func newRetained(t *testing.T, r indexer.Retention) *site {
	t.Helper()
	var s *site
	r.Now = func() time.Time { return s.clock }
	s = newSiteWith(t, indexer.PullOptions{Removal: r.Removal})
	return s
}

// hits searches as a person does, and gives the subjects.
func (s *site) hits(r indexer.Retention, text string) []string {
	s.t.Helper()
	res, err := s.service(r).Search(s.ctx, access.Operator(), search.Request{Text: text, Limit: 50, Sort: "oldest"})
	if err != nil {
		s.t.Fatal(err)
	}
	var subjects []string
	for _, h := range res.Hits {
		subject := h.Subject
		if !h.GoneAt.IsZero() {
			subject += " (gone)"
		}
		if !h.Mailbox.RemovedAt.IsZero() {
			subject += " (deleted user)"
		}
		subjects = append(subjects, subject)
	}
	slices.Sort(subjects)
	return subjects
}

func (s *site) wantHits(r indexer.Retention, text string, subjects ...string) {
	s.t.Helper()
	if got := s.hits(r, text); strings.Join(got, "|") != strings.Join(subjects, "|") {
		s.t.Errorf("a search for %q finds %q, want %q", text, got, subjects)
	}
}

// wantStored checks how many messages the store holds.
func (s *site) wantStored(n int) {
	s.t.Helper()
	if got := len(s.records()); got != n {
		s.t.Errorf("the store holds %d messages, want %d", got, n)
	}
}

// Under mirror a message that is deleted at the source is marked, found as gone,
// and purged with its attachment when the grace period is over; an attachment
// that another message has stays.
func TestMirrorPurgesAfterTheGracePeriod(t *testing.T) {
	t.Parallel()
	r := indexer.Retention{Policy: indexer.Mirror, Grace: 24 * time.Hour}
	s := newRetained(t, r)
	anna := s.user("anna")
	inbox := anna.Folder("inbox")
	gone := inbox.Add(letterWith("gone", textFile("own.txt", "walnut"), textFile("shared.txt", "hazel")))
	inbox.Add(letterWith("stays", textFile("shared.txt", "hazel")))
	s.round()
	parts := s.record(gone).Parts
	anna.Delete(gone)
	s.round()
	s.clock = s.clock.Add(23 * time.Hour)
	if res := s.purge(r); res.Purged != 0 {
		t.Errorf("%d messages were purged before their time", res.Purged)
	}
	s.wantHits(r, "walnut", "gone (gone)")
	s.wantHits(r, "is:gone", "gone (gone)")
	s.wantHits(r, "-is:gone", "stays")
	s.clock = s.clock.Add(2 * time.Hour)
	time.Sleep(5 * time.Millisecond) // until the blobs are older than the sweep's age
	if res := s.purge(r); res.Purged != 1 || res.Freed == 0 {
		t.Errorf("the purge came to %+v", res)
	}
	s.wantHits(r, "walnut")
	s.wantHits(r, "hazel", "stays")
	s.agree(anna)
	for _, p := range parts {
		_, err := os.Stat(s.blobPath(p.Digest))
		if want := p.Name == "shared.txt"; (err == nil) != want {
			t.Errorf("the bytes of %s: %v, want them kept: %t", p.Name, err, want)
		}
		texts, err := s.archive.Texts(s.ctx, []mail.Digest{p.Digest})
		if err != nil {
			t.Fatal(err)
		}
		if want := p.Name == "shared.txt"; (len(texts) == 1) != want {
			t.Errorf("%d texts of %s, want it kept: %t", len(texts), p.Name, want)
		}
	}
}

// Without grace the next pass purges.
func TestMirrorAtOnce(t *testing.T) {
	t.Parallel()
	s := newRetained(t, indexer.Retention{})
	anna := s.user("anna")
	gone := anna.Folder("inbox").Add(letter("gone", "walnut"))
	s.round()
	anna.Delete(gone)
	s.round()
	if res := s.purge(indexer.Retention{}); res.Purged != 1 {
		t.Errorf("the purge came to %+v", res)
	}
	s.wantHits(indexer.Retention{}, "walnut")
	s.agree(anna)
}

// Under keep what is deleted at the source stays, marked, for its time, which
// may be another for some mailboxes, or for ever.
func TestKeepKeepsForItsTime(t *testing.T) {
	t.Parallel()
	r := indexer.Retention{Policy: indexer.Keep, For: []indexer.RetentionRule{
		{Mailbox: "ben@contoso.example", Policy: indexer.Keep, Keep: 30 * 24 * time.Hour},
		{Mailbox: "@other.example", Policy: indexer.Mirror},
	}}
	s := newRetained(t, r)
	anna, ben := s.user("anna"), s.user("ben")
	carl := s.tenant.AddUser(graphsim.User{Address: "carl@other.example", DisplayName: "carl"})
	var ids []string
	for _, m := range []*graphsim.Mailbox{anna, ben, carl} {
		ids = append(ids, m.Folder("inbox").Add(letter("to "+m.User().DisplayName, "walnut")))
	}
	s.round()
	anna.Delete(ids[0])
	ben.Delete(ids[1])
	carl.Delete(ids[2])
	s.round()
	s.purge(r)
	s.wantHits(r, "walnut", "to anna (gone)", "to ben (gone)")
	s.clock = s.clock.Add(31 * 24 * time.Hour)
	s.purge(r)
	s.wantHits(r, "walnut", "to anna (gone)")
	s.clock = s.clock.AddDate(50, 0, 0)
	s.purge(r)
	s.wantHits(r, "walnut", "to anna (gone)")
}

// A deleted user's mailbox is hidden under mirror, and purged when it can no
// longer be restored or the source says so; under keep it stays searchable.
func TestDeletedUsers(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		retention indexer.Retention
		final     bool
		shown     []string
		kept      time.Duration // still stored after it
		gone      time.Duration // and gone after this
	}{
		"mirror":              {indexer.Retention{Grace: day}, false, nil, 29 * day, 31 * day},
		"mirror, long grace":  {indexer.Retention{Grace: 90 * day}, false, nil, 89 * day, 91 * day},
		"mirror, cannot come": {indexer.Retention{Grace: day}, true, nil, day / 2, 2 * day},
		"keep for a time":     {indexer.Retention{Policy: indexer.Keep, Keep: 365 * day}, true, []string{"to anna (gone) (deleted user)"}, 364 * day, 366 * day},
		"keep for ever":       {indexer.Retention{Policy: indexer.Keep}, true, []string{"to anna (gone) (deleted user)"}, 36500 * day, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newRetained(t, c.retention)
			anna := s.user("anna")
			anna.Folder("inbox").Add(letter("to anna", "walnut"))
			s.round()
			anna.Remove()
			if c.final {
				anna.Purge()
			}
			s.round()
			began := s.clock
			s.clock = began.Add(c.kept)
			if res := s.purge(c.retention); res.Purged+res.Mailboxes > 0 {
				t.Errorf("before its time was purged: %+v", res)
			}
			s.wantHits(c.retention, "walnut", c.shown...)
			s.wantHits(c.retention, "is:gone", c.shown...)
			s.wantStored(1)
			if c.gone == 0 {
				return
			}
			s.clock = began.Add(c.gone)
			if res := s.purge(c.retention); res.Purged != 1 || res.Mailboxes != 1 {
				t.Errorf("after its time was purged: %+v", res)
			}
			s.wantHits(c.retention, "walnut")
			s.wantStored(0)
			if n := len(s.mailboxes()); n != 0 {
				t.Errorf("%d mailboxes are listed", n)
			}
		})
	}
}

// What the configuration excludes is hidden and purged at once, under keep too,
// and comes back whole when it is included again.
func TestExcludedIsPurgedAtOnce(t *testing.T) {
	t.Parallel()
	r := indexer.Retention{Policy: indexer.Keep}
	s := newRetained(t, r)
	anna, ben := s.user("anna"), s.user("ben")
	anna.Folder("junkemail").Add(letter("spam", "walnut"))
	anna.Folder("inbox").Add(letter("to anna", "walnut"))
	ben.Folder("inbox").Add(letter("to ben", "walnut"))
	s.round()
	rule, err := indexer.ParseRule("ben@contoso.example")
	if err != nil {
		t.Fatal(err)
	}
	all := s.puller
	o := indexer.PullOptions{
		Now: func() time.Time { return s.clock }, Removal: r.Removal,
		Scope: indexer.Scope{Exclude: []indexer.Rule{rule}, SkipFolders: []string{"junkemail"}},
	}
	s.puller = indexer.NewPuller(s.source, s.archive, o)
	s.tryRound()
	s.wantHits(r, "walnut", "to anna")
	if res := s.purge(r); res.Purged != 2 {
		t.Errorf("the purge came to %+v", res)
	}
	s.wantStored(1)
	s.wantFound("walnut", "anna@contoso.example: Inbox: to anna")
	s.puller = all
	s.round()
	s.agree(anna, ben)
}

// A hold on a mailbox or on a search suspends purging of what it covers, mail of
// deleted users and of excluded folders included, until it is released.
func TestHoldsSuspendPurging(t *testing.T) {
	t.Parallel()
	r := indexer.Retention{}
	s := newRetained(t, r)
	anna, ben := s.user("anna"), s.user("ben")
	var ids []string
	for i, text := range []string{"walnut", "hazel", "walnut and hazel", "beech", "oak"} {
		ids = append(ids, anna.Folder("inbox").Add(letterWith(fmt.Sprint("anna ", i), textFile("a.txt", text))))
	}
	ben.Folder("inbox").Add(letter("ben 0", "walnut"))
	ben.Folder("inbox").Add(letter("ben 1", "hazel"))
	s.round()
	box := s.record(ids[0]).Mailbox
	hold := func(h archive.Hold) archive.Hold {
		t.Helper()
		h.Since = s.clock
		h, err := s.archive.AddHold(s.ctx, h)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	release := func(h archive.Hold) {
		t.Helper()
		if err := s.archive.EndHold(s.ctx, h.ID); err != nil {
			t.Fatal(err)
		}
	}
	search := hold(archive.Hold{Query: "walnut -subject:0 OR mailbox:ben walnut"})
	for _, id := range ids {
		anna.Delete(id)
	}
	ben.Remove()
	ben.Purge()
	s.round()
	s.clock = s.clock.Add(time.Hour)
	if res := s.purge(r); res.Purged != 5 || res.Held != 2 || res.Mailboxes != 0 {
		t.Errorf("under a hold on a search the purge came to %+v", res)
	}
	s.wantHits(r, "has:attachment", "anna 2 (gone)")
	if n := len(s.mailboxes()); n != 2 {
		t.Errorf("%d mailboxes are left, want both", n)
	}
	whole := hold(archive.Hold{Mailbox: box})
	release(search)
	if res := s.purge(r); res.Purged != 1 || res.Held != 1 || res.Mailboxes != 1 {
		t.Errorf("under a hold on a mailbox the purge came to %+v", res)
	}
	s.wantHits(r, "has:attachment", "anna 2 (gone)")
	release(whole)
	if res := s.purge(r); res.Purged != 1 || res.Held != 0 {
		t.Errorf("without holds the purge came to %+v", res)
	}
	s.wantStored(0)
}

// A mailbox of which a hold kept a part comes back whole when its user is
// restored.
func TestRestoredAfterAPartWasPurged(t *testing.T) {
	t.Parallel()
	r := indexer.Retention{}
	s := newRetained(t, r)
	anna := s.user("anna")
	anna.Folder("inbox").Add(letter("held", "walnut"))
	anna.Folder("inbox").Add(letter("purged", "hazel"))
	s.round()
	if _, err := s.archive.AddHold(s.ctx, archive.Hold{Query: "walnut", Since: s.clock}); err != nil {
		t.Fatal(err)
	}
	anna.Remove()
	s.round()
	s.clock = s.clock.Add(31 * 24 * time.Hour)
	if res := s.purge(r); res.Purged != 1 || res.Held != 1 || res.Mailboxes != 0 {
		t.Errorf("the purge came to %+v", res)
	}
	anna.Restore()
	s.round()
	s.agree(anna)
	s.wantFound("hazel", "anna@contoso.example: Inbox: purged")
}

// A hold that can no longer be judged, or an index that is behind, purges nothing
// rather than too much.
func TestDoubtPurgesNothing(t *testing.T) {
	t.Parallel()
	r := indexer.Retention{}
	s := newRetained(t, r)
	anna := s.user("anna")
	legal := anna.AddFolder(nil, "Legal")
	gone := legal.Add(letter("gone", "walnut"))
	other := anna.Folder("inbox").Add(letter("other", "hazel"))
	s.round()
	h, err := s.archive.AddHold(s.ctx, archive.Hold{Query: "in:Legal", Since: s.clock})
	if err != nil {
		t.Fatal(err)
	}
	legal.Rename("Lawyers")
	anna.Delete(gone)
	anna.Delete(other)
	s.round()
	if _, err := s.purger(r).Pass(s.ctx); err == nil || !strings.Contains(err.Error(), "Legal") {
		t.Errorf("a hold on a folder of another name gives %v", err)
	}
	s.wantStored(2)
	problems := func() []archive.Problem {
		t.Helper()
		list, err := s.archive.Problems(s.ctx, archive.ProblemFilter{Kind: "purge"})
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	if list := problems(); len(list) != 1 || !strings.Contains(list[0].Reason, "Legal") {
		t.Errorf("problems %+v", list)
	}
	if err := s.archive.EndHold(s.ctx, h.ID); err != nil {
		t.Fatal(err)
	}

	// The index does not know yet what the messages have become.
	if _, err := s.archive.AddHold(s.ctx, archive.Hold{Query: "beech", Since: s.clock}); err != nil {
		t.Fatal(err)
	}
	late := anna.Folder("inbox").Add(letter("late", "beech"))
	if _, err := s.puller.Round(s.ctx); err != nil {
		t.Fatal(err)
	}
	anna.Delete(late)
	if _, err := s.puller.Round(s.ctx); err != nil {
		t.Fatal(err)
	}
	res, err := s.purger(r).Pass(s.ctx)
	if err != nil || res.Purged != 2 || res.Held != 1 {
		t.Errorf("with an index that is behind the purge came to %+v, %v", res, err)
	}
	if list := problems(); len(list) > 0 {
		t.Errorf("after it was mended: problems %+v", list)
	}
	s.build()
	s.wantHits(r, "beech", "late (gone)")
}

// A retention that makes no sense is refused when it is configured.
func TestRetentionIsChecked(t *testing.T) {
	t.Parallel()
	for _, r := range []indexer.Retention{
		{Policy: "forget"},
		{Grace: -1},
		{Policy: indexer.Keep, Keep: -time.Hour},
		{For: []indexer.RetentionRule{{Mailbox: "anna", Policy: indexer.Keep}}},
		{For: []indexer.RetentionRule{{Mailbox: "@", Policy: indexer.Keep}}},
		{For: []indexer.RetentionRule{{Mailbox: "anna@contoso.example"}}},
	} {
		if r.Validate() == nil {
			t.Errorf("%+v is accepted", r)
		}
	}
	good := indexer.Retention{For: []indexer.RetentionRule{{Mailbox: "@contoso.example", Policy: indexer.Keep}, {Mailbox: "a@b.example", Policy: indexer.Mirror}}}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
}

// A hold that a search would only warn of is refused when it is made.
func TestMalformedHoldsAreRefused(t *testing.T) {
	t.Parallel()
	s := newRetained(t, indexer.Retention{})
	s.user("anna").Folder("inbox").Add(letter("to anna", "walnut"))
	s.round()
	service := s.service(indexer.Retention{})
	for _, text := range []string{"", "  ", `"open`, "(walnut", "colour:red", "after:soon", "in:Nowhere", "mailbox:nobody", "is:lost", "OR"} {
		_, err := service.CheckHold(s.ctx, text)
		var refused *search.RequestError
		if !errors.As(err, &refused) {
			t.Errorf("%q is accepted: %v", text, err)
		}
	}
	for text, want := range map[string]int{"walnut": 1, "in:inbox mailbox:anna": 1, "hazel": 0} {
		if n, err := service.CheckHold(s.ctx, text); err != nil || n != want {
			t.Errorf("%q covers %d, %v, want %d", text, n, err, want)
		}
	}
}
