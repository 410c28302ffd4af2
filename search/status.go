package search

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"mailquarry/internal/access"
	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
	"mailquarry/search/engine"
)

// Status is how far sync and index are.
type Status struct {
	At        time.Time
	Totals    Progress
	Mailboxes []MailboxStatus
	Texts     []TextCount // by state and type, in that order
}

// TextCount is how many messages have an attachment of a type whose text came to
// a state.
type TextCount struct {
	State, Type string // Type is "" where it is not known
	Messages    int
}

// Progress counts messages.
type Progress struct {
	Source  int // at the source, as it claims
	Stored  int // and at the source, as far as is known
	Kept    int // stored, gone at the source, and kept
	Indexed int // of Stored and Kept
	Failed  int
}

// The states of a mailbox and of a folder.
const (
	StateWaiting = "waiting" // its first round has not begun or brought anything
	StateSyncing = "syncing" // its first round is under way
	StateSynced  = "synced"  // its first round has ended; changes follow at intervals
	StateFailing = "failing" // its last round failed
	StateSkipped = "skipped" // its messages are not synced
)

// MailboxStatus is how far one mailbox is. State is one of the states above,
// or the archive's unavailable or denied, with the reason.
type MailboxStatus struct {
	Mailbox MailboxRef
	State   string
	Reason  string
	Progress
	LastAttempt time.Time
	LastSuccess time.Time
	LastError   string
	Folders     []FolderStatus
}

// FolderStatus is how far one folder is.
type FolderStatus struct {
	Folder FolderRef
	State  string
	Progress
	LastSuccess time.Time
	LastError   string
}

// Status tells how far the mailboxes are that p may see.
func (s *Service) Status(ctx context.Context, p access.Principal) (Status, error) {
	n, err := s.names.names(ctx, 0)
	if err != nil {
		return Status{}, err
	}
	var indexed uint64
	if s.checkpoint != nil {
		if indexed, err = s.checkpoint(ctx); err != nil {
			return Status{}, fmt.Errorf("ask how far the index is: %w", err)
		}
	}
	folders, err := s.archive.Status(ctx, archive.Seq(indexed))
	if err != nil {
		return Status{}, fmt.Errorf("ask how far the folders are: %w", err)
	}
	of := map[mail.MailboxID][]FolderStatus{}
	for _, f := range folders {
		of[f.Folder.Mailbox] = append(of[f.Folder.Mailbox], folderStatus(f, n))
	}
	scope := n.scope(p)
	out := Status{At: s.now().UTC(), Mailboxes: make([]MailboxStatus, 0, len(n.mailboxes))}
	for _, m := range n.mailboxes {
		if !scope.Contains(m.ID) {
			continue
		}
		st := mailboxStatus(m, of[m.ID])
		out.Totals.add(st.Progress)
		out.Mailboxes = append(out.Mailboxes, st)
	}
	out.Texts, err = s.textCounts(ctx, scope)
	return out, err
}

// textCounts counts what became of attachments' texts.
func (s *Service) textCounts(ctx context.Context, scope access.Scope) ([]TextCount, error) {
	res, err := s.engine.Search(ctx, engine.Request{Scope: scope, Facets: []engine.Facet{engine.FacetState}})
	if err != nil {
		return nil, fmt.Errorf("count attachments' states: %w", err)
	}
	counts := []TextCount{}
	for _, b := range res.Facets[engine.FacetState] {
		if state, kind, typed := strings.Cut(b.Value, "/"); typed {
			counts = append(counts, TextCount{State: state, Type: kind, Messages: b.Count})
		}
	}
	slices.SortFunc(counts, func(a, b TextCount) int {
		return cmp.Or(cmp.Compare(a.State, b.State), cmp.Compare(b.Messages, a.Messages), cmp.Compare(a.Type, b.Type))
	})
	return counts, nil
}

func (p *Progress) add(q Progress) {
	p.Source += q.Source
	p.Stored += q.Stored
	p.Kept += q.Kept
	p.Indexed += q.Indexed
	p.Failed += q.Failed
}

func folderStatus(f archive.FolderStatus, n *names) FolderStatus {
	st := FolderStatus{
		Folder:      FolderRef{ID: f.Folder.ID, Path: joinPath(f.Folder.Path), WellKnown: f.Folder.WellKnown},
		Progress:    Progress{Source: f.Folder.Total, Stored: f.Stored, Kept: f.Kept, Indexed: f.Indexed, Failed: f.Failed},
		LastSuccess: f.LastSuccess, LastError: f.LastError,
	}
	m := n.mailbox[f.Folder.Mailbox]
	imported := m != nil && m.Source != "graph"
	if imported {
		st.Source = f.Stored
	}
	switch {
	case f.Folder.Skip, f.Folder.Excluded, f.Folder.Gone:
		st.State, st.Source = StateSkipped, 0
	case f.LastError != "":
		st.State = StateFailing
	case f.Complete, imported:
		st.State = StateSynced
	case f.Stored > 0:
		st.State = StateSyncing
	default:
		st.State = StateWaiting
	}
	return st
}

func mailboxStatus(m archive.Mailbox, folders []FolderStatus) MailboxStatus {
	st := MailboxStatus{
		Mailbox: MailboxRef{ID: m.ID, Address: m.Address, Name: m.Name},
		Reason:  m.Reason, Folders: folders,
		LastAttempt: m.LastAttempt, LastSuccess: m.LastSuccess, LastError: m.LastError,
	}
	if st.Folders == nil {
		st.Folders = []FolderStatus{}
	}
	count := map[string]int{}
	for _, f := range folders {
		st.add(f.Progress)
		count[f.State]++
	}
	begun := count[StateSyncing] + count[StateSynced]
	switch {
	case m.State != archive.MailboxActive:
		st.State = string(m.State)
	case m.LastError != "" || count[StateFailing] > 0:
		st.State = StateFailing
	case count[StateSyncing]+count[StateWaiting] == 0 && (begun > 0 || !m.LastSuccess.IsZero() || m.Source != "graph"):
		st.State = StateSynced
	case begun > 0:
		st.State = StateSyncing
	default:
		st.State = StateWaiting
	}
	return st
}
