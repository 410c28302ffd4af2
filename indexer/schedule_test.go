package indexer

import (
	"context"
	"math"
	"testing"
	"time"

	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
)

// TestPollingAdapts: a busy mailbox is asked more and more often, a silent one
// less and less, within the bounds; one that fails is left alone longer and
// longer, and what cannot be read waits for its probe.
func TestPollingAdapts(t *testing.T) {
	t.Parallel()
	o := PullOptions{Interval: 8 * time.Minute, MinInterval: time.Minute, MaxInterval: time.Hour}.withDefaults()
	about := func(what string, got, want time.Duration) {
		t.Helper()
		if got < want-want/10 || got > want+want/10 {
			t.Errorf("%s: %s, want about %s", what, got, want)
		}
	}
	var b box
	for i, want := range []time.Duration{4 * time.Minute, 2 * time.Minute, time.Minute, time.Minute} {
		about("busy round", b.nextPoll(turnEnd{changed: true}, o), want)
		_ = i
	}
	for _, want := range []time.Duration{90 * time.Second, 135 * time.Second} {
		about("silent round", b.nextPoll(turnEnd{}, o), want)
	}
	for range 20 {
		b.nextPoll(turnEnd{}, o)
	}
	about("long silence", b.nextPoll(turnEnd{}, o), time.Hour)
	for _, want := range []time.Duration{8 * time.Minute, 16 * time.Minute, 32 * time.Minute, time.Hour, time.Hour} {
		about("failure", b.nextPoll(turnEnd{outcome: boxFailed}, o), want)
	}
	about("failure with a pause asked for", b.nextPoll(turnEnd{outcome: boxFailed, wait: 3 * time.Hour}, o), 3*time.Hour)
	about("success after failures", b.nextPoll(turnEnd{changed: true}, o), 30*time.Minute)
	about("no access", b.nextPoll(turnEnd{outcome: boxDenied}, o), 24*time.Hour)
}

// TestNextTry: what fails is tried again at once, then ever later, at most a
// week, and what was refused for good once a week.
func TestNextTry(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	const day = 24 * time.Hour
	for i, want := range []time.Duration{0, 15 * time.Minute, time.Hour, 4 * time.Hour, day, 3 * day, 7 * day, 7 * day} {
		if got := nextTry(now, i+1, false).Sub(now); got < want-want/10 || got > want+want/10 {
			t.Errorf("after %d attempts: %s, want about %s", i+1, got, want)
		}
	}
	if got := nextTry(now, 1, true).Sub(now); got < 6*day || got > 8*day {
		t.Errorf("refused for good: %s, want a week", got)
	}
}

// TestRate: the rate follows what is stored, remembers about half a minute, and
// ends when nothing comes any more.
func TestRate(t *testing.T) {
	t.Parallel()
	var r rate
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	for range 120 {
		now = now.Add(time.Second)
		r.add(50, now)
	}
	if got := r.read(now); math.Abs(got-50) > 3 {
		t.Errorf("50 a second read as %.1f", got)
	}
	if got := r.read(now.Add(30 * time.Second)); got > 25 || got < 10 {
		t.Errorf("half a minute later the rate is %.1f", got)
	}
	if got := r.read(now.Add(time.Hour)); got > 0.01 {
		t.Errorf("an hour later the rate is %.3f", got)
	}
	var early rate
	early.add(100, now)
	if got := early.read(now.Add(2 * time.Second)); got < 30 || got > 60 {
		t.Errorf("100 in the first two seconds read as %.1f", got)
	}
	if got := left(1000, 50); got != 20*time.Second {
		t.Errorf("1000 left at 50 a second take %s", got)
	}
	if left(1000, 0) != 0 || left(0, 50) != 0 {
		t.Error("an unknown time is told")
	}
}

