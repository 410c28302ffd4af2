package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	growthQuestions = 20           // of each class
	growthRounds    = 3            // of each question the middle time counts
	growthMailbox   = "hayslett-r" // 2,554 messages, whole at every size
	growthPatience  = 10 * time.Minute
)

// growth measures what ten times the mail costs.
func (b *bench) growth() error { return b.grow(10_000, 100_000) }

// growthLarge does so with a million messages, for which it needs 8 GB of disk.
func (b *bench) growthLarge() error { return b.grow(10_000, 100_000, 1_000_000) }

// grown is what is measured at one size.
type grown struct {
	messages, mailboxes int
	text                int64
	build               usage
	merging             time.Duration // after the start of the service
	store, index        int64
	all, one            []spread // by class
	memory              resident
}

func (g *grown) sum(of []spread) (all spread) {
	for _, s := range of {
		all = append(all, s...)
	}
	return all
}

func (b *bench) grow(sizes ...int) error {
	dir, err := b.folder("growth")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	g, err := newGrower(b, dir, sizes[0])
	if err != nil {
		return err
	}
	var curve []*grown
	for _, size := range sizes {
		one, err := g.measure(size)
		if err != nil {
			return fmt.Errorf("%d messages: %w", size, err)
		}
		curve = append(curve, one)
	}
	g.tell(curve)
	return nil
}

// grower makes the mail of each size and measures it.
type grower struct {
	binary, dir string
	paths       []string // of the corpus: the watched mailbox, then the others mixed
	tree        string
	usual       map[string]bool
	questions   []question
}

func newGrower(b *bench, dir string, smallest int) (*grower, error) {
	g := &grower{binary: b.binary, dir: dir, tree: filepath.Join(b.corpus, "enron")}
	var err error
	if g.paths, err = mailFiles(g.tree); err != nil {
		return nil, err
	}
	g.mix()
	all, err := newDrawer(g.tree, 23)
	if err != nil {
		return nil, err
	}
	g.usual = usualWords(all)
	// Questions are drawn from the mail of the smallest size, which all have.
	sample := filepath.Join(dir, "sample")
	for _, p := range g.paths[:min(smallest, len(g.paths))] {
		rel, err := filepath.Rel(g.tree, p)
		if err != nil {
			return nil, err
		}
		to := filepath.Join(sample, rel)
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return nil, err
		}
		if err := os.Link(p, to); err != nil {
			return nil, err
		}
	}
	d, err := newDrawer(sample, 24)
	if err != nil {
		return nil, err
	}
	for _, q := range d.draw(growthQuestions) {
		if q.class != inMailbox { // the mailbox is given apart from the question
			g.questions = append(g.questions, q)
		}
	}
	return g, os.RemoveAll(sample)
}

// mix puts the watched mailbox first and the others in an order that hangs on their
// names alone, so that a part of them is a bit of everything.
func (g *grower) mix() {
	first := func(p string) bool { return strings.Contains(filepath.ToSlash(p), "/"+growthMailbox+"/") }
	slices.SortFunc(g.paths, func(a, b string) int {
		switch {
		case first(a) != first(b) && first(a):
			return -1
		case first(a) != first(b):
			return 1
		}
		return bytes.Compare(scatter(a), scatter(b))
	})
}

// measure makes one size, asks it and removes it.
func (g *grower) measure(size int) (m *grown, err error) {
	m = &grown{messages: size}
	mail, data := filepath.Join(g.dir, "mail"), filepath.Join(g.dir, "data")
	defer func() { err = errors.Join(err, os.RemoveAll(mail), os.RemoveAll(data)) }()
	if err := g.write(mail, size, m); err != nil {
		return m, err
	}
	if m.build, err = measure(exec.Command(g.binary, "import", "--data", data, "--tree", mail)); err != nil {
		return m, err
	}
	if err := os.RemoveAll(mail); err != nil {
		return m, err
	}
	if m.store, err = diskUsage(filepath.Join(data, "archive")); err != nil {
		return m, err
	}
	s, err := serve(g.binary, data)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	if err := m.rest(filepath.Join(data, "index")); err != nil {
		return m, err
	}
	if m.all, err = g.ask(s, ""); err != nil {
		return m, err
	}
	if m.one, err = g.ask(s, growthMailbox); err != nil {
		return m, err
	}
	m.memory, err = s.resident()
	return m, err
}

// rest waits until the service has merged what an import leaves in many segments,
// which would slow every search, and those being merged more so.
func (m *grown) rest(index string) error {
	start := time.Now()
	f, err := watchFiles(index)
	if err != nil {
		return err
	}
	if _, err := f.settle(growthPatience); err != nil {
		return err
	}
	m.merging = time.Since(start) - filesRest
	m.index, err = diskUsage(index)
	return err
}

