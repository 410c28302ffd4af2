package indexer

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"time"

	"mailquarry/internal/archive"
	"mailquarry/internal/decode"
	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// The parts of a folder that a problem of kind page is about.
const (
	streamPage    = "stream" // its delta stream
	namelessItems = "items"  // items without an id
)

// retriesPerStep bounds the problems that are tried again in one step, so that
// they do not hold up what is new.
const retriesPerStep = 20

// codeOf gives the source's code of an error, or its status.
func codeOf(err error) string {
	var e *source.Error
	switch {
	case !errors.As(err, &e):
		return ""
	case e.Code == "" && e.Status != 0:
		return strconv.Itoa(e.Status)
	default:
		return e.Code
	}
}

// nextTry is when something is tried again that has failed so many times: at
// the next round, then ever later. What was refused for good is asked for
// once a week, since some things get mended.
func nextTry(now time.Time, attempts int, permanent bool) time.Time {
	const week = 7 * 24 * time.Hour
	waits := []time.Duration{0, 15 * time.Minute, time.Hour, 4 * time.Hour, 24 * time.Hour, 3 * 24 * time.Hour}
	d := week
	if n := max(1, attempts) - 1; !permanent && n < len(waits) {
		d = waits[n]
	}
	return now.Add(jittered(d))
}

// problemName is what a problem is known by in its mailbox.
type problemName struct {
	folder    mail.FolderID
	kind      archive.ProblemKind
	key, part string
}

func nameOf(p archive.Problem) problemName {
	return problemName{p.Folder, p.Kind, p.Key, p.Part}
}

// problemBook knows a mailbox's problems, from the first time that they matter
// in a step to its end.
type problemBook struct {
	*boxRound
	known   map[problemName]archive.Problem
	met     map[problemName]bool    // in this round, so not tried again in it
	streams map[mail.FolderID]int64 // problems with a folder's stream, from the round's begin on
}

func (b *problemBook) forget() { b.known = nil }

func (b *problemBook) load(ctx context.Context) error {
	if b.known != nil {
		return nil
	}
	problems, err := b.archive.Problems(ctx, archive.ProblemFilter{Mailbox: b.box.ID})
	if err != nil {
		return local(err)
	}
	b.known = make(map[problemName]archive.Problem, len(problems))
	for _, p := range problems {
		b.known[nameOf(p)] = p
	}
	return nil
}

// schedule completes a problem that has just been met, by when it is tried
// again.
func (b *problemBook) schedule(ctx context.Context, p archive.Problem) (archive.Problem, error) {
	if err := b.load(ctx); err != nil {
		return p, err
	}
	now := b.opts.Now()
	p.Mailbox, p.First, p.Last = b.box.ID, now, now
	was := b.known[nameOf(p)]
	p.Attempts = was.Attempts + 1
	p.Next = nextTry(now, p.Attempts, p.Permanent)
	b.known[nameOf(p)] = p
	b.met[nameOf(p)] = true
	return p, nil
}

// note schedules problems and stores them.
func (b *problemBook) note(ctx context.Context, problems ...archive.Problem) error {
	for i := range problems {
		var err error
		if problems[i], err = b.schedule(ctx, problems[i]); err != nil {
			return err
		}
	}
	if len(problems) == 0 {
		return nil
	}
	return local(b.archive.SetProblems(ctx, problems))
}

// release makes due what was met in this round and may pass, and tells whether
// there is any of it.
func (b *problemBook) release(ctx context.Context) (bool, error) {
	if err := b.load(ctx); err != nil {
		return false, err
	}
	var due []archive.Problem
	for name := range b.met {
		p, ok := b.known[name]
		if !ok || p.Permanent || p.Kind == archive.ProblemPage {
			continue
		}
		p.Next = b.opts.Now()
		b.known[name] = p
		due = append(due, p)
		delete(b.met, name)
	}
	if len(due) == 0 {
		return false, nil
	}
	return true, local(b.archive.SetProblems(ctx, due))
}

func (b *problemBook) clear(ctx context.Context, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	return local(b.archive.ClearProblems(ctx, ids))
}

// streamFailed notes that a folder's stream cannot be read, and tells whether it
// is time to list the folder instead.
func (b *problemBook) streamFailed(ctx context.Context, folder mail.FolderID, err error) (bool, error) {
	p := archive.Problem{Folder: folder, Kind: archive.ProblemPage, Part: streamPage, Reason: err.Error(), Code: codeOf(err)}
	if due, err := b.isDue(ctx, p); err != nil || !due {
		return false, err
	}
	b.streams = nil
	return true, b.note(ctx, p)
}

// isDue tells whether something is to be done about a problem: it is new, or it
// is time to try again.
func (b *problemBook) isDue(ctx context.Context, p archive.Problem) (bool, error) {
	if err := b.load(ctx); err != nil {
		return false, err
	}
	was, ok := b.known[nameOf(p)]
	return !ok || !was.Next.After(b.opts.Now()), nil
}