// TestLineIsFair: who is due first is served first, one at a time, and a mailbox
// that goes on stands behind those that wait.
func TestLineIsFair(t *testing.T) {
	t.Parallel()
	l := newLine()
	start := time.Now().Add(-time.Hour)
	boxes := []archive.Mailbox{{ID: 1, Key: "large"}, {ID: 2, Key: "small"}, {ID: 3, Key: "later"}}
	l.enlist(boxes, func(m archive.Mailbox) time.Time {
		if m.ID == 3 {
			return time.Now().Add(time.Hour)
		}
		return start.Add(time.Duration(m.ID) * time.Second)
	})
	ctx := t.Context()
	large := l.take(ctx, true)
	small := l.take(ctx, true)
	if large.id != 1 || small.id != 2 {
		t.Fatalf("served %d and %d, want 1 and 2", large.id, small.id)
	}
	l.goOn(small, time.Now().Add(-time.Second))
	l.goOn(large, time.Now())
	if b := l.take(ctx, true); b.id != 2 {
		t.Errorf("served %d, want 2: it stood in the line before", b.id)
	}
	if b := l.take(ctx, true); b.id != 1 {
		t.Errorf("served %d, want 1", b.id)
	}
	short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	if b := l.take(short, false); b != nil {
		t.Errorf("served %d, which is not due", b.id)
	}
	l.wake([]string{"LATER"})
	if b := l.take(ctx, false); b.id != 3 {
		t.Errorf("served %d, want 3, which was woken", b.id)
	}
}

// TestPausedMailboxIsNotWoken: a change notification is no reason to ask a
// mailbox that the source wants to be left alone; and a mailbox that is woken
// during its round has another one at once.
func TestPausedMailboxIsNotWoken(t *testing.T) {
	t.Parallel()
	l := newLine()
	l.enlist([]archive.Mailbox{{ID: 1, Key: "a"}, {ID: 2, Key: "b"}}, func(archive.Mailbox) time.Time { return time.Now() })
	o := PullOptions{}.withDefaults()
	a, b := l.take(t.Context(), true), l.take(t.Context(), true)
	l.pause(a, time.Now().Add(time.Hour), "ErrorMailboxMoveInProgress")
	l.wake(nil)
	if d := l.nextPoll(b, turnEnd{}, o); d != 0 {
		t.Errorf("a mailbox woken during its round waits %s", d)
	}
	l.putBack(b, time.Now())
	if d := l.nextPoll(b, turnEnd{}, o); d == 0 {
		t.Error("a mailbox that was woken once is asked for ever")
	}
	if next, wait := l.next(time.Now()); next != b || wait != 0 {
		t.Error("the other mailbox is not served")
	}
	l.leave(b)
	if _, wait := l.next(time.Now()); wait < 50*time.Minute {
		t.Errorf("the paused mailbox is served in %s", wait)
	}
}

// TestMovedMessageIsTheSame: a move changes place and version, and what people
// mark; anything else is a change.
func TestMovedMessageIsTheSame(t *testing.T) {
	t.Parallel()
	const was = `{"id":"1","parentFolderId":"A","changeKey":"1","isRead":false,"subject":"Plan","hasAttachments":true,"isDraft":false}`
	for _, c := range []struct {
		name, is string
		want     bool
	}{
		{"moved", `{"id":"1","parentFolderId":"B","changeKey":"2","isRead":false,"subject":"Plan","hasAttachments":true,"isDraft":false}`, true},
		{"moved and read", `{"id":"1","parentFolderId":"B","changeKey":"2","isRead":true,"subject":"Plan","hasAttachments":true,"isDraft":false}`, true},
		{"moved and changed", `{"id":"1","parentFolderId":"B","changeKey":"2","isRead":false,"subject":"Plan B","hasAttachments":true,"isDraft":false}`, false},
		{"changed in place", `{"id":"1","parentFolderId":"A","changeKey":"2","isRead":false,"subject":"Plan","hasAttachments":true,"isDraft":false}`, false},
		{"a draft", `{"id":"1","parentFolderId":"B","changeKey":"2","isRead":false,"subject":"Plan","hasAttachments":true,"isDraft":true}`, false},
		{"no object", `[]`, false},
	} {
		if got := sameButPlace([]byte(was), []byte(c.is)); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// TestCountsAreWhatIsLeft: a folder whose first round has ended has nothing to
// do, whatever its total counts besides mail; one left out has nothing to do
// either.
func TestCountsAreWhatIsLeft(t *testing.T) {
	t.Parallel()
	in := func(box mail.MailboxID, total, stored int, complete, excluded bool) archive.FolderStatus {
		return archive.FolderStatus{
			Folder: archive.Folder{Mailbox: box, Total: total, Excluded: excluded}, Stored: stored, Complete: complete,
		}
	}
	got := countBoxes([]archive.FolderStatus{
		in(1, 100, 40, false, false), in(1, 70, 60, true, false), in(1, 500, 0, false, true), in(1, 3, 5, false, false), in(2, 10, 0, false, false),
	})
	if got[1] != (boxCount{done: 105, toDo: 60}) || got[2] != (boxCount{toDo: 10}) {
		t.Errorf("%+v", got)
	}
}
