package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// searchCmd finds mail, and tells how a query is understood.
type searchCmd struct {
	Query   string `arg:"" help:"The search, in quotes. One that begins with a minus comes after --."`
	Explain bool   `help:"Tell how the query is understood: with all brackets, its dates resolved, and what of it was not understood."`
	Scores  bool   `help:"Tell of each message what its score is made of, by relevance."`
	Sort    string `help:"The order: relevance, newest, oldest, size or sender; sort: in the query goes before it." enum:"relevance,newest,oldest,size,sender" default:"relevance"`
	Match   string `help:"Of the plain words have all be there, any, or all where some message has all (auto)." enum:"all,any,auto" default:"all"`
	Limit   int    `help:"How many messages are listed, 1 to 100." default:"20"`
	JSON    bool   `name:"json" help:"Print the API's answer."`
}

// searchAnswer is what is read of GET /search.
type searchAnswer struct {
	Query struct {
		Text     string `json:"text"`
		Parsed   string `json:"parsed"`
		Match    string `json:"match"`
		Warnings []struct {
			Message string `json:"message"`
			From    int    `json:"from"`
			To      int    `json:"to"`
		} `json:"warnings"`
	} `json:"query"`
	Total int `json:"total"`
	Hits  []struct {
		ID      string       `json:"id"`
		Mailbox namedMailbox `json:"mailbox"`
		Folder  struct {
			Path string `json:"path"`
		} `json:"folder"`
		Subject string `json:"subject"`
		From    struct {
			Name    string `json:"name"`
			Address string `json:"address"`
		} `json:"from"`
		Date  *time.Time `json:"date"`
		Score float64    `json:"score"`
		Why   *hitScore  `json:"why"`
	} `json:"hits"`
}

// Run searches once.
func (s *searchCmd) Run(ctx context.Context, con *console, c *cli) (err error) {
	if s.Limit < 1 || s.Limit > 100 {
		return usagef("--limit %d: from 1 to 100", s.Limit)
	}
	cl, err := s.dial(ctx, con, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cl.close()) }()
	q := url.Values{"q": {s.Query}, "sort": {s.Sort}, "match": {s.Match}, "limit": {strconv.Itoa(s.Limit)}}
	if s.Scores {
		q.Set("explain", "1")
	}
	var found searchAnswer
	raw, err := cl.do(ctx, "GET", "/search?"+q.Encode(), nil, &found)
	switch {
	case err != nil:
		return err
	case s.JSON:
		_, err := io.WriteString(con.out, strings.TrimSpace(string(raw))+"\n")
		return err
	case s.Explain:
		found.explain(con.out)
		fmt.Fprintln(con.out)
	default:
		for _, line := range found.warnings() {
			fmt.Fprintln(con.progress, line)
		}
	}
	if err := found.print(con.out); err != nil || !s.Scores {
		return err
	}
	return found.scores(con.out)
}

// dial opens a client that can search. A folder without an index is told from one
// in which nothing is found.
func (s *searchCmd) dial(ctx context.Context, con *console, c *cli) (*client, error) {
	log := logger(c, con)
	return dial(ctx, c.Data, func(ctx context.Context) (http.Handler, func() error, error) {
		if err := needStore(c.Data); err != nil {
			return nil, nil, err
		}
		a, err := openToLook(ctx, c.Data, log)
		if err != nil {
			return nil, nil, err
		}
		if a.index == nil {
			err := fmt.Errorf("the data folder %s has no index that can be searched; mailquarry --reindex builds it from the store", c.Data)
			return nil, nil, errors.Join(err, a.close())
		}
		return a.handler(), a.close, nil
	})
}

// explain tells how the query was understood.
func (a *searchAnswer) explain(w io.Writer) {
	parsed := a.Query.Parsed
	if parsed == "" {
		parsed = "everything"
	}
	fmt.Fprintln(w, "Query:         "+printable(a.Query.Text))
	fmt.Fprintln(w, "Understood as: "+printable(parsed))
	if a.Query.Match == "any" {
		fmt.Fprintln(w, "Any of the plain words will do.")
	}
	fmt.Fprintln(w, "Its days begin at midnight UTC.")
	for _, line := range a.warnings() {
		fmt.Fprintln(w, line)
	}
}

// warnings names what was not understood, each with the words that it is about.
func (a *searchAnswer) warnings() []string {
	lines := make([]string, 0, len(a.Query.Warnings))
	for _, m := range a.Query.Warnings {
		line := "Mind: " + printable(m.Message)
		if text := a.Query.Text; m.From >= 0 && m.From < m.To && m.To <= len(text) {
			line += fmt.Sprintf(" (at %d: %s)", m.From+1, printable(strings.ToValidUTF8(text[m.From:m.To], "")))
		}
		lines = append(lines, line)
	}
	return lines
}

// print lists the messages, a line each. Dates are in UTC, as those of the query are.
func (a *searchAnswer) print(w io.Writer) error {
	if len(a.Hits) == 0 {
		fmt.Fprintln(w, "Nothing is found.")
		return nil
	}
	lines := make([][]string, 0, len(a.Hits))
	for _, h := range a.Hits {
		date, from := "", h.From.Address
		if h.Date != nil {
			date = h.Date.UTC().Format("2006-01-02 15:04")
		}
		if from == "" {
			from = h.From.Name
		}
		lines = append(lines, []string{h.ID, date, from, h.Subject, h.Mailbox.String(), h.Folder.Path})
	}
	if err := table(w, []string{"ID", "DATE (UTC)", "FROM", "SUBJECT", "MAILBOX", "FOLDER"}, lines); err != nil {
		return err
	}
	fmt.Fprintf(w, "\n%s of %s.\n", thousands(len(a.Hits)), many(a.Total, "message", "messages"))
	return nil
}
