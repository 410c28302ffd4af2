package demo

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"mailquarry/internal/graphsim"
)

// years is how far back the mail goes; wanted is how many messages there are
// about, counting every copy.
const (
	years  = 3
	wanted = 2000
)

// world plans what happens in the company. It touches no tenant: its plan is a
// list of deliveries.
type world struct {
	d        dice
	langs    map[string]*language
	staff    []person
	contacts []contact
	letters  []contact
	now      time.Time
	logo     []byte
	plan     []delivery
	threads  int
	recent   []*thread // that may still be answered
}

// delivery is one copy of a message for one folder of one mailbox.
type delivery struct {
	box    int
	folder folderPath
	msg    graphsim.Message
}

// folderPath is a well-known name ("inbox") or, with slash, the names of
// folders below the root.
type folderPath struct {
	known string
	path  string // names separated by pathSep
}

const pathSep = "\x00"

func under(names ...string) folderPath { return folderPath{path: strings.Join(names, pathSep)} }

func known(name string) folderPath { return folderPath{known: name} }

func newWorld(seed int64, now time.Time) (*world, error) {
	langs, err := languages()
	if err != nil {
		return nil, err
	}
	mark, err := logo()
	if err != nil {
		return nil, err
	}
	return &world{d: newDice(seed), langs: langs, staff: staff(), contacts: contacts(), letters: letters(), now: now.UTC().Truncate(time.Second), logo: mark}, nil
}

// history plans three years of mail, oldest first.
func (w *world) history() error {
	if err := w.oddities(); err != nil {
		return err
	}
	w.newsletters(90)
	// Each language speaks of each topic at least twice.
	for _, share := range append(languageShares(), languageShares()...) {
		for _, topic := range topicShares() {
			if l := w.langs[share.name]; l.topics[topic.name] != nil {
				if err := w.converse(w.beginOn(l, topic.name, w.moment())); err != nil {
					return err
				}
			}
		}
	}
	for len(w.plan) < wanted {
		if err := w.converse(w.begin(w.moment())); err != nil {
			return err
		}
	}
	slices.SortStableFunc(w.plan, func(a, b delivery) int { return cmp.Compare(a.msg.Received.UnixNano(), b.msg.Received.UnixNano()) })
	return nil
}

// converse lets a thread run for some messages.
func (w *world) converse(t *thread) error {
	if err := t.run(pick(w.d, []int{1, 1, 1, 2, 2, 3, 3, 4, 5, 6})); err != nil {
		return fmt.Errorf("thread %d: %w", w.threads, err)
	}
	return nil
}

// moment gives a time in the past, on a working day and more often a recent
// one.
func (w *world) moment() time.Time {
	x := w.d.Float64()
	at := w.now.Add(-time.Duration(x*x*float64(years*365*24)) * time.Hour)
	at = time.Date(at.Year(), at.Month(), at.Day(), w.d.between(7, 18), w.d.IntN(60), w.d.IntN(60), 0, time.UTC)
	for at.Weekday() == time.Saturday || at.Weekday() == time.Sunday || at.After(w.now) {
		at = at.AddDate(0, 0, -1)
	}
	return at
}

// native gives a person's first language.
func (w *world) native(box int) *language { return w.langs[w.staff[box].langs[0]] }

// folders lists the folders that a mailbox has besides the well-known ones,
// parents first.
func (w *world) folders(box int) []folderPath {
	l := w.native(box)
	clients := l.one("folder.clients")
	list := []folderPath{under(clients)}
	for _, c := range w.contacts {
		if !c.customer && slices.Contains(w.staff[box].langs, c.lang) {
			list = append(list, under(clients, c.org))
		}
	}
	list = append(list, under(l.one("folder.special")))
	if w.staff[box].shared {
		return list
	}
	top := l.one("folder.projects")
	list = append(list, under(top))
	for i, p := range l.values["project"] {
		list = append(list, under(top, p))
		if i < 2 {
			list = append(list, under(top, p, fmt.Sprint(w.now.Year()-1)), under(top, p, fmt.Sprint(w.now.Year()-1), l.one("folder.emoji")))
		}
	}
	for _, f := range []string{"newsletters", "travel", "finance"} {
		list = append(list, under(l.one("folder."+f)))
	}
	return list
}

// deliver plans the copies of a message: the sender's sent item and one for
// each mailbox it went to.
func (w *world) deliver(t *scene, m graphsim.Message, from party, to ...party) {
	if from.box >= 0 {
		sent := m
		sent.IsRead = true
		w.plan = append(w.plan, delivery{from.box, w.fileSent(from.box, t, m.Received), sent})
	}
	seen := map[int]bool{from.box: true}
	for _, p := range to {
		if p.box < 0 || seen[p.box] {
			continue
		}
		seen[p.box] = true
		c := m
		c.IsRead = w.d.chance(97)
		if w.now.Sub(m.Received) < 9*24*time.Hour {
			c.IsRead = w.d.chance(45)
		}
		c.Flagged = w.d.chance(4)
		if w.d.chance(5) {
			c.Categories = []string{pick(w.d, []string{"Blue category", "Follow up", "Site", "Board"})}
		}
		w.plan = append(w.plan, delivery{p.box, w.file(p.box, t, m.Received), c})
	}
}

// fileSent gives the folder of a sender's own copy.
func (w *world) fileSent(box int, t *scene, at time.Time) folderPath {
	if w.d.chance(8) {
		return w.file(box, t, at)
	}
	return known("sentitems")
}

// file decides where a recipient keeps a message: what is new is in the inbox,
// older mail has mostly been filed.
func (w *world) file(box int, t *scene, at time.Time) folderPath {
	age := w.now.Sub(at)
	if age < 14*24*time.Hour && w.d.chance(92) || w.d.chance(30) {
		return known("inbox")
	}
	l := w.native(box)
	shared := w.staff[box].shared
	switch topic := t.topic.name; {
	case topic == "talk" && w.d.chance(40):
		return known("deleteditems")
	case shared:
		return under(l.one("folder.clients"))
	case topic == "project" || topic == "meeting" || topic == "incident":
		return w.projectFolder(l, t.project, at)
	case topic == "travel":
		return under(l.one("folder.travel"))
	case topic == "invoice" || topic == "budget":
		return under(l.one("folder.finance"))
	case topic == "contract" && w.d.chance(60):
		return under(l.one("folder.special"))
	case t.filed && slices.Contains(w.staff[box].langs, t.l.code):
		return under(l.one("folder.clients"), t.client)
	}
	return known("archive")
}

func (w *world) projectFolder(l *language, project int, at time.Time) folderPath {
	names := []string{l.one("folder.projects"), l.values["project"][project]}
	if last := w.now.Year() - 1; project < 2 && at.Year() == last {
		names = append(names, fmt.Sprint(last))
		if w.d.chance(30) {
			names = append(names, l.one("folder.emoji"))
		}
	}
	return under(names...)
}
