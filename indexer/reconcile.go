package indexer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
	"mailquarry/internal/source"
	"mailquarry/search/engine"
)

// IndexReader is what a Reconciler asks of an index.
type IndexReader interface {
	IDs(ctx context.Context, folder mail.FolderID) ([]mail.MessageID, error)
	Search(ctx context.Context, r engine.Request) (engine.Result, error)
}

// ReconcileOptions tune a Reconciler; zero values get working defaults.
type ReconcileOptions struct {
	Every     time.Duration // how often Run compares each mailbox; 24 h
	Mailboxes int           // compared side by side in a pass; 4
	Now       func() time.Time
	Logger    *slog.Logger
}

func (o ReconcileOptions) withDefaults() ReconcileOptions {
	if o.Every <= 0 {
		o.Every = 24 * time.Hour
	}
	if o.Mailboxes <= 0 {
		o.Mailboxes = 4
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// Reconciler proves that nothing is missing: it compares which messages are at
// the source, in the store and in the index, folder by folder, mends what
// differs, and keeps the outcome.
//
// A folder's messages are listed at the source by a plain listing, which has
// nothing to do with the delta stream that brought them. A listing is paged by
// position and can repeat or miss messages while mail arrives, and the store is
// always a little behind: so a difference is not believed before the folder's
// stream has been read to its end and the source was asked where that very
// message is.
type Reconciler struct {
	puller  *Puller // nil where there is no source to compare with
	archive *archive.Archive
	index   IndexReader
	builder *Builder
	opts    ReconcileOptions
	busy    turn

	maxSuspects int
}

// NewReconciler makes a Reconciler. Without a Puller it compares the store with
// the index only, and says of a tenant's mailboxes that they could not be
// compared with their source.
func NewReconciler(p *Puller, a *archive.Archive, ix IndexReader, b *Builder, o ReconcileOptions) *Reconciler {
	return &Reconciler{puller: p, archive: a, index: ix, builder: b, opts: o.withDefaults(), busy: newTurn(), maxSuspects: maxSuspects}
}

// ReconcileResult sums up a pass.
type ReconcileResult struct {
	Mailboxes, Folders int // compared
	Source, Stored, Indexed, SetAside, Kept, OutOfScope,
	Missing, Surplus, Stale, Unindexed, Repaired int
	Tree        int // folders that were missing or surplus in the store; mended unless NotVerified says so
	Unexplained int // messages that nothing accounts for
	NotVerified int // folders, and mailboxes without any, that could not be compared
}

// Clean tells whether everything was compared and is accounted for.
func (r ReconcileResult) Clean() bool { return r.Unexplained == 0 && r.NotVerified == 0 }

func (r *ReconcileResult) add(c archive.Coverage) {
	r.Folders++
	r.Source += c.Source
	r.Stored += c.Stored
	r.Indexed += c.Indexed
	r.SetAside += c.SetAside
	r.Kept += c.Kept
	r.OutOfScope += c.OutOfScope
	r.Missing += c.Missing
	r.Surplus += c.Surplus
	r.Stale += c.Stale
	r.Unindexed += c.Unindexed
	r.Repaired += c.Repaired
	r.Unexplained += c.Unexplained
	if c.Error != "" {
		r.NotVerified++
	}
}

// pass is a pass under way.
type pass struct {
	*Reconciler
	mu     sync.Mutex
	result ReconcileResult
}

func (p *pass) count(f func(r *ReconcileResult)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f(&p.result)
}

// Pass compares the mailboxes, all for nil, and mends what differs. Passes follow
// one another. What could not be compared is in the result; the error is for
// what ends the pass: our own disk, or ctx.
func (c *Reconciler) Pass(ctx context.Context, mailboxes []mail.MailboxID) (ReconcileResult, error) {
	release, err := c.busy.take(ctx)
	if err != nil {
		return ReconcileResult{}, err
	}
	defer release()
	if mailboxes == nil {
		c.relist(ctx)
	}
	boxes, err := c.archive.Mailboxes(ctx)
	if err != nil {
		return ReconcileResult{}, err
	}
	p := &pass{Reconciler: c}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(c.opts.Mailboxes)
	for _, b := range boxes {
		if mailboxes != nil && !slices.Contains(mailboxes, b.ID) {
			continue
		}
		g.Go(func() error {
			if err := p.mailbox(gctx, b); err != nil {
				return fmt.Errorf("compare mailbox %s: %w", b.ID, err)
			}
			return nil
		})
	}
	err = g.Wait()
	if err == nil && mailboxes == nil {
		err = p.orphans(ctx)
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return p.result, err
}

// relist reads the whole list of users, since changes alone never tell of a
// mailbox that the store should know and does not. Where it cannot be read the
// mailboxes known are compared all the same.
func (c *Reconciler) relist(ctx context.Context) {
	if c.puller == nil {
		return
	}
	if err := c.puller.relistMailboxes(ctx); err != nil && ctx.Err() == nil {
		c.opts.Logger.Warn("the tenant's users could not be listed anew; the mailboxes known are compared", "error", err)
	}
}

// mailbox compares one mailbox. Its error is one that ends the pass.
func (p *pass) mailbox(ctx context.Context, b archive.Mailbox) error {
	p.count(func(r *ReconcileResult) { r.Mailboxes++ })
	if why := p.withoutSource(b); why != "" {
		return p.storeOnly(ctx, b, why, "")
	}
	if b.Source != GraphSource {
		return p.storeOnly(ctx, b, "", "")
	}
	if p.puller == nil || p.puller.lister == nil {
		return p.storeOnly(ctx, b, "", "there is no tenant to compare with")
	}
	err := p.refresh(ctx, b, false)
	unfinished := errors.Is(err, errUnfinished)
	if err == nil || unfinished {
		err = p.tree(ctx, b)
	}
	if err != nil {
		return p.unreached(ctx, b, err)
	}
	return p.folders(ctx, b, unfinished)
}

// withoutSource tells why a mailbox is not compared with its source, "" for one
// that is.
func (p *pass) withoutSource(b archive.Mailbox) string {
	switch b.State {
	case archive.MailboxRemoved:
		return "the user was deleted"
	case archive.MailboxExcluded:
		if !b.RemovedAt.IsZero() {
			return leavingReason
		}
		return "excluded by configuration"
	case archive.MailboxDenied, archive.MailboxUnavailable:
		return "the mailbox cannot be read: " + b.Reason
	default:
		return ""
	}
}

// unreached notes that a mailbox could not be compared with its source.
func (p *pass) unreached(ctx context.Context, b archive.Mailbox, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var own *archiveError
	if errors.As(err, &own) {
		return err
	}
	p.opts.Logger.Warn("a mailbox could not be compared with its source", "mailbox", b.ID.String(), "error", err)
	switch source.ClassOf(err) {
	case source.MailboxUnavailable, source.Denied:
		// The next round of its pull suspends it.
		return p.storeOnly(ctx, b, "the mailbox cannot be read: "+err.Error(), "")
	default:
		return p.storeOnly(ctx, b, "", err.Error())
	}
}

// storeOnly compares a mailbox's store with the index.
func (p *pass) storeOnly(ctx context.Context, b archive.Mailbox, why, failure string) error {
	folders, err := p.archive.Folders(ctx, b.ID)
	if err != nil {
		return err
	}
	if len(folders) == 0 && failure != "" {
		p.count(func(r *ReconcileResult) { r.NotVerified++ })
	}
	for _, f := range folders {
		c := p.coverage(f)
		c.Why, c.Error = why, failure
		if why != "" {
			c.OutOfScope = f.Total
		}
		if c, err = p.inStore(ctx, b, f, c); err != nil {
			return err
		}
		if c, err = p.inIndex(ctx, f, c, false); err != nil {
			return err
		}
		if b.Source != GraphSource {
			c.Source = c.Stored
		}
		if err := p.save(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

func (p *pass) coverage(f archive.Folder) archive.Coverage {
	return archive.Coverage{Mailbox: f.Mailbox, Folder: f.ID, At: p.opts.Now().UTC()}
}

func (p *pass) save(ctx context.Context, c archive.Coverage) error {
	if err := p.archive.SaveCoverage(ctx, []archive.Coverage{c}); err != nil {
		return err
	}
	p.count(func(r *ReconcileResult) { r.add(c) })
	if c.Unexplained > 0 || c.Repaired > 0 {
		p.opts.Logger.Warn("a folder was not as it is at the source", "folder", c.Folder.String(), "missing", c.Missing,
			"surplus", c.Surplus, "stale", c.Stale, "unindexed", c.Unindexed, "repaired", c.Repaired, "unexplained", c.Unexplained)
	}
	return nil
}

// folders compares a mailbox's folders one after the other.
func (p *pass) folders(ctx context.Context, b archive.Mailbox, unfinished bool) error {
	folders, err := p.archive.Folders(ctx, b.ID)
	if err != nil {
		return err
	}
	aside, err := p.setAside(ctx, b.ID)
	if err != nil {
		return err
	}
	for _, f := range inReadingOrder(folders) {
		if err := p.folder(ctx, b, f, aside, unfinished); err != nil {
			return err
		}
	}
	return nil
}

// setAside gives the messages of a mailbox that are on the list of problems.
func (p *pass) setAside(ctx context.Context, mailbox mail.MailboxID) (map[string]bool, error) {
	problems, err := p.archive.Problems(ctx, archive.ProblemFilter{Mailbox: mailbox, Kind: archive.ProblemMessage})
	if err != nil {
		return nil, err
	}
	keys := make(map[string]bool, len(problems))
	for _, q := range problems {
		keys[q.Key] = true
	}
	return keys, nil
}

// folder compares one folder and saves the outcome.
func (p *pass) folder(ctx context.Context, b archive.Mailbox, f archive.Folder, aside map[string]bool, unfinished bool) error {
	c, compared := p.coverage(f), false
	switch {
	case f.Skip:
		c.OutOfScope, c.Why = f.Total, whySkipped(f)
	case f.Excluded:
		c.OutOfScope, c.Why = f.Total, "excluded by configuration"
	case f.Gone:
		c.Why = "deleted at the source"
	default:
		var err error
		if c, err = p.atSource(ctx, b, f, aside, unfinished); err != nil {
			if errors.Is(err, errVanished) {
				return nil
			}
			return err
		}
		compared = c.Error == ""
	}
	c, err := p.inStore(ctx, b, f, c)
	if err != nil {
		return err
	}
	if c, err = p.inIndex(ctx, f, c, compared); err != nil {
		return err
	}
	return p.save(ctx, c)
}

// atSource compares a folder with the source. What went wrong is in the outcome;
// the error is one that ends the pass, or errVanished.
func (p *pass) atSource(ctx context.Context, b archive.Mailbox, f archive.Folder, aside map[string]bool, unfinished bool) (archive.Coverage, error) {
	c := p.coverage(f)
	begun, err := p.begun(ctx, f)
	if err != nil {
		return c, err
	}
	if unfinished && !begun {
		c.Error = "its first sync has not ended"
		return c, nil
	}
	run := &comparison{pass: p, box: b, folder: f, aside: aside, Coverage: c}
	err = run.run(ctx)
	var own *archiveError
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return c, ctx.Err()
	case errors.As(err, &own), errors.Is(err, errVanished):
		return c, err
	default:
		run.Error = err.Error()
		p.opts.Logger.Warn("a folder could not be compared with its source", "folder", f.ID.String(), "error", err)
	}
	return run.Coverage, nil
}

// begun tells whether a folder was read to its end before, so that what is
// missing is missing.
func (p *pass) begun(ctx context.Context, f archive.Folder) (bool, error) {
	cur, full, err := p.archive.MessageCursor(ctx, f.ID)
	if err != nil {
		return false, err
	}
	return !full || cur.Complete && cur.Link != "", nil
}

// whySkipped tells why a folder is never synced.
func whySkipped(f archive.Folder) string {
	switch f.WellKnown {
	case "outbox":
		return "outbox: what is in it is about to be sent"
	case "syncissues", "conflicts", "localfailures", "serverfailures":
		return "sync issues: notes of the mail program, no mail"
	default:
		return "search folder: what is in it is in another folder too"
	}
}
