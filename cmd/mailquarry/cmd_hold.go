package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// holdCmd holds mail back from removal.
type holdCmd struct {
	Add  addHoldCmd  `cmd:"" help:"Begin a hold on a mailbox, or on what a search finds."`
	List listHoldCmd `cmd:"" help:"List the holds."`
	End  endHoldCmd  `cmd:"" help:"End a hold."`
}

type addHoldCmd struct {
	Mailbox string `help:"Hold this mailbox: its address or id." placeholder:"ADDR" xor:"what" required:""`
	Query   string `help:"Hold what this search finds, in all mailboxes and at any time." placeholder:"QUERY" xor:"what" required:""`
	Reason  string `help:"Why; whoever ends the hold reads it." required:"" placeholder:"TEXT"`
}

type listHoldCmd struct {
	JSON bool `name:"json" help:"Print the API's answer."`
}

type endHoldCmd struct {
	ID int64 `arg:"" name:"id" help:"Number of the hold, as the list gives it."`
}

type holdAnswer struct {
	ID      int64         `json:"id"`
	Mailbox *namedMailbox `json:"mailbox"`
	Query   string        `json:"query"`
	Reason  string        `json:"reason"`
	By      string        `json:"by"`
	Since   *time.Time    `json:"since"`
}

// Run begins a hold.
func (h *addHoldCmd) Run(ctx context.Context, con *console, c *cli) (err error) {
	cl, err := dialFolder(ctx, c, logger(c, con))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cl.close()) }()
	var got holdAnswer
	if _, err := cl.do(ctx, "POST", "/holds", map[string]string{"mailbox": h.Mailbox, "query": h.Query, "reason": h.Reason}, &got); err != nil {
		return err
	}
	fmt.Fprintf(con.out, "Hold %d has begun.\n", got.ID)
	return nil
}

// Run lists the holds.
func (h *listHoldCmd) Run(ctx context.Context, con *console, c *cli) (err error) {
	cl, err := dialFolder(ctx, c, logger(c, con))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cl.close()) }()
	var got struct {
		Holds []holdAnswer `json:"holds"`
	}
	raw, err := cl.do(ctx, "GET", "/holds", nil, &got)
	switch {
	case err != nil:
		return err
	case h.JSON:
		_, err := con.out.Write(raw)
		return err
	case len(got.Holds) == 0:
		fmt.Fprintln(con.out, "Nothing is held.")
		return nil
	}
	lines := make([][]string, 0, len(got.Holds))
	for _, g := range got.Holds {
		kind, what := "search", g.Query
		if g.Mailbox != nil {
			kind, what = "mailbox", g.Mailbox.String()
		}
		lines = append(lines, []string{strconv.FormatInt(g.ID, 10), kind, what, moment(g.Since), g.By, g.Reason})
	}
	return table(con.out, []string{"ID", "KIND", "HELD", "SINCE", "BY", "REASON"}, lines)
}

// Run ends a hold.
func (h *endHoldCmd) Run(ctx context.Context, con *console, c *cli) (err error) {
	cl, err := dialFolder(ctx, c, logger(c, con))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cl.close()) }()
	if _, err := cl.do(ctx, "DELETE", "/holds/"+strconv.FormatInt(h.ID, 10), nil, nil); err != nil {
		if refused(err, "not-found") {
			return fmt.Errorf("there is no hold %d; mailquarry hold list shows those there are", h.ID)
		}
		return err
	}
	fmt.Fprintf(con.out, "Hold %d has ended.\n", h.ID)
	return nil
}
