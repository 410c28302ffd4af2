package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// problemsCmd lists what was set aside, and has it tried again.
type problemsCmd struct {
	List  listProblemsCmd  `cmd:"" default:"withargs" help:"List what could not be taken (the default)."`
	Retry retryProblemsCmd `cmd:"" help:"Have problems tried again now."`
}

type listProblemsCmd struct {
	Mailbox string `help:"Only those of this mailbox: its address or id." placeholder:"ADDR"`
	JSON    bool   `name:"json" help:"Print the API's answers, one page on a line."`
}

type retryProblemsCmd struct {
	IDs     []int64 `arg:"" optional:"" name:"id" help:"Numbers of problems, as the list gives them."`
	Mailbox string  `help:"All of this mailbox: its address or id." placeholder:"ADDR"`
	All     bool    `help:"All of all mailboxes."`
}

type problemsAnswer struct {
	Total    int `json:"total"`
	Problems []struct {
		ID      int64        `json:"id"`
		Mailbox namedMailbox `json:"mailbox"`
		Folder  struct {
			Path string `json:"path"`
		} `json:"folder"`
		Kind      string     `json:"kind"`
		Reason    string     `json:"reason"`
		Code      string     `json:"code"`
		Permanent bool       `json:"permanent"`
		Attempts  int        `json:"attempts"`
		Last      *time.Time `json:"last"`
		Next      *time.Time `json:"next"`
	} `json:"problems"`
	NextCursor string `json:"next_cursor"`
}

// Run lists the problems, all pages of them.
func (p *listProblemsCmd) Run(ctx context.Context, con *console, c *cli) (err error) {
	cl, err := dialFolder(ctx, c, logger(c, con))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cl.close()) }()
	var lines [][]string
	for cursor := ""; ; {
		q := url.Values{"limit": {"1000"}, "cursor": {cursor}, "mailbox": {p.Mailbox}}
		var page problemsAnswer
		raw, err := cl.do(ctx, "GET", "/problems?"+q.Encode(), nil, &page)
		if err != nil {
			return err
		}
		if p.JSON {
			fmt.Fprintln(con.out, strings.TrimSpace(string(raw)))
		}
		for _, f := range page.Problems {
			next := moment(f.Next)
			if f.Next == nil {
				next = "when asked"
			}
			lines = append(lines, []string{
				strconv.FormatInt(f.ID, 10), f.Mailbox.String(), f.Folder.Path, f.Kind, strconv.Itoa(f.Attempts), next, strings.TrimSpace(f.Reason + " " + f.Code),
			})
		}
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	switch {
	case p.JSON:
		return nil
	case len(lines) == 0:
		fmt.Fprintln(con.out, "There are no problems.")
		return nil
	}
	return table(con.out, []string{"ID", "MAILBOX", "FOLDER", "WHAT", "TRIED", "NEXT TRY", "WHY"}, lines)
}

// Run has problems tried again.
func (p *retryProblemsCmd) Run(ctx context.Context, con *console, c *cli) (err error) {
	if len(p.IDs) == 0 && p.Mailbox == "" && !p.All {
		return usagef("say which problems: their numbers, --mailbox or --all")
	}
	cl, err := dialFolder(ctx, c, logger(c, con))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cl.close()) }()
	body := map[string]any{}
	if len(p.IDs) > 0 {
		body["ids"] = p.IDs
	}
	if p.Mailbox != "" {
		body["mailbox"] = p.Mailbox
	}
	if p.All {
		body["all"] = true
	}
	var done struct {
		Problems int  `json:"problems"`
		Now      bool `json:"now"`
	}
	if _, err := cl.do(ctx, "POST", "/problems/retry", body, &done); err != nil {
		return err
	}
	when := "at the next sync"
	if done.Now {
		when = "now"
	}
	fmt.Fprintf(con.out, "%s tried again %s.\n", many(done.Problems, "problem is", "problems are"), when)
	return nil
}
