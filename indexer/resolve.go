package indexer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"mailquarry/internal/archive"
	"mailquarry/internal/decode"
	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// resolver works on one page.
type resolver struct {
	*boxRound
	folder  archive.Folder
	stored  map[string]archive.Stored
	upserts map[string]archive.Upsert
	commit  *archive.MessageCommit
	news    bool // something is not as it was
	// retold are messages that the page tells of, and then that they left. Its
	// order is no promise (reference section 4.3).
	retold map[string]bool
}

// fold applies the page's changes in order: an object is merged over the
// message's former state, since an absent field keeps its value (reference
// section 4.3), and the last of several changes of one message counts. It
// returns the keys that left the folder in the end.
func (r *resolver) fold(changes []source.Change) map[string]bool {
	gone := map[string]bool{}
	for _, c := range changes {
		if c.Gone {
			gone[c.Key] = true
			if _, told := r.upserts[c.Key]; told {
				r.retold[c.Key] = true
			}
			delete(r.upserts, c.Key)
			continue
		}
		delete(gone, c.Key)
		r.put(r.merged(c))
	}
	return gone
}

func (r *resolver) merged(c source.Change) archive.Upsert {
	u := archive.Upsert{Key: c.Key, Format: c.Format, Payload: c.Payload}
	base := r.upserts[c.Key].Payload
	if s, ok := r.stored[c.Key]; base == nil && ok && !s.Deleted && s.Format == c.Format {
		base = s.Payload
	}
	if base != nil {
		u.Payload = overlay(base, c.Payload)
	}
	return u
}

// put sets a message's new state.
func (r *resolver) put(u archive.Upsert) {
	r.upserts[u.Key] = u
	s, ok := r.stored[u.Key]
	if !ok || s.Deleted || !s.GoneAt.IsZero() || s.Folder != r.folder.ID || !bytes.Equal(s.Payload, u.Payload) {
		r.news = true
	}
}

// overlay merges patch over base. A patch that changes nothing gives base byte
// for byte, so that a replay, of which a round after an expired link is full,
// costs the archive and the index nothing.
func overlay(base, patch []byte) []byte {
	merged, err := decode.Merge(base, patch)
	if err != nil {
		return patch // base is no object: nothing to keep
	}
	if same, err := decode.Merge(base, []byte("{}")); err == nil && bytes.Equal(same, merged) {
		return base
	}
	return merged
}

// malformed sets items aside that could not be read. Those without an id are
// one problem of the folder.
func (r *resolver) malformed(ctx context.Context, items []source.Malformed) error {
	nameless, reason := 0, ""
	for _, m := range items {
		r.opts.Logger.Warn("an item of the page cannot be read", "folder", r.folder.ID.String(), "reason", m.Reason)
		if m.Key == "" {
			nameless++
			reason = m.Reason
			continue
		}
		if err := r.setAside(ctx, archive.ProblemMessage, m.Key, errors.New(m.Reason)); err != nil {
			return err
		}
	}
	if nameless == 0 {
		return nil
	}
	p := archive.Problem{
		Folder: r.folder.ID, Kind: archive.ProblemPage, Part: namelessItems,
		Reason: fmt.Sprintf("%d items of a page have no id: %s", nameless, reason),
	}
	due, err := r.problems.isDue(ctx, p)
	if err != nil {
		return err
	}
	r.nameless[r.folder.ID] = due
	return r.problem(ctx, p)
}

// setAside puts an item of the page on the list of problems.
func (r *resolver) setAside(ctx context.Context, kind archive.ProblemKind, key string, err error) error {
	return r.problem(ctx, archive.Problem{
		Folder: r.folder.ID, Message: r.stored[key].ID, Kind: kind, Key: key,
		Reason: err.Error(), Code: codeOf(err), Permanent: source.ClassOf(err) == source.Permanent,
	})
}

func (r *resolver) problem(ctx context.Context, p archive.Problem) error {
	p, err := r.problems.schedule(ctx, p)
	r.commit.Problems = append(r.commit.Problems, p)
	return err
}

// completePartials reads whole what came as a partial object of a message that
// is not stored, and once more what came with fields of a wrong type.
func (r *resolver) completePartials(ctx context.Context) error {
	var keys, odd []string
	for _, key := range slices.Sorted(maps.Keys(r.upserts)) {
		sum, err := decode.GraphSummary(r.upserts[key].Payload)
		switch {
		case err != nil:
			delete(r.upserts, key)
			if err := r.setAside(ctx, archive.ProblemMessage, key, err); err != nil {
				return err
			}
		case !sum.HasBody:
			keys = append(keys, key)
		case r.isOdd(key):
			odd = append(odd, key)
		}
	}
	if err := r.refetch(ctx, keys); err != nil {
		return err
	}
	came := maps.Clone(r.upserts)
	if err := r.refetch(ctx, odd); err != nil {
		return err
	}
	for _, key := range odd {
		// One that cannot be read again stays as it came.
		if _, ok := r.upserts[key]; !ok && !slices.Contains(r.commit.Removed, key) {
			r.upserts[key] = came[key]
		}
	}
	return nil
}

