package main

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The part random asks this many searches, or fewer in the time that it has, and tells
// the slowest of them.
const (
	randomSearches = 1000
	randomTold     = 25
	queryTold      = 160 // letters of a query
	randomPatience = time.Minute
	// suspect is how long a search takes that is asked again: what the machine did
	// beside the first time is no property of the search.
	suspect = 40 * time.Millisecond
)

// random looks for searches that take long and that nobody thought of: it crosses the
// query language's operators by chance, asks the API, and tells the slowest.
func (b *bench) random() (err error) {
	d, err := newDrawer(b.mail.tree, 8)
	if err != nil {
		return fmt.Errorf("draw words: %w", err)
	}
	s, err := serve(b.binary, b.data())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	g := newGrammar(d, 1)
	var slowest []drawn
	over, refused, said := 0, 0, 0
	start := time.Now()
	for range randomSearches {
		if time.Since(start) > randomPatience {
			break
		}
		t, err := s.leastOf(g.search())
		if err != nil {
			return err
		}
		if t.took > goalExtreme {
			over++
		}
		if t.answer.status != http.StatusOK {
			refused++
		}
		if len(t.answer.Query.Warnings) > 0 {
			said++
		}
		slowest = append(slowest, t)
	}
	slices.SortFunc(slowest, func(a, b drawn) int { return cmp.Compare(b.took, a.took) })
	fmt.Printf("\n%d searches drawn from the query language's grammar, through the API of the real program: %d take over %.0f ms, %d answers say something of the query, %d are refusals. p50 %s, p99 %s ms. The slowest, the least of three times:\n",
		len(slowest), over, ms(goalExtreme), said, refused, brief(slowest[len(slowest)/2].took), brief(slowest[len(slowest)/100].took))
	fmt.Println("\n| ms | total | search | what the answer says of its limits |\n|---|---|---|---|")
	for _, t := range slowest[:min(randomTold, len(slowest))] {
		fmt.Printf("| %s | %d | `%s` | %s |\n", brief(t.took), t.answer.Total, strings.ReplaceAll(t.told(), "|", "\\|"), strings.ReplaceAll(limits(t.answer), "|", "\\|"))
	}
	return nil
}

// drawn is a search and the least time that it took.
type drawn struct {
	values url.Values
	answer answer
	took   time.Duration
}

// told is the query and the parameters beside it.
func (t drawn) told() string {
	beside := url.Values{}
	for name, v := range t.values {
		if name != "q" {
			beside[name] = v
		}
	}
	q := t.values.Get("q")
	if len(q) > queryTold {
		q = fmt.Sprintf("%s… (%d letters)", q[:queryTold], len(q)) // the grammar draws ASCII
	}
	return strings.TrimSpace(q + "  " + beside.Encode())
}

// leastOf asks once, and twice more what seems to be slow.
func (s *serving) leastOf(values url.Values) (drawn, error) {
	t := drawn{values: values}
	for i := range 3 {
		a, err := s.search(values)
		if err != nil {
			return t, fmt.Errorf("%s: %w", t.told(), err)
		}
		if i == 0 || a.took < t.took {
			t.took, t.answer = a.took, a
		}
		if t.took < suspect {
			break
		}
	}
	return t, nil
}

// grammar draws searches.
type grammar struct {
	d   *drawer
	rnd *rand.Rand
}

func newGrammar(d *drawer, seed uint64) *grammar {
	return &grammar{d: d, rnd: rand.New(rand.NewPCG(seed, 12))}
}

func (g *grammar) one(of ...string) string { return of[g.rnd.IntN(len(of))] }

// chance is true once in n times.
func (g *grammar) chance(n int) bool { return g.rnd.IntN(n) == 0 }

// search is a query and what is asked beside it.
func (g *grammar) search() url.Values {
	v := url.Values{"q": {g.query(3)}, "limit": {"20"}}
	maybe := func(n int, name string, of ...string) {
		if g.chance(n) {
			v.Set(name, g.one(of...))
		}
	}
	maybe(2, "sort", "newest", "oldest", "size", "sender")
	maybe(3, "copies", "one", "each")
	maybe(6, "group", "conversation")
	maybe(3, "facets", "mailbox,folder", "mailbox,folder,sender,domain,recipient,year,month,type,category,size,language")
	maybe(10, "explain", "1")
	maybe(8, "limit", "100")
	maybe(12, "match", "any", "auto", "all")
	if g.chance(4) && len(g.d.letters) > 0 {
		v.Set("mailbox", g.d.letters[g.rnd.IntN(len(g.d.letters))].mailbox)
	}
	return v
}

