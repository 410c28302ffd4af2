package indexer

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

var (
	errUnfinished = errors.New("its sync has not ended")
	errVanished   = errors.New("the folder is gone at the source")
)

// The bounds of comparing a folder.
const (
	// maxSuspects is how many differences are looked into before the folder is
	// compared again, and maxRepeats how often it is compared.
	maxSuspects = 5_000
	maxRepeats  = 20
	// settledAtOnce is how many are looked into while the mailbox is not pulled.
	settledAtOnce = 100
	// refreshSteps bounds how long a mailbox is brought up to date first.
	refreshSteps = 200
	maxWaits     = 3
	longestWait  = 2 * time.Minute
)

// comparison compares one folder at the source with the store.
type comparison struct {
	*pass
	box    archive.Mailbox
	folder archive.Folder
	aside  map[string]bool // messages on the list of problems, by key

	archive.Coverage
	seen     int // messages at the source that the store has too
	suspects map[string]suspect
	more     bool // there are more suspects than were kept
}

// suspect is a message that is not at the source as it is in the store, as far
// as the listing tells.
type suspect struct {
	listed *source.Listed // nil: it was not listed
	stored uint64         // the stamp's digest when the store was read
}

// run compares, mends and compares again where there is more to mend than is
// kept in memory.
func (c *comparison) run(ctx context.Context) error {
	for range maxRepeats {
		if err := c.compare(ctx); err != nil {
			return err
		}
		if len(c.suspects) == 0 {
			return nil
		}
		if err := c.settleAll(ctx); err != nil {
			return err
		}
		if !c.more {
			return nil
		}
	}
	c.Unexplained++
	c.Error = fmt.Sprintf("there are more differences than one pass looks into; the next one goes on (%d were mended)", c.Repaired)
	return nil
}

// compare lists the folder at the source against what the store holds, and
// keeps what differs.
func (c *comparison) compare(ctx context.Context) error {
	dropped, lost, err := c.archive.Hollow(ctx, c.folder.ID, true)
	if err != nil {
		return local(err)
	}
	if dropped+lost > 0 {
		c.opts.Logger.Error("the store has lost the content of messages", "folder", c.folder.ID.String(), "read_again", dropped, "lost", lost)
	}
	l, kept, err := c.read(ctx)
	if err != nil {
		return err
	}
	c.suspects, c.more, c.seen, c.SetAside, c.Kept, c.Unexplained = map[string]suspect{}, false, 0, 0, 0, 0
	if err := c.list(ctx, l); err != nil {
		return err
	}
	keys, err := c.archive.Keys(ctx, c.folder.ID)
	if err != nil {
		return local(err)
	}
	// What was stored since the ledger was made is none of its business.
	for k, err := range keys {
		if err != nil {
			return local(err)
		}
		i, known := l.find(k.Key)
		if known && !l.seen[i] && k.GoneAt.IsZero() && l.rows[i].stamp != stampGone {
			c.suspect(k.Key, suspect{stored: l.rows[i].stamp})
		}
	}
	addLost(&c.Coverage, lost)
	c.Kept = kept - c.Kept
	c.Source, c.Stored = c.seen+c.SetAside, c.seen
	return nil
}

// read makes the ledger of what the store holds.
func (c *comparison) read(ctx context.Context) (l *ledger, kept int, err error) {
	keys, err := c.archive.Keys(ctx, c.folder.ID)
	if err != nil {
		return nil, 0, local(err)
	}
	l = &ledger{}
	for k, err := range keys {
		if err != nil {
			return nil, 0, local(err)
		}
		l.add(k)
		if !k.GoneAt.IsZero() {
			kept++
		}
	}
	l.close()
	return l, kept, nil
}

func (c *comparison) suspect(key string, s suspect) {
	if len(c.suspects) >= c.maxSuspects {
		if _, known := c.suspects[key]; !known {
			c.more = true
			return
		}
	}
	c.suspects[key] = s
}

func (c *comparison) list(ctx context.Context, l *ledger) error {
	var cur source.Cursor
	listedAside := map[string]bool{}
	for first := true; first || !cur.Complete; first = false {
		page, err := patiently(ctx, func() (source.ListPage, error) {
			return c.puller.lister.List(ctx, c.box.Key, c.folder.Key, cur)
		})
		if source.ClassOf(err) == source.NotFound {
			return errVanished
		}
		if err != nil {
			return fmt.Errorf("list the folder at the source: %w", err)
		}
		for _, m := range page.Items {
			if m.Key == "" {
				continue
			}
			c.listed(l, m, listedAside)
		}
		cur = page.Next
	}
	c.SetAside = len(listedAside)
	return nil
}

