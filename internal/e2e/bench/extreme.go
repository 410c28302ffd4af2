package main

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// goalExtreme is what no search may take longer than.
const goalExtreme = 100 * time.Millisecond

// timesExtreme is how often an extreme search is asked after the first time.
const timesExtreme = 4

// hard is a search that costs much.
type hard struct {
	name   string
	values url.Values
}

// extreme asks the real program's API for what costs the most.
func (b *bench) extreme() (err error) {
	d, err := newDrawer(b.mail.tree, 7)
	if err != nil {
		return fmt.Errorf("draw words: %w", err)
	}
	s, err := serve(b.binary, b.data())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	fmt.Printf("\nExtreme searches through the API of the real program, each asked %d times, 20 hits with snippets unless it says otherwise. Milliseconds; the goal is that none takes over %.0f.\n",
		timesExtreme+1, ms(goalExtreme))
	fmt.Println("\n| search | total | first | median | most | over the goal | what the answer says of its limits |\n|---|---|---|---|---|---|---|")
	over, all := 0, 0
	for _, h := range hardest(d) {
		slow, err := s.hard(h)
		if err != nil {
			return fmt.Errorf("%s: %w", h.name, err)
		}
		all++
		if slow {
			over++
		}
	}
	for _, order := range []string{"newest", "relevance", "sender"} {
		slow, err := s.walk(order)
		if err != nil {
			return fmt.Errorf("walk through all by %s: %w", order, err)
		}
		all++
		if slow {
			over++
		}
	}
	fmt.Printf("\n%d of %d took longer than %.0f ms at least once.\n", over, all, ms(goalExtreme))
	return nil
}

// hard asks a search and prints its row; it tells whether one time was over the goal.
func (s *serving) hard(h hard) (bool, error) {
	if !h.values.Has("limit") {
		h.values.Set("limit", "20")
	}
	var took []time.Duration
	var last answer
	for range timesExtreme + 1 {
		a, err := s.search(h.values)
		if err != nil {
			return false, err
		}
		took, last = append(took, a.took), a
	}
	return tellHard(h.name, fmt.Sprint(last.Total), took, limits(last)), nil
}

// limits is what an answer says of what it left out.
func limits(a answer) string {
	if a.Detail != "" {
		return fmt.Sprintf("%d: %.70s", a.status, a.Detail)
	}
	if len(a.Query.Warnings) == 0 {
		return "nothing"
	}
	said := a.Query.Warnings[0].Message
	if len(said) > 70 {
		said = strings.ToValidUTF8(said[:70], "") + "…"
	}
	if n := len(a.Query.Warnings) - 1; n > 0 {
		said += fmt.Sprintf(" (and %d more)", n)
	}
	return said
}

func tellHard(name, total string, took []time.Duration, said string) bool {
	first, later := took[0], slices.Sorted(slices.Values(took[1:]))
	most := max(first, later[len(later)-1])
	mark := ""
	if most > goalExtreme {
		mark = "yes"
	}
	clean := strings.NewReplacer("|", "\\|", "\n", " ").Replace
	fmt.Printf("| %s | %s | %s | %s | %s | %s | %s |\n", clean(name), total, brief(first), brief(percentile(later, 50)), brief(most), mark, clean(said))
	return most > goalExtreme
}

// walk goes through all hits of a word that most messages have, page by page.
func (s *serving) walk(order string) (bool, error) {
	v := url.Values{"q": {"the"}, "sort": {order}, "limit": {"100"}, "copies": {"each"}}
	var took []time.Duration
	var total, seen int
	for {
		a, err := s.found(v)
		if err != nil {
			return false, err
		}
		took, total, seen = append(took, a.took), a.Total, seen+len(a.Hits)
		if a.Next == "" {
			break
		}
		v.Set("cursor", a.Next)
	}
	if seen != total {
		return false, fmt.Errorf("%d of %d hits were seen", seen, total)
	}
	return tellHard(fmt.Sprintf("all %d pages of 100 of `the` by %s, the slowest page", len(took), order), fmt.Sprint(total), took, "nothing"), nil
}
