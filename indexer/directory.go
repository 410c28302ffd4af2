package indexer

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"mailquarry/internal/archive"
	"mailquarry/internal/source"
)

// problemOfScope is the kind of a problem with a group or list of the scope. It
// belongs to no mailbox.
const problemOfScope archive.ProblemKind = "scope"

// roster knows the members of the scope's groups and files. They are read with
// the directory; what cannot be read stays as it was known last.
type roster struct {
	*Puller
	mu  sync.Mutex
	now members
}

func newRoster(p *Puller) *roster {
	return &roster{Puller: p, now: members{groups: map[string]map[string]bool{}, files: map[string][]Rule{}}}
}

func (r *roster) current() members {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

// read brings the members up to date. A group or file that cannot be read is a
// problem that is listed, and drops nobody.
func (r *roster) read(ctx context.Context) error {
	was := r.current()
	next := members{groups: map[string]map[string]bool{}, files: map[string][]Rule{}, stale: map[string]bool{}}
	failed := map[string]error{}
	scope := r.opts.Scope
	for _, group := range scope.values(groupRule) {
		keys, err := r.groupMembers(ctx, group)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			failed[Rule{groupRule, group}.String()] = err
			next.stale[group] = true
			if known, ok := was.groups[group]; ok {
				next.groups[group] = known
			}
		default:
			next.groups[group] = keys
		}
	}
	for _, path := range scope.values(fileRule) {
		rules, err := readRules(path)
		if err != nil {
			failed[Rule{fileRule, path}.String()] = err
			if known, ok := was.files[path]; ok {
				next.files[path] = known
			}
			continue
		}
		next.files[path] = rules
	}
	r.mu.Lock()
	r.now = next
	r.mu.Unlock()
	return r.listProblems(ctx, failed)
}

func (r *roster) groupMembers(ctx context.Context, group string) (map[string]bool, error) {
	if r.directory == nil {
		return nil, errNoDirectory
	}
	keys, err := r.directory.Members(ctx, group)
	if err != nil {
		return nil, err
	}
	out := make(map[string]bool, len(keys))
	for _, k := range keys {
		out[strings.ToLower(k)] = true
	}
	return out, nil
}

// listProblems keeps the list of problems in step with what failed now.
func (r *roster) listProblems(ctx context.Context, failed map[string]error) error {
	listed, err := r.archive.Problems(ctx, archive.ProblemFilter{Kind: problemOfScope})
	if err != nil {
		return local(err)
	}
	var over []int64
	for _, p := range listed {
		if failed[p.Key] == nil && p.Key != leavingKey {
			over = append(over, p.ID)
		}
	}
	if len(over) > 0 {
		if err := r.archive.ClearProblems(ctx, over); err != nil {
			return local(err)
		}
	}
	var problems []archive.Problem
	now := r.opts.Now()
	for rule, err := range failed {
		r.opts.Logger.Warn("a rule of the scope cannot be resolved; the members known last stay", "error", err)
		problems = append(problems, archive.Problem{
			Kind: problemOfScope, Key: rule, Reason: err.Error(), Code: codeOf(err),
			Last: now, Next: now.Add(r.opts.Interval),
		})
	}
	if len(problems) == 0 {
		return nil
	}
	return local(r.archive.SetProblems(ctx, problems))
}

// readDirectory brings the list of mailboxes and the scope up to date.
func (p *Puller) readDirectory(ctx context.Context) ([]archive.Mailbox, error) {
	p.directoryTurn.Lock()
	defer p.directoryTurn.Unlock()
	return p.readDirectoryInTurn(ctx)
}

func (p *Puller) readDirectoryInTurn(ctx context.Context) ([]archive.Mailbox, error) {
	if err := p.pullMailboxes(ctx); err != nil {
		return nil, err
	}
	if err := p.members.read(ctx); err != nil {
		return nil, err
	}
	return p.applyScope(ctx)
}

// relistMailboxes reads the whole directory anew: each mailbox there is, and none
// that is not. The restart belongs to the turn: a page of changes that came in
// between would pass for the whole list, and everybody else for removed.
func (p *Puller) relistMailboxes(ctx context.Context) error {
	p.directoryTurn.Lock()
	defer p.directoryTurn.Unlock()
	if err := p.archive.RestartMailboxes(ctx, GraphSource); err != nil {
		return local(err)
	}
	_, err := p.readDirectoryInTurn(ctx)
	return err
}

// applyScope marks the mailboxes that are out of the scope, and takes back those
// that are in it again. It gives the mailboxes as they are then, without those
// whose place in the scope cannot be told and that hold nothing yet.
func (p *Puller) applyScope(ctx context.Context) ([]archive.Mailbox, error) {
	boxes, err := p.archive.Mailboxes(ctx)
	if err != nil {
		return nil, err
	}
	members := p.members.current()
	if p.opts.Scope.namesNobody(members, boxes) {
		return nil, errNobody
	}
	probes := 0
	var out []archive.Mailbox
	for _, b := range boxes {
		if b.Source != GraphSource {
			continue
		}
		if probes < probesPerRound && p.purposeIsStale(b) {
			probes++
			p.askPurpose(ctx, &b)
		}
		v := p.opts.Scope.judge(members, b)
		if v == undecided && b.State == archive.MailboxActive && b.LastSuccess.IsZero() {
			continue
		}
		if err := p.place(ctx, &b, v, members); err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	if err := p.listLeaving(ctx); err != nil {
		return nil, err
	}
	return out, ctx.Err()
}

// probesPerRound bounds how many mailboxes that are out of the scope are asked
// for their purpose each time the directory is read.
const probesPerRound = 50

// purposeIsStale tells whether a mailbox is out of the scope, has not been asked
// for its purpose for long, and would perhaps be in the scope with another one.
// The others are asked in their own rounds.
func (p *Puller) purposeIsStale(b archive.Mailbox) bool {
	return b.State == archive.MailboxExcluded && p.opts.Scope.asksPurpose() &&
		p.opts.Now().Sub(p.line.box(b.ID).probed(p.opts)) >= p.opts.Reprobe
}

// askPurpose asks for a mailbox's purpose. That it fails is no matter: the
// mailbox is out of the scope, and is asked again.
func (p *Puller) askPurpose(ctx context.Context, b *archive.Mailbox) {
	m, err := p.src.Probe(ctx, b.Key)
	if err != nil {
		p.opts.Logger.Info("a mailbox out of the scope cannot be asked for its purpose", "mailbox", b.ID.String(), "error", err)
		return
	}
	p.line.box(b.ID).setProbed(p.opts.Now())
	if m.Purpose == "" || m.Purpose == b.Purpose {
		return
	}
	if err := p.archive.UpdateMailbox(ctx, b.ID, m); err != nil {
		p.opts.Logger.Error("a mailbox's purpose cannot be stored", "mailbox", b.ID.String(), "error", err)
		return
	}
	b.Purpose = m.Purpose
}

func (p *Puller) pullMailboxes(ctx context.Context) error {
	restarted := false
	for {
		cur, err := p.archive.MailboxCursor(ctx, GraphSource)
		if err != nil {
			return err
		}
		page, err := p.src.Mailboxes(ctx, cur)
		if source.ClassOf(err) == source.Expired && !restarted {
			restarted = true
			if err := p.archive.RestartMailboxes(ctx, GraphSource); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return fmt.Errorf("list the tenant's users: %w", err)
		}
		p.states.Lock()
		err = p.archive.CommitMailboxes(ctx, GraphSource, page)
		p.states.Unlock()
		if err != nil {
			return err
		}
		if page.Next.Complete {
			return nil
		}
	}
}