// listed judges one message of the listing, which may come twice.
func (c *comparison) listed(l *ledger, m source.Listed, aside map[string]bool) {
	i, known := l.find(m.Key)
	switch {
	case !known && c.aside[m.Key]:
		aside[m.Key] = true
	case !known:
		c.suspect(m.Key, suspect{listed: &m})
	case l.seen[i]:
	case l.rows[i].stamp == stampGone: // it is back
		l.seen[i] = true
		c.Kept++ // these are taken off in the end
		c.suspect(m.Key, suspect{listed: &m, stored: stampGone})
	default:
		l.seen[i] = true
		c.seen++
		stamp := l.rows[i].stamp
		if s := stampSum(m.Stamp); s != stamp && s != stampUnknown && stamp != stampUnknown && !c.aside[m.Key] {
			c.suspect(m.Key, suspect{listed: &m, stored: stamp})
		}
	}
}

// settleAll looks into all suspects, some at a time, while nothing else changes
// the mailbox.
func (c *comparison) settleAll(ctx context.Context) error {
	keys := slices.Sorted(maps.Keys(c.suspects))
	first := true
	for keys := range slices.Chunk(keys, settledAtOnce) {
		err := c.puller.Exclusive(ctx, c.box.ID, func(ctx context.Context) error {
			r, err := c.round(ctx)
			if err != nil {
				return err
			}
			if first {
				if err := c.catchUp(ctx, r); err != nil {
					return err
				}
				first = false
			}
			return c.settle(ctx, r, keys)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// round is a round of the mailbox's pull in which single messages are taken.
func (c *comparison) round(ctx context.Context) (*boxRound, error) {
	r := c.puller.newRound(c.puller.line.box(c.box.ID), c.box)
	return r, r.loadFolders(ctx)
}

// catchUp reads the folder's stream to its end: what arrived or left since the
// last round is no difference.
func (c *comparison) catchUp(ctx context.Context, r *boxRound) error {
	fp := &folderPull{folder: c.folder}
	for range refreshSteps {
		_, done, err := r.pullFolder(ctx, fp, folderPages)
		switch {
		case done:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && (stopsMailbox(err) || fp.failures >= maxFolderTries):
			// A stream that cannot be read is no reason to leave undone what can
			// be mended message by message.
			var own *archiveError
			if errors.As(err, &own) {
				return err
			}
			return nil
		}
	}
	return nil
}

// settle finds out where each message really is, mends what differs, and counts.
func (c *comparison) settle(ctx context.Context, r *boxRound, keys []string) error {
	places, err := c.locate(ctx, r, keys)
	if err != nil {
		return err
	}
	stored, err := c.archive.Lookup(ctx, c.box.ID, keys)
	if err != nil {
		return local(err)
	}
	w := work{gone: map[mail.FolderID][]string{}, take: map[mail.FolderID][]source.Listed{}, differs: map[string]*int{}}
	for _, key := range keys {
		c.judge(&w, key, places[key], stored[key])
	}
	if err := c.mend(ctx, r, w); err != nil {
		c.Unexplained += len(w.differs)
		return err
	}
	after, err := c.archive.Lookup(ctx, c.box.ID, keys)
	if err != nil {
		return local(err)
	}
	aside, err := c.setAside(ctx, c.box.ID)
	if err != nil {
		return local(err)
	}
	for _, key := range keys {
		c.tally(key, places[key], w.differs[key], stored[key], after[key], aside[key])
	}
	return nil
}

// place is where a message is: a folder that is synced, or none. The source may
// be unable to tell of a single message.
type place struct {
	folder  mail.FolderID
	unknown bool
}

func (c *comparison) locate(ctx context.Context, r *boxRound, keys []string) (map[string]place, error) {
	places := make(map[string]place, len(keys))
	for keys := range slices.Chunk(keys, itemsAtOnce) {
		found, err := patiently(ctx, func() ([]source.Located, error) { return r.items.Locate(ctx, c.box.Key, keys) })
		if err == nil && len(found) != len(keys) {
			err = errShort
		}
		if err != nil {
			return nil, fmt.Errorf("look where messages are: %w", err)
		}
		for i, key := range keys {
			switch err := found[i].Err; {
			case source.ClassOf(err) == source.NotFound:
			case err != nil:
				if err := r.onlyThis(ctx, err); err != nil {
					return nil, fmt.Errorf("look where a message is: %w", err)
				}
				places[key] = place{unknown: true}
			default:
				to, _, err := r.whither(ctx, found[i].Folder)
				if errors.Is(err, errNoPlace) {
					places[key] = place{unknown: true}
					continue
				}
				if err != nil {
					return nil, err
				}
				places[key] = place{folder: to}
			}
		}
	}
	return places, nil
}

// work is what is to be mended.
type work struct {
	gone    map[mail.FolderID][]string        // by the folder in which the store has them: they are not there
	take    map[mail.FolderID][]source.Listed // by the folder in which they are: to be read
	differs map[string]*int                   // what each is counted as
}

func live(s archive.Stored) bool { return s.ID != 0 && !s.Deleted && s.GoneAt.IsZero() }

// judge compares where a message is with where the store has it.
func (c *comparison) judge(w *work, key string, at place, s archive.Stored) {
	sus := c.suspects[key]
	switch {
	case at.unknown:
	case at.folder == 0 && live(s):
		w.gone[s.Folder] = append(w.gone[s.Folder], key)
		w.differs[key] = &c.Surplus
	case at.folder == 0:
	case !live(s):
		w.take[at.folder] = append(w.take[at.folder], source.Listed{Key: key})
		w.differs[key] = &c.Missing
	case s.Folder != at.folder:
		// Read again rather than moved: a move gives it another version.
		w.take[at.folder] = append(w.take[at.folder], source.Listed{Key: key})
		w.differs[key] = &c.Missing
		if s.Folder == c.folder.ID {
			w.differs[key] = &c.Surplus
		}
	case sus.listed != nil && sus.stored == stampSum(s.Stamp) && sus.listed.Stamp != s.Stamp && s.Stamp != "":
		w.take[at.folder] = append(w.take[at.folder], *sus.listed)
		w.differs[key] = &c.Stale
	}
}

// mend puts the store right, in the way in which a round would.
func (c *comparison) mend(ctx context.Context, r *boxRound, w work) error {
	byID := map[mail.FolderID]archive.Folder{}
	for _, f := range r.folders {
		byID[f.ID] = f
	}
	for id, keys := range w.gone {
		f, ok := byID[id]
		if !ok {
			f = archive.Folder{ID: id, Mailbox: c.box.ID}
		}
		page := source.MessagePage{}
		for _, key := range keys {
			page.Changes = append(page.Changes, source.Change{Key: key, Gone: true})
		}
		if err := c.puller.mend(ctx, c.box, f, page); err != nil {
			return err
		}
	}
	for id, messages := range w.take {
		for some := range slices.Chunk(messages, listedAtOnce) {
			if err := r.readListed(ctx, byID[id], some); err != nil {
				return err
			}
		}
	}
	return nil
}

// tally counts one message that was looked into.
func (c *comparison) tally(key string, at place, differs *int, before, after archive.Stored, aside bool) {
	if at.unknown {
		if !aside {
			c.Unexplained++
		}
		return
	}
	right := at.folder == 0 && !live(after) || at.folder != 0 && live(after) && after.Folder == at.folder
	if differs == &c.Stale {
		// The source says that what is stored is the present version.
		if right && after.Stamp == before.Stamp && !aside {
			differs = nil
		}
		right = right && !aside
	}
	if differs != nil {
		*differs++
		switch {
		case right:
			c.Repaired++
		case !aside:
			c.Unexplained++
		}
	}
	c.place(key, at, after, aside)
}

// place corrects the counts, which are those of the listing so far.
func (c *comparison) place(key string, at place, after archive.Stored, aside bool) {
	s := c.suspects[key]
	counted := s.listed != nil && s.stored != stampUnknown && s.stored != stampGone // as seen
	here := at.folder == c.folder.ID
	held := live(after) && after.Folder == c.folder.ID
	if counted {
		c.Source--
		c.Stored--
	}
	if here {
		c.Source++
	}
	if held {
		c.Stored++
	}
	if here && !held && aside {
		c.SetAside++
	}
	if !here && after.ID != 0 && !after.Deleted && !after.GoneAt.IsZero() && after.Folder == c.folder.ID {
		c.Kept++
	}
}

// patiently asks again what the source is too busy to answer.
func patiently[T any](ctx context.Context, ask func() (T, error)) (T, error) {
	for n := 0; ; n++ {
		v, err := ask()
		var e *source.Error
		if err == nil || n >= maxWaits || !errors.As(err, &e) {
			return v, err
		}
		switch e.Class {
		case source.Throttled, source.Transient, source.Unknown:
		default:
			return v, err
		}
		wait := min(max(e.RetryAfter, time.Second<<n), longestWait)
		select {
		case <-ctx.Done():
			return v, ctx.Err()
		case <-time.After(wait):
		}
	}
}
