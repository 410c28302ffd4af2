package indexer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

type boxOutcome int

const (
	boxSynced boxOutcome = iota
	boxSkipped
	boxDenied
	boxFailed
	boxLeft // found to be out of the scope
)

// boxRound is one mailbox's round: its folders, one bounded step after the
// other. Its requests go one after the other but for those that the source
// batches, so that a message's moves are seen in order.
type boxRound struct {
	*Puller
	entry   *box
	box     archive.Mailbox
	removal archive.Removal

	begun    bool
	left     bool                      // the mailbox is out of the scope
	folders  map[string]archive.Folder // by the source's key
	queue    []*folderPull
	finished map[mail.FolderID]time.Time
	// revisited are folders that have been read in this round already.
	revisited map[mail.FolderID]bool
	// nameless are folders in whose pages items without an id were met, and
	// whether it is time to look what they are.
	nameless  map[mail.FolderID]bool
	vanishing bool // a folder may have gone in this round
	newRule   bool // the scope leaves out other folders than before
	relisted  int  // how often the folders were listed again in this step
	// unlisted are folders that messages were found in and that a list made since,
	// in this step, does not name.
	unlisted map[string]bool
	waiting  int // problems that are due and have to wait for the next step
	retries  int // how often the problems met were tried again before the end
	problems *problemBook

	changed  bool
	failed   int
	firstErr error
}

func (p *Puller) newRound(b *box, m archive.Mailbox) *boxRound {
	r := &boxRound{
		Puller: p, entry: b, box: m, removal: p.opts.Removal(m),
		folders: map[string]archive.Folder{}, finished: map[mail.FolderID]time.Time{}, revisited: map[mail.FolderID]bool{},
		nameless: map[mail.FolderID]bool{}, unlisted: map[string]bool{},
	}
	r.problems = &problemBook{boxRound: r, met: map[problemName]bool{}}
	return r
}

// turn does a bounded piece of a mailbox's round. Its error is one that concerns
// the whole tenant.
func (p *Puller) turn(ctx context.Context, b *box, last bool) (turnEnd, error) {
	select {
	case b.lock <- struct{}{}:
	default:
		return turnEnd{locked: true}, nil
	}
	defer func() { <-b.lock }()
	if p.line.renewed(b) {
		b.round = nil
	}
	m := p.line.recordOf(b)
	if p.pacer != nil {
		pace := p.pacer.Pace(m.Key)
		if d := time.Until(pace.Until); d > 0 {
			return turnEnd{pause: d, reason: pace.Reason}, nil
		}
	}
	if b.round == nil {
		b.round = p.newRound(b, m)
	}
	more, err := b.round.step(ctx, last)
	if ctx.Err() != nil {
		return turnEnd{}, ctx.Err()
	}
	return p.conclude(ctx, b, more, err)
}

// defaultPause is how long a mailbox rests that is asked too much, where the
// source does not say.
const defaultPause = 30 * time.Second

// conclude records what a step came to.
func (p *Puller) conclude(ctx context.Context, b *box, more bool, err error) (turnEnd, error) {
	var refused *source.Error
	errors.As(err, &refused)
	if refused != nil && refused.Class == source.Throttled {
		return turnEnd{pause: cmp.Or(refused.RetryAfter, defaultPause), reason: cmp.Or(refused.Code, "Throttled")}, nil
	}
	if err == nil && more {
		return turnEnd{more: true}, nil
	}
	r := b.round
	b.round = nil
	switch source.ClassOf(err) {
	case source.MailboxUnavailable:
		return turnEnd{outcome: boxSkipped}, p.suspend(ctx, b, r, archive.MailboxUnavailable, err)
	case source.Denied:
		return turnEnd{outcome: boxDenied}, p.suspend(ctx, b, r, archive.MailboxDenied, err)
	default:
	}
	if r.left && err == nil {
		return turnEnd{outcome: boxLeft}, nil
	}
	if err == nil && r.firstErr != nil {
		err = fmt.Errorf("%d of %d folders failed, the first: %w", r.failed, len(r.folders), r.firstErr)
	}
	end := turnEnd{changed: r.changed}
	failure, now := "", p.opts.Now()
	if err != nil {
		end.outcome, failure = boxFailed, err.Error()
		if refused != nil {
			end.wait = refused.RetryAfter
		}
		p.opts.Logger.Warn("mailbox not synced", "mailbox", b.id.String(), "error", err)
	} else {
		r.box.LastSuccess = now
		b.resumed = true
	}
	r.box.LastAttempt = now
	p.line.keep(b, r.box)
	if serr := p.archive.SetMailboxResult(ctx, b.id, now, failure); serr != nil && !errors.Is(serr, archive.ErrNotFound) {
		return end, local(serr)
	}
	if tenantWide(err) {
		return end, err
	}
	return end, nil
}

