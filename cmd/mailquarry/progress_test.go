package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// A stage tells what is done and what there is, how fast it goes and how long it
// will take. What was done before the start, such as before a restart, makes it
// no faster.
func TestBarTellsHowFarItIs(t *testing.T) {
	t.Parallel()
	s := &stage{
		name: "sync", start: time.Now().Add(-100 * time.Second), base: 3000,
		now: func() (done, total int64, more string) { return 5000, 20_000, "messages, 3 of 7 mailboxes" },
	}
	for bar, want := range map[bool]string{
		true:  "sync       ███████░░░░░░░░░░░░░░░░░░░░░ 5000 of 20000, 20/s, 12m30s left, messages, 3 of 7 mailboxes",
		false: "sync       5000 of 20000, 20/s, 12m30s left, messages, 3 of 7 mailboxes",
	} {
		if got := s.line(bar); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// On a terminal each stage has its bar, which is drawn in its place; elsewhere
// there is no bar and no control character.
func TestBarsAreForTerminals(t *testing.T) {
	t.Parallel()
	stages := []*stage{
		{name: "sync", now: func() (int64, int64, string) { return 1, 2, "" }},
		{name: "index", now: func() (int64, int64, string) { return 1, 4, "" }},
	}
	var out bytes.Buffer
	p := &progress{w: &out, tty: true, stages: stages}
	p.draw()
	if got := out.String(); strings.Count(got, "█░") != 2 || strings.Count(got, "\n") != 2 {
		t.Errorf("%q", got)
	}
	out.Reset()
	p.erase()
	if got := out.String(); got != "\r\x1b[2A\x1b[J" {
		t.Errorf("two bars are erased by %q", got)
	}
	out.Reset()
	p = &progress{w: &out, stages: stages}
	p.draw() // the last line is long ago
	p.draw() // and now it is not
	if got := out.String(); !strings.Contains(got, "1 of 4") || strings.ContainsAny(got, "█░\x1b") || strings.Count(got, "\n") != 2 {
		t.Errorf("%q", got)
	}
}