// nothingMissing ends the problem with a folder's items without an id: all of
// the folder has been read, and what it holds is stored or a problem of its own.
func (b *problemBook) nothingMissing(ctx context.Context, folder mail.FolderID) error {
	if err := b.load(ctx); err != nil {
		return err
	}
	name := problemName{folder: folder, kind: archive.ProblemPage, part: namelessItems}
	was, ok := b.known[name]
	if !ok {
		return nil
	}
	delete(b.known, name)
	return b.clear(ctx, []int64{was.ID})
}

// streamIsWell ends the problem with a folder's stream, if there was one.
func (b *problemBook) streamIsWell(ctx context.Context, folder mail.FolderID) error {
	if b.streams == nil {
		problems, err := b.archive.Problems(ctx, archive.ProblemFilter{Mailbox: b.box.ID, Kind: archive.ProblemPage})
		if err != nil {
			return local(err)
		}
		b.streams = map[mail.FolderID]int64{}
		for _, p := range problems {
			if p.Part == streamPage {
				b.streams[p.Folder] = p.ID
			}
		}
	}
	id, ok := b.streams[folder]
	if !ok {
		return nil
	}
	delete(b.streams, folder)
	return b.clear(ctx, []int64{id})
}

// retryDue tries again some of what was set aside, the longest due first.
func (r *boxRound) retryDue(ctx context.Context) error {
	due, err := r.archive.Problems(ctx, archive.ProblemFilter{Mailbox: r.box.ID, Due: r.opts.Now()})
	if err != nil {
		return local(err)
	}
	slices.SortStableFunc(due, func(x, y archive.Problem) int { return x.Next.Compare(y.Next) })
	var messages, lists, parts []archive.Problem
	tries := 0
	r.waiting = 0
	for _, p := range due {
		if r.problems.met[nameOf(p)] {
			continue
		}
		if p.Kind == archive.ProblemPage {
			if err := r.retryPage(ctx, p); err != nil {
				return err
			}
			continue
		}
		if tries++; tries > retriesPerStep {
			r.waiting++
			continue
		}
		switch p.Kind {
		case archive.ProblemMessage:
			messages = append(messages, p)
		case archive.ProblemAttachments:
			lists = append(lists, p)
		case archive.ProblemAttachment:
			parts = append(parts, p)
		default:
		}
	}
	if err := r.retryMessages(ctx, messages); err != nil {
		return err
	}
	if err := r.retryLists(ctx, lists); err != nil {
		return err
	}
	return r.retryParts(ctx, parts)
}

// retryPage has a folder listed in this round, since its stream did not bring
// all. A folder that had its turn already is listed in the next round.
func (r *boxRound) retryPage(ctx context.Context, p archive.Problem) error {
	for _, fp := range r.queue {
		if fp.folder.ID != p.Folder || fp.listing != nil || r.lister == nil || p.Part == streamPage {
			continue
		}
		fp.listing, fp.thenStream = &listing{}, true
		return r.problems.note(ctx, p)
	}
	return nil
}

// retryMessages reads messages again that could not be taken.
func (r *boxRound) retryMessages(ctx context.Context, problems []archive.Problem) error {
	if len(problems) == 0 {
		return nil
	}
	keys := keysOf(problems)
	fetched, err := r.items.Fetch(ctx, r.box.Key, keys)
	if err == nil && len(fetched) != len(keys) {
		err = errShort
	}
	if err != nil {
		return unlessTrifle(err)
	}
	stored, err := r.archive.Lookup(ctx, r.box.ID, keys)
	if err != nil {
		return local(err)
	}
	pages := map[mail.FolderID]*source.MessagePage{}
	gone := map[mail.FolderID][]string{}
	var failed []archive.Problem
	for i, p := range problems {
		c, err := fetched[i].Change, fetched[i].Err
		at := p.Folder
		if s, ok := stored[p.Key]; ok && !s.Deleted {
			at = s.Folder
		}
		if err == nil {
			to, ok, werr := r.homeOf(ctx, c, at)
			switch {
			case errors.Is(werr, errNoPlace):
				p.Reason, p.Code, p.Permanent = werr.Error(), "", false
				failed = append(failed, p)
			case werr != nil:
				return werr
			case ok && pages[to] == nil:
				pages[to] = &source.MessagePage{Changes: []source.Change{c}}
			case ok:
				pages[to].Changes = append(pages[to].Changes, c)
			default:
				gone[at] = append(gone[at], p.Key)
			}
			continue
		}
		if saysGone(err) || source.ClassOf(err) == source.NotFound && p.Attempts > 1 {
			gone[at] = append(gone[at], p.Key)
			continue
		}
		if err := r.onlyThis(ctx, err); err != nil {
			return err
		}
		p.Reason, p.Code, p.Permanent = err.Error(), codeOf(err), source.ClassOf(err) == source.Permanent
		failed = append(failed, p)
	}
	for folder, keys := range gone {
		c := archive.MessageCommit{
			Mailbox: r.box.ID, Folder: folder, Removed: keys, Removal: r.removal, KeepCursor: true,
		}
		if err := r.storeItems(ctx, c); err != nil {
			return err
		}
	}
	return r.finishRetry(ctx, problems, failed, pages)
}

