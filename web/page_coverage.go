package web

import (
	"cmp"
	"slices"

	"mailquarry/internal/operate"
	"mailquarry/search"
)

// coverageView is the latest proof that nothing is missing.
type coverageView struct {
	Lead      string
	Tone      string // good, warn, bad or ""
	At        when
	Bar       barView // of the pass that is running
	Fault     string  // why the last pass failed
	Figures   []figure
	Mailboxes []mailboxCoverageView
	Others    string
}

type mailboxCoverageView struct {
	ID          string
	Name        string
	Address     string
	State       string
	Tone        string
	Why         string
	Line        string
	At          when
	Folders     []folderCoverageView
	Unreachable []string
	rank        int
}

type folderCoverageView struct {
	Path        string
	Source      string
	Stored      string
	Indexed     string
	SetAside    string
	Kept        string
	OutOfScope  string
	Unexplained string
	Notes       []string
	Error       string
	At          when
}

// coverageShown chooses the mailboxes of a report that the page has room for,
// those first that need a look, and tells how many are left out.
func (p *pages) coverageShown(v operate.Coverage, filter string) (shown []operate.MailboxCoverage, others int) {
	for _, m := range v.Mailboxes {
		if m.State == "removed" && m.Kept == 0 {
			continue
		}
		if matches(search.MailboxRef{ID: m.Mailbox.ID, Address: m.Mailbox.Address, Name: m.Mailbox.Name}, filter) {
			shown = append(shown, m)
		}
	}
	if others = len(shown) - mailboxesShown; others <= 0 {
		return shown, 0
	}
	rank := func(m operate.MailboxCoverage) int { return p.mailboxCoverageView(m).rank }
	slices.SortStableFunc(shown, func(a, b operate.MailboxCoverage) int { return cmp.Compare(rank(a), rank(b)) })
	return shown[:mailboxesShown], others
}

func (p *pages) coverageView(v operate.Coverage, shown []operate.MailboxCoverage, others int) coverageView {
	out := coverageView{At: p.when(v.At)}
	out.Lead, out.Tone = verdict(v)
	if !v.At.IsZero() {
		out.Figures = []figure{
			{"At the source", number(v.Source)},
			{"Stored", number(v.Stored)},
			{"Indexed", number(v.Indexed)},
			{"Set aside", number(v.SetAside)},
			{"Kept", number(v.Kept)},
			{"Not in scope", number(v.OutOfScope)},
			{"Mended", number(v.Repaired)},
			{"Unexplained", number(v.Unexplained)},
		}
	}
	switch v.Pass.State {
	case operate.PassRunning:
		out.Bar = barView{Text: number(v.Pass.Folders) + " of " + plural(v.Pass.Total, "folder", "folders") + " compared", Value: v.Pass.Folders, Max: max(v.Pass.Total, 1)}
	case operate.PassFailed:
		out.Fault = v.Pass.Error
	}
	for _, m := range shown {
		out.Mailboxes = append(out.Mailboxes, p.mailboxCoverageView(m))
	}
	if others > 0 {
		out.Others = plural(others, "more mailbox is", "more mailboxes are") + " not shown."
	}
	return out
}

// verdict says in a sentence what the report comes to.
func verdict(v operate.Coverage) (lead, tone string) {
	switch {
	case v.At.IsZero():
		return "Source, store and index have not been compared yet.", ""
	case v.Unexplained > 0:
		return plural(v.Unexplained, "message is", "messages are") + " not accounted for.", "bad"
	case v.Verified == 0:
		return "Source, store and index could not be compared; the folders say why.", "warn"
	case v.Unverified > 0:
		return "All that was compared is accounted for; " + plural(v.Unverified, "folder is", "folders are") + " still to be compared.", "warn"
	}
	if open := v.Stored - v.Indexed; open > 0 {
		return "Every message is accounted for; " + plural(open, "message is", "messages are") + " still to be indexed.", "good"
	}
	return "Every message is accounted for.", "good"
}

func (p *pages) mailboxCoverageView(m operate.MailboxCoverage) mailboxCoverageView {
	v := mailboxCoverageView{
		ID: m.Mailbox.ID.String(), Name: m.Mailbox.Name, Address: m.Mailbox.Address, Why: m.Why, At: p.when(m.At), rank: 1,
		Line: number(m.Stored) + " of " + number(m.Source-m.OutOfScope),
	}
	if v.Name == "" {
		v.Name = v.Address
	}
	switch {
	case m.Unexplained > 0:
		v.State, v.Tone, v.rank = number(m.Unexplained)+" unexplained", "bad", 0
	case m.State != "active":
		v.State, v.Tone = stateOfMailbox(m.State)
	case m.At.IsZero():
		v.State, v.Line = "Not compared yet", ""
	case m.Verified == 0:
		v.State, v.Tone, v.Line, v.rank = "Not compared", "warn", "", 0
	case m.Unverified > 0:
		v.State, v.Tone, v.rank = "Not all compared", "warn", 0
	default:
		v.State, v.Tone = "Complete", "good"
	}
	for _, u := range m.Unreachable {
		v.Unreachable = append(v.Unreachable, u.Why)
	}
	for _, f := range m.Folders {
		v.Folders = append(v.Folders, p.folderCoverageView(f))
	}
	return v
}

func (p *pages) folderCoverageView(f operate.FolderCoverage) folderCoverageView {
	v := folderCoverageView{
		Path: f.Folder.Path, At: p.when(f.At), Error: f.Error,
		Source: number(f.Source), Stored: number(f.Stored), Indexed: number(f.Indexed), SetAside: number(f.SetAside),
		Kept: number(f.Kept), OutOfScope: number(f.OutOfScope), Unexplained: number(f.Unexplained),
	}
	if f.Why != "" {
		v.Notes = append(v.Notes, "Not in scope: "+f.Why)
	}
	for _, c := range f.Causes {
		v.Notes = append(v.Notes, plural(c.Messages, "message", "messages")+" set aside: "+honest(c.Reason))
	}
	if f.Repaired > 0 {
		v.Notes = append(v.Notes, plural(f.Repaired, "difference", "differences")+" mended")
	}
	return v
}
