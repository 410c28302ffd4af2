package operate

import (
	"context"
	"slices"
	"strings"
	"time"

	"mailquarry/internal/access"
	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
)

// Counts is the outcome of comparing source, store and index. Source is what
// the source lists; Stored, SetAside and OutOfScope say where it is.
type Counts struct {
	Source     int
	Stored     int
	Indexed    int
	SetAside   int // could not be taken; listed as problems
	Kept       int // gone at the source, kept by the deletion policy; not in Stored
	OutOfScope int // not synced by choice

	Missing   int // at the source and not stored
	Surplus   int // stored and not at the source
	Stale     int // stored in an older version
	Unindexed int // stored and not in the index, or the other way round
	Repaired  int // of these four, mended

	Unexplained int // what is left that nothing accounts for
}

func (c *Counts) add(o Counts) {
	c.Source += o.Source
	c.Stored += o.Stored
	c.Indexed += o.Indexed
	c.SetAside += o.SetAside
	c.Kept += o.Kept
	c.OutOfScope += o.OutOfScope
	c.Missing += o.Missing
	c.Surplus += o.Surplus
	c.Stale += o.Stale
	c.Unindexed += o.Unindexed
	c.Repaired += o.Repaired
	c.Unexplained += o.Unexplained
}

// Cause is a reason why messages were set aside, with how many.
type Cause struct {
	Reason   string
	Code     string
	Messages int
}

// FolderCoverage is the latest outcome for one folder.
type FolderCoverage struct {
	Folder FolderRef
	At     time.Time // zero: it was never compared
	Counts
	Why    string  // it is out of scope
	Causes []Cause // of what was set aside
	Error  string  // why it could not be compared
}

// Unreachable is a part of a mailbox that cannot be synced by any setting.
type Unreachable struct {
	What, Why string
}

// MailboxCoverage is the latest outcome for one mailbox.
type MailboxCoverage struct {
	Mailbox MailboxRef
	State   string // the archive's: active, unavailable, denied, excluded, removed
	Why     string // State is not active
	At      time.Time
	Counts
	Folders     []FolderCoverage // nil in a summary
	Verified    int              // folders that were compared to their end
	Unverified  int              // folders that were not
	Unreachable []Unreachable
}

// Coverage is the latest report on every mailbox, and the pass that was asked
// for last.
type Coverage struct {
	At time.Time // of the oldest outcome in it; zero when there is none
	Counts
	Verified   int // folders
	Unverified int
	Compared   int // mailboxes that are active, of which a folder was compared to its end
	Unread     int // mailboxes that cannot be read at present
	Mailboxes  []MailboxCoverage
	Pass       Pass
}

// Proven tells whether every message is accounted for: all was compared, and
// nothing unexplained is left.
func (c *Coverage) Proven() bool { return c.Unexplained == 0 && c.Unverified == 0 && !c.At.IsZero() }

// inPlaceArchive is said of every mailbox of Graph, which tells neither whether
// there is an in-place archive nor what is in it.
func inPlaceArchive() Unreachable {
	return Unreachable{
		What: "In-place archive",
		Why:  "The in-place archive cannot be reached by this API. If the mailbox has one, its messages are not here.",
	}
}

// Coverage gives the latest report, of these mailboxes or, for none, of all. It
// sums up what was found by mailbox; Detail adds the folders.
func (d *Desk) Coverage(ctx context.Context, p access.Principal, mailboxes []string) (Coverage, error) {
	if err := allowed(p); err != nil {
		return Coverage{}, err
	}
	n, err := d.mailboxNames(ctx)
	if err != nil {
		return Coverage{}, err
	}
	// Asked before the outcomes are read: a pass that is done has saved all of them.
	pass := d.pass()
	var only []mail.MailboxID
	for _, name := range mailboxes {
		m, err := n.find("mailbox", name)
		if err != nil {
			return Coverage{}, err
		}
		only = append(only, m.ID)
	}
	sums, err := d.archive.SumCoverage(ctx, pass.Started)
	if err != nil {
		return Coverage{}, err
	}
	byMailbox := make(map[mail.MailboxID]*archive.CoverageSum, len(sums))
	for i := range sums {
		byMailbox[sums[i].Mailbox] = &sums[i]
	}
	out := Coverage{Pass: pass.counted(n, sums)}
	for i := range n.mailboxes {
		m := &n.mailboxes[i]
		if len(only) > 0 && !slices.Contains(only, m.ID) {
			continue
		}
		out.take(mailboxCoverage(m, byMailbox[m.ID]))
	}
	return out, nil
}