// suspend keeps what is stored and searched of a mailbox that cannot be read
// for now; it is probed again later.
func (p *Puller) suspend(ctx context.Context, b *box, r *boxRound, s archive.MailboxState, why error) error {
	p.opts.Logger.Info("mailbox cannot be read for now", "mailbox", b.id.String(), "state", string(s), "reason", why)
	r.box.State, r.box.LastAttempt = s, p.opts.Now()
	p.line.keep(b, r.box)
	if err := p.setState(ctx, b.id, s, why.Error()); err != nil {
		return err
	}
	return local(p.archive.SetMailboxResult(ctx, b.id, p.opts.Now(), why.Error()))
}

// setState changes a mailbox's state for what its round has met, unless the
// directory has taken the mailbox away meanwhile.
func (p *Puller) setState(ctx context.Context, id mail.MailboxID, to archive.MailboxState, reason string) error {
	p.states.Lock()
	defer p.states.Unlock()
	now, err := p.stateOf(ctx, id)
	if err != nil || now == archive.MailboxRemoved || now == "" {
		return err
	}
	return local(p.archive.SetMailboxState(ctx, id, to, reason))
}

// stateOf is a mailbox's state in the store, "" if it is not there any more.
func (p *Puller) stateOf(ctx context.Context, id mail.MailboxID) (archive.MailboxState, error) {
	boxes, err := p.archive.Mailboxes(ctx)
	if err != nil {
		return "", local(err)
	}
	i := slices.IndexFunc(boxes, func(b archive.Mailbox) bool { return b.ID == id })
	if i < 0 {
		return "", nil
	}
	return boxes[i].State, nil
}

// step does a bounded piece of the round and tells whether there is more to do.
// Each folder gets a few pages before the next has its turn: what is newest
// comes first of all folders.
func (r *boxRound) step(ctx context.Context, last bool) (more bool, err error) {
	r.relisted = 0
	clear(r.unlisted)
	r.problems.forget()
	if !r.begun {
		if err := r.begin(ctx); err != nil || r.left {
			return false, err
		}
		r.begun = true
	} else if !last {
		if err := r.revisit(ctx); err != nil {
			return false, err
		}
	}
	if err := r.retryDue(ctx); err != nil {
		return false, err
	}
	again := turnPages / 2 // pages for what was read before in this round
	for pages := turnPages; pages > 0 && r.unfinished(); {
		fp, most := r.next(min(folderPages, pages), again)
		n, done, err := r.pullFolder(ctx, fp, most)
		if pages -= n; fp.extra {
			again -= n
		}
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		r.queue = slices.DeleteFunc(r.queue, func(other *folderPull) bool { return other == fp })
		if err != nil && stopsMailbox(err) {
			// The others first, when it goes on.
			r.queue = append(r.queue, fp)
			return false, err
		}
		switch {
		case err != nil && fp.failures < maxFolderTries, err == nil && !done:
			r.queue = append(r.queue, fp)
			continue
		case err != nil:
			r.failed++
			r.firstErr = cmp.Or(r.firstErr, err)
		}
		r.finished[fp.folder.ID] = time.Now()
		if err := r.recordFolder(ctx, fp, err); err != nil {
			return false, err
		}
	}
	if r.unfinished() {
		return true, nil
	}
	if last && r.opts.Retries > 0 {
		if more, err := r.retryMet(ctx); more || err != nil {
			return more, err
		}
	}
	return false, r.buryVanished(ctx)
}

// retryMet has what was set aside in this round tried again before it ends,
// since there is no next one, and tells whether there is anything to try.
func (r *boxRound) retryMet(ctx context.Context) (bool, error) {
	if r.waiting > 0 {
		return true, nil
	}
	if r.retries >= r.opts.Retries {
		return false, nil
	}
	r.retries++
	return r.problems.release(ctx)
}

// next is the folder that has its turn, and how many pages it may have. What was
// read before in this round has no more than its share of the pages: where
// answers are slow it is all due again before the rest has got on.
func (r *boxRound) next(pages, again int) (*folderPull, int) {
	fp := r.queue[0]
	if !fp.extra {
		return fp, pages
	}
	if again > 0 {
		return fp, min(pages, again)
	}
	i := slices.IndexFunc(r.queue, func(fp *folderPull) bool { return !fp.extra })
	return r.queue[i], pages
}

// unfinished tells whether a folder has not had its round yet.
func (r *boxRound) unfinished() bool {
	return slices.ContainsFunc(r.queue, func(fp *folderPull) bool { return !fp.extra })
}