// homeOf tells in which folder a message that was read whole belongs.
func (r *boxRound) homeOf(ctx context.Context, c source.Change, known mail.FolderID) (mail.FolderID, bool, error) {
	sum, err := decode.GraphSummary(c.Payload)
	if err != nil || sum.ParentFolder == "" {
		return known, true, nil //nolint:nilerr // what does not tell where it is stays where it is
	}
	return r.whither(ctx, sum.ParentFolder)
}

// retryLists lists attachments again that could not be listed.
func (r *boxRound) retryLists(ctx context.Context, problems []archive.Problem) error {
	if len(problems) == 0 {
		return nil
	}
	stored, err := r.archive.Lookup(ctx, r.box.ID, keysOf(problems))
	if err != nil {
		return local(err)
	}
	pages := map[mail.FolderID]*source.MessagePage{}
	for _, p := range problems {
		s, ok := stored[p.Key]
		if !ok || s.Deleted || !s.GoneAt.IsZero() {
			continue // there is nothing any more to list
		}
		if pages[s.Folder] == nil {
			pages[s.Folder] = &source.MessagePage{}
		}
		page := pages[s.Folder]
		page.Changes = append(page.Changes, source.Change{Key: p.Key, Format: s.Format, Payload: s.Payload})
	}
	return r.finishRetry(ctx, problems, nil, pages)
}

// finishRetry stores what a retry brought, and clears the problems that it did
// not meet again.
func (r *boxRound) finishRetry(ctx context.Context, tried, failed []archive.Problem, pages map[mail.FolderID]*source.MessagePage) error {
	again := map[problemName]bool{}
	for _, p := range failed {
		again[nameOf(p)] = true
	}
	if err := r.problems.note(ctx, failed...); err != nil {
		return err
	}
	byID := map[mail.FolderID]archive.Folder{}
	for _, f := range r.folders {
		byID[f.ID] = f
	}
	for _, id := range slices.Sorted(maps.Keys(pages)) {
		f, ok := byID[id]
		if !ok {
			continue
		}
		commit, err := r.resolve(ctx, f, *pages[id], false)
		if err != nil {
			return err
		}
		commit.KeepCursor = true
		for _, p := range commit.Problems {
			again[nameOf(p)] = true
		}
		if err := r.storeItems(ctx, commit); err != nil {
			return err
		}
	}
	var over []int64
	for _, p := range tried {
		if !again[nameOf(p)] {
			over = append(over, p.ID)
		}
	}
	return r.problems.clear(ctx, over)
}

// storeItems stores what belongs to no page of a stream. That the folder has
// gone meanwhile is no matter.
func (r *boxRound) storeItems(ctx context.Context, c archive.MessageCommit) error {
	c.KeepCursor = true
	if err := r.store(ctx, c); err != nil && !errors.Is(err, archive.ErrNotFound) {
		return err
	}
	return nil
}

// retryParts fetches attachments again that did not come.
func (r *boxRound) retryParts(ctx context.Context, problems []archive.Problem) error {
	if len(problems) == 0 {
		return nil
	}
	stored, err := r.archive.Lookup(ctx, r.box.ID, keysOf(problems))
	if err != nil {
		return local(err)
	}
	type place struct {
		problem archive.Problem
		message mail.MessageID
		index   int
	}
	var wanted []source.PartRef
	var places []place
	var over []int64
	for _, p := range problems {
		s := stored[p.Key]
		i := slices.IndexFunc(s.Parts, func(part mail.Part) bool {
			return part.Key == p.Part && part.Digest.IsZero() && part.Kind != mail.ReferencePart
		})
		if s.Deleted || i < 0 {
			over = append(over, p.ID)
			continue
		}
		wanted = append(wanted, source.PartRef{Message: p.Key, Part: s.Parts[i]})
		places = append(places, place{p, s.ID, i})
	}
	if err := r.problems.clear(ctx, over); err != nil {
		return err
	}
	parts, errs, err := r.fetch(ctx, wanted)
	if err != nil {
		return err
	}
	for i, part := range parts {
		at := places[i]
		if part.Problem == "" || part.Pending != wanted[i].Part.Pending || part.Problem != wanted[i].Part.Problem {
			err := r.archive.SetPart(ctx, at.message, at.index, part)
			if errors.Is(err, archive.ErrNotFound) {
				continue // deleted while it was fetched
			}
			if err != nil {
				return local(err)
			}
			r.opts.Committed()
		}
		if part.Problem == "" {
			continue
		}
		p := at.problem
		p.Reason, p.Code, p.Permanent = part.Problem, codeOf(errs[i]), !part.Pending
		if err := r.problems.note(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

func keysOf(problems []archive.Problem) []string {
	keys := make([]string, len(problems))
	for i, p := range problems {
		keys[i] = p.Key
	}
	return keys
}
