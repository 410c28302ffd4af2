package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// statusCmd tells how far sync and index are.
type statusCmd struct {
	JSON  bool          `name:"json" help:"Print the API's answer."`
	Watch bool          `help:"Print it again and again, until Ctrl-C."`
	Every time.Duration `help:"How often --watch looks." default:"2s"`
}

// statusAnswer is what is read of GET /status.
type statusAnswer struct {
	Running  bool       `json:"running"`
	Live     *liveState `json:"live"`
	Problems int        `json:"problems"`
	Totals   struct {
		Source, Stored, Kept, Indexed, Failed int
	} `json:"totals"`
	Mailboxes     []mailboxState `json:"mailboxes"`
	Attachments   []textCount    `json:"attachments"`
	Notifications *struct {
		Mailboxes, Subscribed int
	} `json:"notifications"`
}

// textCount is how many messages have an attachment of a type whose text came to
// a state.
type textCount struct {
	State    string `json:"state"`
	Type     string `json:"type"`
	Messages int    `json:"messages"`
}

type liveState struct {
	State       string     `json:"state"`
	Done        int        `json:"done"`
	ToDo        int        `json:"to_do"`
	Rate        float64    `json:"rate"`
	SecondsLeft *int64     `json:"seconds_left"`
	PausedUntil *time.Time `json:"paused_until"`
	PauseReason string     `json:"pause_reason"`
	NextPoll    *time.Time `json:"next_poll"`
	Requests    int        `json:"requests"`
	Throttled   int        `json:"throttled"`
}

type mailboxState struct {
	Mailbox   namedMailbox `json:"mailbox"`
	State     string       `json:"state"`
	Stored    int          `json:"stored"`
	Kept      int          `json:"kept"`
	Indexed   int          `json:"indexed"`
	LastError string       `json:"last_error"`
	Reason    string       `json:"reason"`
	Live      *liveState   `json:"live"`
	Problems  int          `json:"problems"`
}

// namedMailbox is a mailbox as the API names it.
type namedMailbox struct {
	ID      string `json:"id"`
	Address string `json:"address"`
	Name    string `json:"name"`
}

func (m namedMailbox) String() string {
	if m.Address != "" {
		return m.Address
	}
	return m.Name
}

// Run prints the status.
func (s *statusCmd) Run(ctx context.Context, con *console, c *cli) (err error) {
	if s.Watch && s.Every < time.Second {
		return usagef("--every %s: at least 1s", s.Every)
	}
	cl, err := dialFolder(ctx, c, logger(c, con))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cl.close()) }()
	if s.Watch && !cl.live {
		fmt.Fprintln(con.progress, "No mailquarry is running on this data folder, so that there is nothing to watch.")
		s.Watch = false
	}
	screen := isTerminal(con.out)
	for {
		text, err := s.look(ctx, cl)
		if err != nil {
			return err
		}
		if s.Watch && screen && !s.JSON {
			text = "\x1b[H\x1b[2J" + text
		}
		if _, err := io.WriteString(con.out, text); err != nil || !s.Watch {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(s.Every):
		}
	}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// look asks once.
func (s *statusCmd) look(ctx context.Context, cl *client) (string, error) {
	var st statusAnswer
	raw, err := cl.do(ctx, "GET", "/status", nil, &st)
	if err != nil {
		return "", err
	}
	if s.JSON {
		return strings.TrimSpace(string(raw)) + "\n", nil
	}
	var proof coverageAnswer
	if _, err := cl.do(ctx, "GET", "/coverage?limit=1", nil, &proof); err != nil {
		return "", err
	}
	var b strings.Builder
	st.print(&b)
	fmt.Fprintln(&b, proof.verdict())
	return b.String(), nil
}

func (st *statusAnswer) print(w io.Writer) {
	lines := make([][]string, 0, len(st.Mailboxes))
	for _, m := range st.Mailboxes {
		toDo, next := "-", "-"
		state := m.State
		if l := m.Live; l != nil {
			toDo, next = thousands(l.ToDo), moment(l.NextPoll)
			if l.PausedUntil != nil {
				state, next = "paused", moment(l.PausedUntil)+" "+l.PauseReason
			} else if l.State == "syncing" && l.ToDo > 0 {
				state = "syncing"
			}
		}
		why := m.LastError
		if why == "" {
			why = m.Reason
		}
		lines = append(lines, []string{m.Mailbox.String(), state, thousands(m.Stored), thousands(m.Kept), thousands(m.Indexed), toDo, thousands(m.Problems), next, why})
	}
	_ = table(w, []string{"MAILBOX", "STATE", "STORED", "KEPT", "INDEXED", "TO DO", "PROBLEMS", "NEXT", "WHY"}, lines)
	kept := ""
	if st.Totals.Kept > 0 {
		kept = thousands(st.Totals.Kept) + " deleted at the source and kept, "
	}
	fmt.Fprintf(w, "\n%s stored, %s%s indexed.\n", many(st.Totals.Stored, "message", "messages"), kept, thousands(st.Totals.Indexed))
	if l := st.Live; l != nil {
		fmt.Fprintln(w, l.line())
	} else {
		fmt.Fprintln(w, "No sync is running.")
	}
	if n := st.Notifications; n != nil {
		fmt.Fprintf(w, "Change notifications: of %s of %s.\n", thousands(n.Subscribed), many(n.Mailboxes, "mailbox", "mailboxes"))
	}
	for _, line := range textLines(st.Attachments) {
		fmt.Fprintln(w, line)
	}
	if st.Problems > 0 {
		fmt.Fprintf(w, "%s set aside; mailquarry problems lists them.\n", many(st.Problems, "problem", "problems"))
	}
}

// textLines tells by state in how many messages attachments came to it. The
// counts come by state.
func textLines(counts []textCount) []string {
	var lines []string
	state := ""
	for _, c := range counts {
		kind := c.Type
		if kind == "" {
			kind = "unknown"
		}
		part := kind + " " + thousands(c.Messages)
		if c.State == state {
			lines[len(lines)-1] += ", " + part
			continue
		}
		state = c.State
		lines = append(lines, "Messages with attachments that are "+state+": "+part)
	}
	return lines
}

// line tells of the sync of all mailboxes.
func (l *liveState) line() string {
	s := "Sync: nothing to do"
	if l.ToDo > 0 {
		s = fmt.Sprintf("Sync: %s of %s messages, %.1f/s", thousands(l.Done), thousands(l.Done+l.ToDo), l.Rate)
		if l.SecondsLeft != nil {
			s += fmt.Sprintf(", about %s left", time.Duration(*l.SecondsLeft)*time.Second)
		}
	}
	return fmt.Sprintf("%s; %s, %s refused because there were too many.", s, many(l.Requests, "request", "requests"), thousands(l.Throttled))
}