// begin finds out what there is to pull.
func (r *boxRound) begin(ctx context.Context) error {
	if err := r.probe(ctx); err != nil || r.left {
		return err
	}
	if err := r.compareRule(ctx); err != nil {
		return err
	}
	err := r.listFolders(ctx)
	if err != nil && stopsMailbox(err) {
		return err
	}
	if lerr := r.loadFolders(ctx); lerr != nil {
		return lerr
	}
	if err == nil {
		if err := r.noteRule(ctx); err != nil {
			return err
		}
	}
	if err != nil {
		// The folders known so far can be read all the same.
		if len(r.folders) == 0 {
			return err
		}
		r.failed++
		r.firstErr = err
	}
	if r.entry.resumed {
		return nil
	}
	var unfinished []archive.Folder
	for _, fp := range r.queue {
		cur, full, err := r.archive.MessageCursor(ctx, fp.folder.ID)
		if err != nil {
			return local(err)
		}
		if full && cur.Link != "" && !cur.Complete {
			unfinished = append(unfinished, fp.folder)
		}
	}
	return r.refreshTotals(ctx, unfinished)
}

// probe asks what the mailbox is where that has to be known: until a first round
// has succeeded (the probe before may have failed in passing), after it could
// not be read, and now and then if its purpose decides whether it is synced.
func (r *boxRound) probe(ctx context.Context) error {
	v := r.opts.Scope.judge(r.members.current(), r.box)
	stale := r.opts.Scope.asksPurpose() && r.opts.Now().Sub(r.entry.probed(r.opts)) >= r.opts.Reprobe
	if !r.box.LastSuccess.IsZero() && r.box.State == archive.MailboxActive && v != needsPurpose && !stale {
		return nil
	}
	m, err := r.src.Probe(ctx, r.box.Key)
	if err != nil {
		return err
	}
	r.entry.setProbed(r.opts.Now())
	if err := r.archive.UpdateMailbox(ctx, r.box.ID, m); err != nil {
		return local(err)
	}
	r.box.Purpose = cmp.Or(m.Purpose, r.box.Purpose)
	judged := r.box
	judged.Purpose = cmp.Or(judged.Purpose, unknownPurpose)
	if r.opts.Scope.judge(r.members.current(), judged) == outOfScope {
		r.left = true
		if err := r.exclude(ctx, &r.box, r.members.current()); err != nil {
			return err
		}
		r.line.keep(r.entry, r.box)
		return nil
	}
	if r.box.State != archive.MailboxActive {
		r.box.State = archive.MailboxActive
		return r.setState(ctx, r.box.ID, archive.MailboxActive, "")
	}
	return nil
}

// unknownPurpose stands for a purpose that the source does not tell. No rule
// names it.
const unknownPurpose = "unknown"

// revisit reads again, in a round that takes long, what was done a while ago:
// new mail is not to wait for the oldest. It begins no sooner than the one before
// has ended.
func (r *boxRound) revisit(ctx context.Context) error {
	if slices.ContainsFunc(r.queue, func(fp *folderPull) bool { return fp.extra }) {
		return nil
	}
	var done []mail.FolderID
	for id, at := range r.finished {
		if time.Since(at) >= r.opts.Interval {
			done = append(done, id)
		}
	}
	if len(done) == 0 {
		return nil
	}
	unfinished := make([]archive.Folder, len(r.queue))
	for i, fp := range r.queue {
		unfinished[i] = fp.folder
	}
	for _, id := range done {
		delete(r.finished, id)
		r.revisited[id] = true
	}
	if err := r.relist(ctx); err != nil {
		return err
	}
	return r.refreshTotals(ctx, unfinished)
}

func (r *boxRound) recordFolder(ctx context.Context, fp *folderPull, err error) error {
	failure := ""
	if err = cmp.Or(err, fp.cause()); err != nil {
		failure = err.Error()
	}
	err = r.archive.SetFolderResult(ctx, fp.folder.ID, r.opts.Now(), failure)
	if errors.Is(err, archive.ErrNotFound) {
		return nil
	}
	return local(err)
}

// stopsMailbox tells the errors after which the mailbox's other folders would
// fail the same way.
func stopsMailbox(err error) bool {
	switch source.ClassOf(err) {
	case source.MailboxUnavailable, source.Denied, source.Throttled:
		return true
	case source.Transient:
		// The source knows that it will take long, so it is not about one page.
		var e *source.Error
		return errors.As(err, &e) && e.RetryAfter >= time.Minute
	default:
		return tenantWide(err)
	}
}

// mend resolves changes of a folder that no stream has reported, and stores what
// they come to. It is for callers that hold the mailbox by Exclusive.
func (p *Puller) mend(ctx context.Context, m archive.Mailbox, f archive.Folder, page source.MessagePage) error {
	r := p.newRound(p.line.box(m.ID), m)
	if err := r.loadFolders(ctx); err != nil {
		return err
	}
	commit, err := r.resolve(ctx, f, page, false)
	if err != nil {
		return err
	}
	return r.storeItems(ctx, commit)
}