// take adds a mailbox to a report.
func (c *Coverage) take(box MailboxCoverage) {
	c.add(box.Counts)
	c.Verified += box.Verified
	c.Unverified += box.Unverified
	c.At = older(c.At, box.At)
	switch archive.MailboxState(box.State) {
	case archive.MailboxActive:
		if box.Verified > 0 {
			c.Compared++
		}
	case archive.MailboxDenied, archive.MailboxUnavailable:
		c.Unread++
	default:
	}
	c.Mailboxes = append(c.Mailboxes, box)
}

// maxCauses is how many reasons a mailbox's report gives for what was set aside.
const maxCauses = 100

// Detail fills in the folders of some mailboxes of a report.
func (d *Desk) Detail(ctx context.Context, p access.Principal, boxes []MailboxCoverage) error {
	if err := allowed(p); err != nil {
		return err
	}
	for i := range boxes {
		id := boxes[i].Mailbox.ID
		folders, err := d.archive.Folders(ctx, id)
		if err != nil {
			return err
		}
		rows, err := d.archive.Coverages(ctx, id)
		if err != nil {
			return err
		}
		found, err := d.archive.Causes(ctx, id, maxCauses)
		if err != nil {
			return err
		}
		byFolder := make(map[mail.FolderID]archive.Coverage, len(rows))
		for _, r := range rows {
			byFolder[r.Folder] = r
		}
		causes := map[mail.FolderID][]Cause{}
		for _, c := range found {
			causes[c.Folder] = append(causes[c.Folder], Cause{Reason: c.Reason, Code: c.Code, Messages: c.Messages})
		}
		boxes[i].Folders = make([]FolderCoverage, len(folders))
		for j := range folders {
			f := &folders[j]
			boxes[i].Folders[j] = folderCoverage(f, byFolder[f.ID], causes[f.ID])
		}
	}
	return nil
}

func countsOf(r *archive.Coverage) Counts {
	return Counts{
		Source: r.Source, Stored: r.Stored, Indexed: r.Indexed, SetAside: r.SetAside, Kept: r.Kept, OutOfScope: r.OutOfScope,
		Missing: r.Missing, Surplus: r.Surplus, Stale: r.Stale, Unindexed: r.Unindexed,
		Repaired: r.Repaired, Unexplained: r.Unexplained,
	}
}

func folderCoverage(f *archive.Folder, r archive.Coverage, causes []Cause) FolderCoverage {
	return FolderCoverage{
		Folder: FolderRef{ID: f.ID, Path: strings.Join(f.Path, "/")}, At: r.At, Why: r.Why, Error: r.Error, Causes: causes,
		Counts: countsOf(&r),
	}
}

// mailboxCoverage sums a mailbox up. Of one that is not active nothing is left
// to prove: its state says why there is nothing to compare.
func mailboxCoverage(m *archive.Mailbox, sum *archive.CoverageSum) MailboxCoverage {
	box := MailboxCoverage{
		Mailbox: MailboxRef{ID: m.ID, Address: m.Address, Name: m.Name}, State: string(m.State), Why: m.Reason,
	}
	if sum != nil {
		box.Counts, box.At, box.Verified = countsOf(&sum.Coverage), sum.At, sum.Ended
		if m.State == archive.MailboxActive {
			box.Unverified = sum.Folders - sum.Ended
		}
	}
	if m.State == archive.MailboxActive && sum == nil && m.LastSuccess.IsZero() {
		box.Unverified++ // its folders are not even known
	}
	if m.Source == "graph" {
		box.Unreachable = []Unreachable{inPlaceArchive()}
	}
	return box
}

// Progress tells how far the pass is that was asked for last.
func (d *Desk) Progress(ctx context.Context, p access.Principal) (Pass, error) {
	if err := allowed(p); err != nil {
		return Pass{}, err
	}
	pass := d.pass()
	n, err := d.mailboxNames(ctx)
	if err != nil {
		return Pass{}, err
	}
	sums, err := d.archive.SumCoverage(ctx, pass.Started)
	if err != nil {
		return Pass{}, err
	}
	return pass.counted(n, sums), nil
}

// counted tells how far a pass is. What it has saved since its start is
// what it has done.
func (p Pass) counted(n *names, sums []archive.CoverageSum) Pass {
	if p.State == PassNone {
		return p
	}
	for i := range sums {
		s := &sums[i]
		if len(p.Mailboxes) > 0 && !slices.Contains(p.Mailboxes, s.Mailbox) {
			continue
		}
		if m := n.mailbox[s.Mailbox]; m != nil && m.State == archive.MailboxActive {
			p.Total += s.Folders
		}
		p.Folders += s.Since
	}
	p.Folders = min(p.Folders, p.Total)
	if p.State == PassDone {
		p.Folders = p.Total
	}
	return p
}

// older is the earlier of two times, of which zero is none.
func older(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
