package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"mailquarry/internal/source"
)

// verifyCmd compares source, store and index, mends what differs, and tells
// whether every message is accounted for. It asks the running process to, or
// does it with the tenant's settings where there is none.
type verifyCmd struct {
	Mailbox []string     `help:"Only this mailbox: its address or id; repeatable." placeholder:"ADDR"`
	JSON    bool         `name:"json" help:"Print the API's answer."`
	Tenant  tenantFlags  `embed:""`
	Scope   scopeFlags   `embed:""`
	Removal removalFlags `embed:""`
}

// What verify ends with, besides the usual.
var (
	errUnexplained = errors.New("not every message is accounted for")
	errUnverified  = errors.New("not everything could be compared")
)

// passEvery is how often a running pass is looked at.
const passEvery = 500 * time.Millisecond

type coverageAnswer struct {
	At         *time.Time        `json:"at"`
	Proven     bool              `json:"proven"`
	Totals     countsAnswer      `json:"totals"`
	Unverified int               `json:"unverified"`
	Compared   int               `json:"compared"`
	Unread     int               `json:"unread"`
	Mailboxes  []mailboxCoverage `json:"mailboxes"`
	NextCursor string            `json:"next_cursor"`
	Pass       passAnswer        `json:"pass"`
}

type countsAnswer struct {
	Source      int `json:"source"`
	Stored      int `json:"stored"`
	Indexed     int `json:"indexed"`
	SetAside    int `json:"set_aside"`
	Kept        int `json:"kept"`
	OutOfScope  int `json:"out_of_scope"`
	Repaired    int `json:"repaired"`
	Unexplained int `json:"unexplained"`
}

type mailboxCoverage struct {
	Mailbox     namedMailbox `json:"mailbox"`
	State       string       `json:"state"`
	Why         string       `json:"why"`
	Counts      countsAnswer `json:"counts"`
	Unverified  int          `json:"unverified"`
	Unreachable []struct {
		Why string `json:"why"`
	} `json:"unreachable"`
	Folders []struct {
		Folder struct {
			Path string `json:"path"`
		} `json:"folder"`
		Counts countsAnswer `json:"counts"`
		At     *time.Time   `json:"at"`
		Why    string       `json:"why"`
		Error  string       `json:"error"`
		Causes []struct {
			Reason   string `json:"reason"`
			Code     string `json:"code"`
			Messages int    `json:"messages"`
		} `json:"causes"`
	} `json:"folders"`
}

type passAnswer struct {
	ID      int64  `json:"id"`
	State   string `json:"state"`
	Folders int    `json:"folders"`
	Total   int    `json:"total"`
	Error   string `json:"error"`
}

// verdict says in a line what the report comes to.
func (v *coverageAnswer) verdict() string {
	switch {
	case v.Totals.Unexplained > 0:
		return fmt.Sprintf("Coverage: %s not accounted for.", many(v.Totals.Unexplained, "message is", "messages are"))
	case v.Compared == 0 && v.Pass.ID > 0 && v.Pass.State != "running" && !v.Proven:
		return "Coverage: no mailbox could be compared."
	case v.At == nil:
		return "Coverage: not compared yet; mailquarry verify does it."
	case v.Unverified > 0:
		return fmt.Sprintf("Coverage: all that was compared is accounted for; %s not compared to the end.", many(v.Unverified, "folder is", "folders are"))
	}
	line := "Coverage: every message is accounted for"
	if n := v.Unread; n > 0 {
		line = "Coverage: every message that can be reached is accounted for; " + many(n, "mailbox", "mailboxes") + " cannot be read"
	}
	if n := v.Totals.Stored - v.Totals.Indexed; n > 0 {
		line += "; " + many(n, "message is", "messages are") + " still to be indexed"
	}
	return line + "."
}