// query is a term, or several that stand in one another, at most depth deep.
func (g *grammar) query(depth int) string {
	if depth == 0 || g.chance(4) {
		return g.term()
	}
	n := 2 + g.rnd.IntN(3)
	if g.chance(25) {
		n = 30 + g.rnd.IntN(160)
		depth = 1
	}
	parts := make([]string, n)
	for i := range parts {
		parts[i] = g.query(depth - 1)
		if strings.Contains(parts[i], " ") {
			parts[i] = "(" + parts[i] + ")"
		}
		if g.chance(6) {
			parts[i] = "-" + parts[i]
		}
	}
	return strings.Join(parts, g.one(" ", " OR ", " AND "))
}

// term is a query without AND and OR outside of a field's brackets.
func (g *grammar) term() string {
	switch g.rnd.IntN(8) {
	case 0, 1:
		return g.expansion()
	case 2:
		return g.near()
	case 3:
		return g.phrase()
	case 4:
		return g.field() + g.one(g.word(), g.expansion(), g.phrase(), "("+g.expansion()+" "+g.word()+")", "{"+g.expansion()+" "+g.expansion()+"}")
	case 5:
		return g.one("from:", "to:", "recipients:", "participants:") + g.one(g.expansion(), "enron", "enron.com", "/.*"+g.letters(1)+".*@.*/", "*@"+g.letters(1)+"*")
	case 6:
		return g.one("date:1999..2002", "size:0..10M", "in:inbox", "has:attachment", "before:2001-06-01", "-in:sent", "filename:*", "thread:{"+g.word()+"}", "thread:{"+g.expansion()+"}")
	}
	return g.word()
}

func (g *grammar) field() string {
	return g.one("body:", "subject:", "quoted:", "attachment:")
}

func (g *grammar) near() string {
	parts := make([]string, 2+g.rnd.IntN(3))
	for i := range parts {
		parts[i] = g.one(g.word(), g.expansion(), g.expansion(), g.phrase(), "("+g.expansion()+" OR "+g.expansion()+")")
	}
	return g.one("", "", g.field()) + "(" + strings.Join(parts, fmt.Sprintf(" %s/%d ", g.one("NEAR", "ADJ"), 1+g.rnd.IntN(g.reach()))) + ")"
}

// reach is how far apart things near each other may be.
func (g *grammar) reach() int {
	if g.chance(3) {
		return 1000
	}
	return 10
}

func (g *grammar) phrase() string {
	parts := make([]string, 2+g.rnd.IntN(4))
	for i := range parts {
		parts[i] = g.word()
		if g.chance(5) {
			parts[i] = g.letters(1+g.rnd.IntN(3)) + "*"
		}
	}
	return `"` + strings.Join(parts, " ") + `"`
}

// expansion stands for many words.
func (g *grammar) expansion() string {
	switch g.rnd.IntN(5) {
	case 0:
		return g.letters(1+g.rnd.IntN(3)) + "*"
	case 1:
		return "*" + g.letters(1+g.rnd.IntN(2)) + "*"
	case 2:
		return "*" + g.letters(1+g.rnd.IntN(3))
	case 3:
		return g.letters(1) + "*" + g.letters(1) + "?" + g.one("", "*")
	}
	return g.word() + g.one("~1", "~2")
}

func (g *grammar) letters(n int) string {
	const frequent = "etaoinsrhldcumfpgwybv"
	s := make([]byte, n)
	for i := range s {
		s[i] = frequent[min(g.rnd.IntN(len(frequent)), g.rnd.IntN(len(frequent)))]
	}
	return string(s)
}

// word is mostly one that many messages have.
func (g *grammar) word() string {
	if g.chance(2) {
		return g.one("", "", "+") + g.one("the", "of", "to", "and", "in", "for", "is", "on", "that", "this", "you", "be", "have", "with", "will", "are", "it", "as", "enron", "re", "com")
	}
	w, _ := g.d.pick(g.d.bands[g.one(rare, mid, common, common)], 1)
	return strings.Join(w, "")
}