// isOdd tells whether a message came with fields of a wrong type that it did not
// have before.
func (r *resolver) isOdd(key string) bool {
	u := r.upserts[key]
	if s, ok := r.stored[key]; ok && bytes.Equal(s.Payload, u.Payload) {
		return false
	}
	_, err := decode.Message(u.Format, u.Payload)
	return err != nil
}

// refetch replaces messages' states by what the source says now.
func (r *resolver) refetch(ctx context.Context, keys []string) error {
	for keys := range slices.Chunk(keys, itemsAtOnce) {
		fetched, err := r.items.Fetch(ctx, r.box.Key, keys)
		if err == nil && len(fetched) != len(keys) {
			err = errShort
		}
		if err != nil {
			return fmt.Errorf("read messages: %w", err)
		}
		for i, key := range keys {
			delete(r.upserts, key)
			err := fetched[i].Err
			switch {
			case err == nil:
				c := fetched[i].Change
				r.put(archive.Upsert{Key: key, Format: c.Format, Payload: c.Payload})
			case saysGone(err):
				r.remove(key)
			default:
				if err := r.itemFailed(ctx, archive.ProblemMessage, key, err); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// saysGone tells whether an answer is proof that a message does not exist. A
// bare 404 may come from whatever stands between here and the mailbox: it is set
// aside, and believed when it comes again later.
func saysGone(err error) bool {
	var e *source.Error
	return errors.As(err, &e) && e.Class == source.NotFound && (e.Status != http.StatusNotFound || strings.EqualFold(e.Code, "ErrorItemNotFound"))
}

func (r *resolver) remove(key string) {
	r.commit.Removed = append(r.commit.Removed, key)
	if s, ok := r.stored[key]; ok && !s.Deleted {
		r.news = true
	}
}

// itemFailed sets an item aside that alone fails. An error that would meet the
// next item too is given back.
func (r *resolver) itemFailed(ctx context.Context, kind archive.ProblemKind, key string, err error) error {
	if err := r.onlyThis(ctx, err); err != nil {
		return err
	}
	return r.setAside(ctx, kind, key, err)
}

// onlyThis tells whether an item's error is its own: nil when the mailbox
// answers another question. One item that is refused, or that breaks the
// connection every time, must not end every round at the same page.
func (r *boxRound) onlyThis(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if !refusesMailbox(err) {
		return nil
	}
	if _, perr := r.src.Probe(ctx, r.box.Key); perr != nil {
		return err
	}
	return nil
}

// refusesMailbox tells the errors of an item that may be the mailbox's.
func refusesMailbox(err error) bool {
	switch source.ClassOf(err) {
	case source.MailboxUnavailable, source.Denied, source.Forbidden, source.Unauthenticated, source.Unreachable:
		return true
	default:
		return false
	}
}

// confirmGone asks where the messages are that the stream says have left the
// folder. With immutable ids a removal is no proof: a message that went away and
// came back is reported as removed only, and some moves are never reported by
// the folder they lead to (reference section 4.4).
func (r *resolver) confirmGone(ctx context.Context, keys []string) error {
	for keys := range slices.Chunk(keys, itemsAtOnce) {
		stored, err := r.archive.Lookup(ctx, r.box.ID, keys)
		if err != nil {
			return local(err)
		}
		maps.Copy(r.stored, stored)
		var here []string
		for _, key := range keys {
			if r.retold[key] || r.stands(key) {
				here = append(here, key)
			}
		}
		if len(here) == 0 {
			continue
		}
		back, err := r.trace(ctx, here)
		if err != nil {
			return err
		}
		if err := r.refetch(ctx, back); err != nil {
			return err
		}
	}
	return nil
}

// trace finds out where messages are, and gives those that are here after all.
func (r *resolver) trace(ctx context.Context, keys []string) (back []string, err error) {
	located, err := r.items.Locate(ctx, r.box.Key, keys)
	if err == nil && len(located) != len(keys) {
		err = errShort
	}
	if err != nil {
		return nil, fmt.Errorf("look where messages went: %w", err)
	}
	for i, key := range keys {
		at, err := located[i].Folder, located[i].Err
		switch {
		case saysGone(err) && !r.stands(key):
		case saysGone(err):
			r.remove(key)
		case err != nil:
			if err := r.itemFailed(ctx, archive.ProblemMessage, key, err); err != nil {
				return nil, err
			}
		case at == r.folder.Key:
			back = append(back, key)
		case !r.stands(key):
			// That folder tells of it.
		default:
			to, ok, err := r.whither(ctx, at)
			if errors.Is(err, errNoPlace) {
				if err := r.setAside(ctx, archive.ProblemMessage, key, err); err != nil {
					return nil, err
				}
				continue
			}
			if err != nil {
				return nil, err
			}
			if !ok {
				// Out of the scope is as good as gone.
				r.remove(key)
				continue
			}
			r.commit.Moved[key] = to
			r.news = true
		}
	}
	return back, nil
}

// maxRelisted bounds how often the folders are listed again in one step.
const maxRelisted = 5

// errNoPlace: it is not known whether the folder that a message is in is synced.
var errNoPlace = &source.Error{Class: source.Transient, Message: "the message is in a folder that is not in the list of folders yet"}

// stands tells whether the store has a message in this folder.
func (r *resolver) stands(key string) bool {
	s, ok := r.stored[key]
	return ok && !s.Deleted && s.GoneAt.IsZero() && s.Folder == r.folder.ID
}

// whither finds a folder that messages went to. One that is too new to be known
// is looked for in a fresh list, so that its messages keep what is stored of
// them. Only a list that came after the folder was first heard of shows that it
// is none that is synced; without one it is errNoPlace.
func (r *boxRound) whither(ctx context.Context, key string) (mail.FolderID, bool, error) {
	if _, known := r.folders[key]; !known && !r.unlisted[key] {
		if r.relisted >= maxRelisted {
			return 0, false, errNoPlace
		}
		if err := r.relist(ctx); err != nil {
			if ctx.Err() != nil || stopsMailbox(err) {
				return 0, false, err
			}
			r.opts.Logger.Info("the folders cannot be listed again", "mailbox", r.box.ID.String(), "error", err)
			return 0, false, errNoPlace
		}
		if _, known := r.folders[key]; !known {
			r.unlisted[key] = true
		}
	}
	to, ok := r.destination(key)
	return to, ok, nil
}

// sweep ends a full round: what it did not report is confirmed to be gone.
func (r *resolver) sweep(ctx context.Context, asked map[string]bool) error {
	unseen, err := r.archive.Unseen(ctx, r.folder.ID)
	if err != nil {
		return local(err)
	}
	unseen = slices.DeleteFunc(unseen, func(key string) bool {
		_, here := r.upserts[key]
		return here || asked[key]
	})
	return r.confirmGone(ctx, unseen)
}

// sweptAtOnce bounds what the last page of a full round confirms to be gone.
const sweptAtOnce = 500

// sweepSome confirms some of what a full round has not reported, before its last
// page, where that is too much for one commit. While it tells so, the page is to
// be read again.
func (r *boxRound) sweepSome(ctx context.Context, f archive.Folder, last source.MessagePage) (more bool, err error) {
	unseen, err := r.archive.Unseen(ctx, f.ID)
	if err != nil {
		return false, local(err)
	}
	reported := map[string]bool{}
	for _, c := range last.Changes {
		reported[c.Key] = true
	}
	var gone source.MessagePage
	for _, key := range unseen {
		if reported[key] {
			continue
		}
		if len(gone.Changes) == sweptAtOnce {
			more = true
			break
		}
		gone.Changes = append(gone.Changes, source.Change{Key: key, Gone: true})
	}
	if !more {
		return false, nil
	}
	commit, err := r.resolve(ctx, f, gone, false)
	if err != nil {
		return false, err
	}
	return true, r.storeItems(ctx, commit)
}

// sameButPlace tells whether a message was only moved: what is in it is as it
// was. A move gives it another changeKey (reference section 4.4), which alone
// would look like a change of its attachments. What was stored before header
// fields were asked for lacks them.
func sameButPlace(was, is []byte) bool {
	before, after := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	if json.Unmarshal(was, &before) != nil || json.Unmarshal(is, &after) != nil {
		return false
	}
	if bytes.Equal(before["parentFolderId"], after["parentFolderId"]) || string(after["isDraft"]) == "true" {
		return false
	}
	for _, fields := range []map[string]json.RawMessage{before, after} {
		for _, name := range []string{
			"parentFolderId", "changeKey", "@odata.etag", "@odata.type", "@odata.context", "lastModifiedDateTime",
			"isRead", "flag", "categories", "inferenceClassification", "internetMessageHeaders",
		} {
			delete(fields, name)
		}
	}
	return maps.EqualFunc(before, after, func(x, y json.RawMessage) bool { return bytes.Equal(x, y) })
}