// Run verifies.
func (v *verifyCmd) Run(ctx context.Context, con *console, c *cli) (err error) {
	log := logger(c, con)
	cl, err := dial(ctx, c.Data, func(ctx context.Context) (http.Handler, func() error, error) {
		return v.open(ctx, c, log)
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cl.close()) }()
	pass, err := v.start(ctx, cl)
	if err != nil {
		return err
	}
	if err := v.wait(ctx, con, cl, pass); err != nil {
		return err
	}
	report, raw, err := v.report(ctx, cl)
	if err != nil {
		return err
	}
	if v.JSON {
		fmt.Fprintln(con.out, raw)
	} else {
		report.print(con.out)
	}
	return report.outcome()
}

// report reads the whole report, page by page. As JSON it is the API's answers,
// one on a line.
func (v *verifyCmd) report(ctx context.Context, cl *client) (report coverageAnswer, raw string, err error) {
	q := url.Values{"mailbox": v.Mailbox, "limit": {coveragePage}}
	var lines []string
	for {
		var page coverageAnswer
		answer, err := cl.do(ctx, "GET", "/coverage?"+q.Encode(), nil, &page)
		if err != nil {
			return report, "", err
		}
		lines = append(lines, strings.TrimSpace(string(answer)))
		page.Mailboxes = append(report.Mailboxes, page.Mailboxes...)
		report = page
		if page.NextCursor == "" {
			slices.SortStableFunc(report.Mailboxes, func(a, b mailboxCoverage) int {
				return cmp.Compare(strings.ToLower(a.Mailbox.String()), strings.ToLower(b.Mailbox.String()))
			})
			return report, strings.Join(lines, "\n"), nil
		}
		q.Set("cursor", page.NextCursor)
	}
}

// coveragePage is how many mailboxes are read at a time.
const coveragePage = "500"

// outcome is the command's result.
func (v *coverageAnswer) outcome() error {
	switch {
	case v.Totals.Unexplained > 0:
		return fmt.Errorf("%w: %s left unexplained", errUnexplained, many(v.Totals.Unexplained, "difference is", "differences are"))
	case !v.Proven && v.Compared == 0:
		return fmt.Errorf("%w: no mailbox could be compared: %s", errUnverified, v.whyUncompared())
	case !v.Proven:
		return fmt.Errorf("%w: %s open; the report says why", errUnverified, many(v.Unverified, "folder is", "folders are"))
	}
	return nil
}

// open makes the handler where no process uses the folder, with the tenant
// beside it.
func (v *verifyCmd) open(ctx context.Context, c *cli, log *slog.Logger) (_ http.Handler, _ func() error, err error) {
	tenant, err := v.Tenant.configured()
	if err != nil {
		return nil, nil, err
	}
	settings, err := readSettings(v.Scope, v.Removal)
	if err != nil {
		return nil, nil, err
	}
	if err := needStore(c.Data); err != nil {
		return nil, nil, err
	}
	a, err := openApp(ctx, c.Data, log, false, nil)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.close())
		}
	}()
	var src source.Source
	if tenant {
		client, err := v.Tenant.open(log)
		if err != nil {
			return nil, nil, err
		}
		if _, err := a.checkTenant(ctx, client); err != nil {
			return nil, nil, err
		}
		src = client
	}
	ctx, stop := context.WithCancel(ctx)
	g, ctx := errgroup.WithContext(ctx)
	a.connect(src, settings)
	g.Go(func() error { return a.builder.Run(ctx, a.wake) })
	g.Go(func() error { return a.desk.Run(ctx) })
	return a.handler(), func() error {
		stop()
		return errors.Join(ended(g.Wait()), a.close())
	}, nil
}

// start begins a pass, or joins the one that is running when it covers as much.
func (v *verifyCmd) start(ctx context.Context, cl *client) (passAnswer, error) {
	var pass passAnswer
	body := map[string]any{}
	if len(v.Mailbox) > 0 {
		body["mailboxes"] = v.Mailbox
	}
	for {
		_, err := cl.do(ctx, "POST", "/coverage", body, &pass)
		switch {
		case refused(err, "busy"):
			// Somebody else's pass may be of other mailboxes; ours comes after it.
			select {
			case <-ctx.Done():
				return pass, ctx.Err()
			case <-time.After(passEvery):
			}
		case refused(err, "no-source"):
			return pass, fmt.Errorf("%w: the running mailquarry has no tenant to compare with", errUnverified)
		default:
			return pass, err
		}
	}
}

