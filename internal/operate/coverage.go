package operate

import (
	"cmp"
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

// verified tells whether the folder was compared to its end.
func (f *FolderCoverage) verified() bool { return !f.At.IsZero() && f.Error == "" }

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
	Folders     []FolderCoverage
	Verified    int // folders that were compared to their end
	Unverified  int // folders that were not
	Unreachable []Unreachable
}

// Coverage is the latest report on every mailbox, and the pass that was asked
// for last.
type Coverage struct {
	At time.Time // of the oldest outcome in it; zero when there is none
	Counts
	Verified   int // folders
	Unverified int
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

// Coverage gives the latest report, of these mailboxes or, for none, of all.
func (d *Desk) Coverage(ctx context.Context, p access.Principal, mailboxes []string) (Coverage, error) {
	if err := allowed(p); err != nil {
		return Coverage{}, err
	}
	n, err := d.names(ctx, 0)
	if err != nil {
		return Coverage{}, err
	}
	// Asked before the rows are read: a pass that is done has saved all of them.
	pass := d.pass()
	var only []mail.MailboxID
	for _, name := range mailboxes {
		m, err := n.find("mailbox", name)
		if err != nil {
			return Coverage{}, err
		}
		only = append(only, m.ID)
	}
	rows, err := d.archive.Coverages(ctx)
	if err != nil {
		return Coverage{}, err
	}
	causes, err := d.causes(ctx)
	if err != nil {
		return Coverage{}, err
	}
	out := Coverage{Pass: pass.counted(n, rows)}
	byFolder := map[mail.FolderID]archive.Coverage{}
	for _, r := range rows {
		byFolder[r.Folder] = r
	}
	folders := map[mail.MailboxID][]FolderCoverage{}
	for i := range n.folders {
		f := &n.folders[i]
		folders[f.Mailbox] = append(folders[f.Mailbox], folderCoverage(f, byFolder[f.ID], causes[f.ID]))
	}
	for i := range n.mailboxes {
		m := &n.mailboxes[i]
		if len(only) > 0 && !slices.Contains(only, m.ID) {
			continue
		}
		box := mailboxCoverage(m, folders[m.ID])
		out.add(box.Counts)
		out.Verified += box.Verified
		out.Unverified += box.Unverified
		out.At = older(out.At, box.At)
		out.Mailboxes = append(out.Mailboxes, box)
	}
	return out, nil
}

func folderCoverage(f *archive.Folder, r archive.Coverage, causes []Cause) FolderCoverage {
	return FolderCoverage{
		Folder: FolderRef{ID: f.ID, Path: strings.Join(f.Path, "/")}, At: r.At, Why: r.Why, Error: r.Error, Causes: causes,
		Counts: Counts{
			Source: r.Source, Stored: r.Stored, Indexed: r.Indexed, SetAside: r.SetAside, Kept: r.Kept, OutOfScope: r.OutOfScope,
			Missing: r.Missing, Surplus: r.Surplus, Stale: r.Stale, Unindexed: r.Unindexed,
			Repaired: r.Repaired, Unexplained: r.Unexplained,
		},
	}
}

// mailboxCoverage sums a mailbox up. Of one that is not active nothing is left
// to prove: its state says why there is nothing to compare.
func mailboxCoverage(m *archive.Mailbox, folders []FolderCoverage) MailboxCoverage {
	box := MailboxCoverage{
		Mailbox: MailboxRef{ID: m.ID, Address: m.Address, Name: m.Name},
		State:   string(m.State), Why: m.Reason, Folders: folders,
	}
	for i := range folders {
		f := &folders[i]
		box.add(f.Counts)
		box.At = older(box.At, f.At)
		switch {
		case f.verified():
			box.Verified++
		case m.State == archive.MailboxActive:
			box.Unverified++
		}
	}
	if m.State == archive.MailboxActive && len(folders) == 0 && m.LastSuccess.IsZero() {
		box.Unverified++ // its folders are not even known
	}
	if m.Source == "graph" {
		box.Unreachable = []Unreachable{inPlaceArchive()}
	}
	return box
}

// causes sums up why messages were set aside, by folder.
func (d *Desk) causes(ctx context.Context) (map[mail.FolderID][]Cause, error) {
	out := map[mail.FolderID][]Cause{}
	for after := int64(0); ; {
		found, err := d.archive.Problems(ctx, archive.ProblemFilter{After: after, Limit: MaxProblems})
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			after = f.ID
			if f.Kind == "message" || f.Kind == "page" {
				out[f.Folder] = count(out[f.Folder], f.Reason, f.Code)
			}
		}
		if len(found) < MaxProblems {
			break
		}
	}
	for _, list := range out {
		slices.SortStableFunc(list, func(a, b Cause) int { return cmp.Compare(b.Messages, a.Messages) })
	}
	return out, nil
}

func count(list []Cause, reason, code string) []Cause {
	for i := range list {
		if list[i].Reason == reason && list[i].Code == code {
			list[i].Messages++
			return list
		}
	}
	return append(list, Cause{Reason: reason, Code: code, Messages: 1})
}

// Progress tells how far the pass is that was asked for last.
func (d *Desk) Progress(ctx context.Context, p access.Principal) (Pass, error) {
	if err := allowed(p); err != nil {
		return Pass{}, err
	}
	pass := d.pass()
	n, err := d.names(ctx, 0)
	if err != nil {
		return Pass{}, err
	}
	rows, err := d.archive.Coverages(ctx)
	if err != nil {
		return Pass{}, err
	}
	return pass.counted(n, rows), nil
}

// counted tells how far a pass is. What it has saved since its start is
// what it has done.
func (p Pass) counted(n *names, rows []archive.Coverage) Pass {
	if p.State == PassNone {
		return p
	}
	asked := func(id mail.MailboxID) bool { return len(p.Mailboxes) == 0 || slices.Contains(p.Mailboxes, id) }
	for i := range n.folders {
		m := n.mailbox[n.folders[i].Mailbox]
		if m != nil && m.State == archive.MailboxActive && asked(m.ID) {
			p.Total++
		}
	}
	for _, r := range rows {
		if f := n.folder[r.Folder]; f != nil && asked(r.Mailbox) && !r.At.Before(p.Started) {
			p.Folders++
		}
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
