package main

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// perClassAPI is how many questions of each class are asked through the API.
const perClassAPI = 60

// The goals for the API, in milliseconds at p95.
const (
	goalAll = 15
	goalOne = 5
)

// api measures searches through the real program's API: 20 hits with snippets, the
// total and the facets mailbox and folder.
func (b *bench) api() (err error) {
	d, err := newDrawer(b.mail.tree, 6)
	if err != nil {
		return fmt.Errorf("draw questions: %w", err)
	}
	questions := d.draw(perClassAPI)
	mailboxes := make([]string, len(questions)) // as mail is spread over them
	for i := range mailboxes {
		mailboxes[i] = d.letters[d.rnd.IntN(len(d.letters))].mailbox
	}
	s, err := serve(b.binary, b.data())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	fmt.Printf("\nSearch through the API of the real program, %d questions of %d classes one after the other, 20 hits with snippets, the facets mailbox and folder; each asked once to warm, then once. Milliseconds; the goal of p95 is %d in all mailboxes, %d in one.\n",
		len(questions), len(classes()), goalAll, goalOne)
	fmt.Println("\n| mailboxes | order | copies | p50 | p95 | p99 | most | p95 / goal | the slowest |\n|---|---|---|---|---|---|---|---|---|")
	for _, within := range []bool{false, true} {
		for _, order := range []string{"relevance", "newest"} {
			for _, copies := range []string{"each", "one"} {
				row, err := s.questions(questions, func(i int) url.Values {
					v := url.Values{"sort": {order}, "copies": {copies}, "limit": {"20"}, "facets": {"mailbox,folder"}}
					if within && questions[i].class != inMailbox {
						v.Set("mailbox", mailboxes[i])
					}
					return v
				})
				if err != nil {
					return err
				}
				row.tell(within, order, copies)
			}
		}
	}
	return nil
}

// apiRow are the sorted times of all questions.
type apiRow struct {
	took    []time.Duration
	slowest string
}

// questions asks all twice; the second time counts.
func (s *serving) questions(questions []question, with func(i int) url.Values) (row apiRow, err error) {
	for range 2 {
		row = apiRow{}
		most := time.Duration(0)
		for i, q := range questions {
			v := with(i)
			v.Set("q", q.mailquarry(false))
			a, err := s.found(v)
			if err != nil {
				return row, err
			}
			row.took = append(row.took, a.took)
			if a.took > most {
				most, row.slowest = a.took, q.mailquarry(false)
			}
		}
	}
	slices.Sort(row.took)
	return row, nil
}

func (r apiRow) tell(within bool, order, copies string) {
	where, goal := "all", goalAll
	if within {
		where, goal = "one", goalOne
	}
	p95 := percentile(r.took, 95)
	fmt.Printf("| %s | %s | %s | %s | %s | %s | %s | %.2f | `%s` |\n", where, order, copies, brief(percentile(r.took, 50)), brief(p95),
		brief(percentile(r.took, 99)), brief(r.took[len(r.took)-1]), ms(p95)/float64(goal), strings.ReplaceAll(r.slowest, "|", "\\|"))
}