// wait shows how far the pass is until it has ended.
func (v *verifyCmd) wait(ctx context.Context, con *console, cl *client, pass passAnswer) error {
	var shown atomic.Pointer[passAnswer]
	shown.Store(&pass)
	end := con.progress.begin("verify", func() (int64, int64, string) {
		p := shown.Load()
		return int64(p.Folders), int64(p.Total), "folders"
	})
	defer end()
	for {
		var now passAnswer
		if _, err := cl.do(ctx, "GET", "/coverage/pass", nil, &now); err != nil {
			return err
		}
		shown.Store(&now)
		switch {
		case now.ID != pass.ID:
			return nil // it has ended, and another has begun
		case now.State == "failed":
			return fmt.Errorf("%w: %s", errUnverified, now.Error)
		case now.State == "stopped":
			return fmt.Errorf("%w: the process that compared was ended", errUnverified)
		case now.State != "running":
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(passEvery):
		}
	}
}

func (v *coverageAnswer) print(w io.Writer) {
	head := []string{"MAILBOX", "AT SOURCE", "STORED", "INDEXED", "SET ASIDE", "KEPT", "NOT IN SCOPE", "MENDED", "UNEXPLAINED", "STATE"}
	line := func(name string, n countsAnswer, state string) []string {
		return []string{
			name, thousands(n.Source), thousands(n.Stored), thousands(n.Indexed), thousands(n.SetAside), thousands(n.Kept),
			thousands(n.OutOfScope), thousands(n.Repaired), thousands(n.Unexplained), state,
		}
	}
	lines := make([][]string, 0, len(v.Mailboxes)+1)
	var notes []string
	unreachable := map[string]int{}
	for _, m := range v.Mailboxes {
		state := m.State
		if m.State == "active" && m.Unverified > 0 {
			state = fmt.Sprintf("%d folders not compared", m.Unverified)
		}
		lines = append(lines, line(m.Mailbox.String(), m.Counts, state))
		notes = append(notes, m.notes()...)
		for _, u := range m.Unreachable {
			unreachable[u.Why]++
		}
	}
	_ = table(w, head, append(lines, line("all", v.Totals, "")))
	for _, n := range notes {
		fmt.Fprintln(w, n)
	}
	for why, n := range unreachable {
		fmt.Fprintf(w, "%s: %s\n", many(n, "mailbox", "mailboxes"), why)
	}
	fmt.Fprintln(w, v.verdict())
}

// notes are the lines about what is not simply stored. Folders of which the same
// is to be said share a line.
func (m *mailboxCoverage) notes() []string {
	var (
		order []string
		all   = map[string]*note{}
	)
	say := func(text, folder string, n int) {
		if all[text] == nil {
			all[text] = &note{}
			order = append(order, text)
		}
		all[text].count += n
		all[text].folders = append(all[text].folders, folder)
	}
	for _, f := range m.Folders {
		where := f.Folder.Path
		if f.Why != "" && f.Counts.OutOfScope > 0 {
			say("messages not in scope: "+f.Why, where, f.Counts.OutOfScope)
		}
		for _, c := range f.Causes {
			say(strings.TrimSpace("messages set aside: "+c.Reason+" "+c.Code), where, c.Messages)
		}
		if f.Counts.Unexplained > 0 {
			say("messages unexplained", where, f.Counts.Unexplained)
		}
		if f.Error != "" {
			say("folders not compared: "+f.Error, where, 1)
		}
	}
	var notes []string
	if m.State != "active" {
		notes = append(notes, printable(m.Mailbox.String()+": "+m.State+": "+m.Why))
	}
	for _, text := range order {
		notes = append(notes, printable(fmt.Sprintf("%s: %s %s (%s)", m.Mailbox, thousands(all[text].count), text, all[text].where())))
	}
	return notes
}

// note is what is said of some folders.
type note struct {
	count   int
	folders []string
}

// where names the first of the folders.
func (n *note) where() string {
	const most = 3
	if len(n.folders) <= most {
		return strings.Join(n.folders, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(n.folders[:most], ", "), len(n.folders)-most)
}
