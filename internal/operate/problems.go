package operate

import (
	"context"
	"fmt"
	"slices"
	"time"

	"mailquarry/internal/access"
	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
)

// MaxProblems is how many problems one answer, or one retry by number, may have.
const MaxProblems = 1000

// Problem is something that could not be taken and was set aside, so that the
// rest could go on.
type Problem struct {
	ID        int64
	Mailbox   MailboxRef // its zero value for what concerns no one mailbox
	Folder    FolderRef
	Message   mail.MessageID // 0 unless it is stored all the same
	Kind      string         // one of Kinds
	Key       string         // the source's own key of the message, "" when it gave none
	Part      string         // the source's key of the attachment
	Reason    string
	Code      string // the source's own
	Permanent bool   // trying again is unlikely to help
	Attempts  int
	First     time.Time
	Last      time.Time
	Next      time.Time // zero: only when asked for
}

// Kinds lists what a problem can be about.
func Kinds() []string { return []string{"message", "attachment", "attachments", "page", "scope"} }

// ProblemQuery asks for problems, a page at a time.
type ProblemQuery struct {
	Mailbox string // id or address; "" for all
	Kind    string // "" for all
	After   int64  // the last id of the page before
	Limit   int    // 1 to MaxProblems
}

// ProblemPage is some of the problems, in the order of their ids.
type ProblemPage struct {
	Total    int // of the mailbox, or of all, whatever their kind
	Problems []Problem
	Next     int64 // the After of the next page; 0 when this is the last
}

// Problems lists what was set aside.
func (d *Desk) Problems(ctx context.Context, p access.Principal, q ProblemQuery) (ProblemPage, error) {
	if err := allowed(p); err != nil {
		return ProblemPage{}, err
	}
	if q.Limit < 1 || q.Limit > MaxProblems {
		return ProblemPage{}, &RequestError{"limit", fmt.Sprintf("it has to be a whole number from 1 to %d", MaxProblems)}
	}
	if q.Kind != "" && !slices.Contains(Kinds(), q.Kind) {
		return ProblemPage{}, &RequestError{"kind", "it has to be message, attachment, attachments, page or scope"}
	}
	n, err := d.mailboxNames(ctx)
	if err != nil {
		return ProblemPage{}, err
	}
	var box mail.MailboxID
	if q.Mailbox != "" {
		m, err := n.find("mailbox", q.Mailbox)
		if err != nil {
			return ProblemPage{}, err
		}
		box = m.ID
	}
	counts, err := d.archive.CountProblems(ctx)
	if err != nil {
		return ProblemPage{}, err
	}
	found, err := d.archive.Problems(ctx, archive.ProblemFilter{
		Mailbox: box, Kind: archive.ProblemKind(q.Kind), After: q.After, Limit: q.Limit + 1,
	})
	if err != nil {
		return ProblemPage{}, err
	}
	page := ProblemPage{Problems: make([]Problem, 0, len(found))}
	for id, count := range counts {
		if box == 0 || id == box {
			page.Total += count
		}
	}
	if len(found) > q.Limit {
		found = found[:q.Limit]
		page.Next = found[q.Limit-1].ID
	}
	for _, f := range found {
		if err := d.readFolders(ctx, n, f.Mailbox); err != nil {
			return ProblemPage{}, err
		}
		page.Problems = append(page.Problems, n.problem(f))
	}
	return page, nil
}

func (n *names) problem(f archive.Problem) Problem {
	return Problem{
		ID: f.ID, Mailbox: n.mailboxRef(f.Mailbox), Folder: n.folderRef(f.Folder), Message: f.Message,
		Kind: string(f.Kind), Key: f.Key, Part: f.Part, Reason: f.Reason, Code: f.Code, Permanent: f.Permanent,
		Attempts: f.Attempts, First: f.First, Last: f.Last, Next: f.Next,
	}
}

// RetryRequest names what is tried again: some problems, those of a mailbox, or
// all. One of the three has to be chosen.
type RetryRequest struct {
	IDs     []int64
	Mailbox string // id or address
	All     bool
}

// Retried is what became of a RetryRequest.
type Retried struct {
	Problems int
	Now      bool // a sync is running and begins at once; otherwise at the next one
}

// Retry has problems tried again at once rather than when their time has come.
func (d *Desk) Retry(ctx context.Context, p access.Principal, r RetryRequest) (Retried, error) {
	if err := allowed(p); err != nil {
		return Retried{}, err
	}
	chosen := 0
	for _, c := range []bool{len(r.IDs) > 0, r.Mailbox != "", r.All} {
		if c {
			chosen++
		}
	}
	switch {
	case chosen != 1:
		return Retried{}, &RequestError{"ids", "one of ids, mailbox and all has to be given"}
	case len(r.IDs) > MaxProblems:
		return Retried{}, &RequestError{"ids", fmt.Sprintf("at most %d are possible at once; use mailbox or all", MaxProblems)}
	}
	n, err := d.mailboxNames(ctx)
	if err != nil {
		return Retried{}, err
	}
	var keys []string
	var box mail.MailboxID
	switch {
	case r.Mailbox != "":
		m, err := n.find("mailbox", r.Mailbox)
		if err != nil {
			return Retried{}, err
		}
		box, keys = m.ID, []string{m.Key}
	case len(r.IDs) > 0:
		if keys, err = d.owners(ctx, n, r.IDs); err != nil {
			return Retried{}, err
		}
	default:
		if keys, err = d.troubled(ctx, n); err != nil {
			return Retried{}, err
		}
	}
	count, err := d.archive.RetryProblems(ctx, r.IDs, box, d.now())
	if err != nil {
		return Retried{}, err
	}
	out := Retried{Problems: count, Now: d.sync != nil}
	if d.sync != nil && count > 0 && len(keys) > 0 {
		d.sync.Wake(keys...)
	}
	return out, nil
}

// owners lists the keys of the mailboxes whose problems these are. An id that is
// unknown is left: the problem may have been solved a moment ago.
func (d *Desk) owners(ctx context.Context, n *names, ids []int64) ([]string, error) {
	var keys []string
	for _, id := range ids {
		if id <= 0 {
			return nil, &RequestError{"ids", fmt.Sprintf("%d is no problem's number", id)}
		}
		found, err := d.archive.Problems(ctx, archive.ProblemFilter{After: id - 1, Limit: 1})
		if err != nil {
			return nil, err
		}
		if len(found) == 0 || found[0].ID != id {
			continue
		}
		if m := n.mailbox[found[0].Mailbox]; m != nil && !slices.Contains(keys, m.Key) {
			keys = append(keys, m.Key)
		}
	}
	return keys, nil
}

// troubled lists the keys of the mailboxes that have problems.
func (d *Desk) troubled(ctx context.Context, n *names) ([]string, error) {
	counts, err := d.archive.CountProblems(ctx)
	if err != nil {
		return nil, err
	}
	var keys []string
	for id, count := range counts {
		if m := n.mailbox[id]; m != nil && count > 0 {
			keys = append(keys, m.Key)
		}
	}
	return keys, nil
}
