package main

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"mailquarry/indexer"
	"mailquarry/internal/operate"
)

// The bar says how many mailboxes the service wants to be left alone, and when
// the first of them goes on.
func TestBarTellsOfPauses(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 5, 4, 10, 0, 0, 0, time.Local)
	live := indexer.Live{At: at, Mailboxes: []indexer.LiveMailbox{
		{PausedUntil: at.Add(90 * time.Second)}, {PausedUntil: at.Add(30 * time.Second)}, {PausedUntil: at.Add(-time.Second)}, {},
	}}
	st := indexer.PullStats{Mailboxes: 4, MailboxesDone: 1, Attachments: 7}
	if got := stageWords(st, live); got != ", 1 of 4 mailboxes, 7 attachments, 2 paused by the service until 10:00:30" {
		t.Errorf("%q", got)
	}
	if got := stageWords(st, indexer.Live{At: at}); strings.Contains(got, "paused") {
		t.Errorf("%q, though nobody is paused", got)
	}
}

// All that the sync tells of a mailbox reaches the API and the page.
func TestNothingOfTheProgressIsLost(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)
	got := progressOf(indexer.LiveMailbox{
		Mailbox: 1, State: indexer.LivePaused, Done: 2, ToDo: 3, Rate: 4.5, Left: time.Minute,
		PausedUntil: at, PauseReason: "429", Requests: 6, Throttled: 7, NextPoll: at.Add(time.Hour),
	})
	want := operate.Progress{
		State: operate.StatePaused, Done: 2, ToDo: 3, Rate: 4.5, Left: time.Minute,
		PausedUntil: at, PauseReason: "429", Requests: 6, Throttled: 7, NextPoll: at.Add(time.Hour),
	}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	for i, v := 0, reflect.ValueOf(want); i < v.NumField(); i++ {
		if v.Field(i).IsZero() {
			t.Errorf("%s is not tried", v.Type().Field(i).Name)
		}
	}
}