// write makes an mbox file for each mailbox.
func (g *grower) write(dir string, size int, m *grown) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for copy, left := 0, size; left > 0; copy++ {
		n := min(left, len(g.paths))
		left -= n
		v := newVarier(copy, g.usual)
		boxes := map[string][]string{}
		for _, p := range g.paths[:n] {
			rel, err := filepath.Rel(g.tree, p)
			if err != nil {
				return err
			}
			owner, _, _ := strings.Cut(filepath.ToSlash(rel), "/")
			boxes[owner] = append(boxes[owner], p)
		}
		for owner, paths := range boxes {
			size, err := v.mbox(filepath.Join(dir, v.mailbox(owner)), paths)
			if err != nil {
				return err
			}
			m.text += size
			m.mailboxes++
		}
	}
	return nil
}

// mbox writes the messages to the file of one folder.
func (v *varier) mbox(dir string, paths []string) (size int64, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return 0, err
	}
	f, err := os.Create(filepath.Join(dir, "Inbox.mbox"))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriterSize(f, 1<<20)
	for _, p := range paths {
		raw, err := os.ReadFile(p)
		if err != nil {
			return 0, err
		}
		msg := v.message(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")))
		fmt.Fprint(w, "From bench@example.org Thu Jan  1 00:00:00 2004\n")
		for line := range bytes.Lines(msg) {
			if bytes.HasPrefix(bytes.TrimLeft(line, ">"), []byte("From ")) {
				_ = w.WriteByte('>')
			}
			_, _ = w.Write(line)
		}
		fmt.Fprint(w, "\n\n")
		size += int64(len(msg))
	}
	return size, w.Flush()
}

// ask asks all questions, once to warm the caches and then some rounds.
func (g *grower) ask(s *serving, mailbox string) (byClass []spread, err error) {
	times := make([]spread, len(g.questions))
	for round := range growthRounds + 1 {
		for i, q := range g.questions {
			v := url.Values{"q": {q.mailquarry(false)}, "limit": {"20"}}
			if mailbox != "" {
				v.Set("mailbox", mailbox)
			}
			a, err := s.found(v)
			if err != nil {
				return nil, err
			}
			if round > 0 {
				times[i] = append(times[i], a.took)
			}
		}
	}
	middle := map[string]spread{}
	for i, q := range g.questions {
		middle[q.class] = append(middle[q.class], times[i].at(50))
	}
	for _, c := range classes() {
		byClass = append(byClass, middle[c])
	}
	return byClass, nil
}

// tell prints the curve.
func (g *grower) tell(curve []*grown) {
	fmt.Printf("\nGrowth: the Enron mail in copies with other words, ids and addresses, in mailboxes of their own; %d questions of %d classes through the API of the real\n"+
		"program, one after the other, 20 hits with snippets by relevance, the middle of %d times. Asked once the service has\n"+
		"merged what the import has left. The one mailbox is %s, unchanged at every size. Goals: ten times the mail\n"+
		"less than 3 times the latency, none more within the mailbox. Milliseconds.\n\n", len(g.questions), len(classes())-1, growthRounds, growthMailbox)
	fmt.Println("| messages | mailboxes | mail MB | import s | messages/s | peak MB | merging after it s | store MB | index MB | index bytes a message | all: p50 | p95 | p50, a tenth = 1 | p95, a tenth = 1 | one mailbox: p50 | p95 | p50, smallest = 1 | p95, smallest = 1 | service MB | own |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|")
	times := func(now, then time.Duration, first bool) string {
		if first {
			return ""
		}
		return fmt.Sprintf("%.2f", float64(now)/float64(then))
	}
	for i, m := range curve {
		before := curve[max(0, i-1)]
		all, one, was, began := m.sum(m.all), m.sum(m.one), before.sum(before.all), curve[0].sum(curve[0].one)
		fmt.Printf("| %d | %d | %.0f | %.1f | %.0f | %.0f | %.0f | %.1f | %.1f | %.0f | %s | %s | %s | %s | %s | %s | %s | %s | %.0f | %.0f |\n",
			m.messages, m.mailboxes, mb(m.text), m.build.wall.Seconds(), float64(m.messages)/m.build.wall.Seconds(), mb(m.build.rss), max(0, m.merging).Seconds(), mb(m.store), mb(m.index),
			float64(m.index)/float64(m.messages), brief(all.at(50)), brief(all.at(95)), times(all.at(50), was.at(50), i == 0), times(all.at(95), was.at(95), i == 0),
			brief(one.at(50)), brief(one.at(95)), times(one.at(50), began.at(50), i == 0), times(one.at(95), began.at(95), i == 0), mb(m.memory.all), mb(m.memory.own))
	}
	fmt.Print("\nBy class, p50 and p95 in all mailboxes, then in the one:\n\n| class |")
	for _, m := range curve {
		fmt.Printf(" %d | the one of %d |", m.messages, m.messages)
	}
	fmt.Printf("\n|---|%s\n", strings.Repeat("---|---|", len(curve)))
	for c, class := range classes() {
		if class == inMailbox {
			continue
		}
		fmt.Printf("| %s |", class)
		for _, m := range curve {
			fmt.Printf(" %s / %s | %s / %s |", brief(m.all[c].at(50)), brief(m.all[c].at(95)), brief(m.one[c].at(50)), brief(m.one[c].at(95)))
		}
		fmt.Println()
	}
}
