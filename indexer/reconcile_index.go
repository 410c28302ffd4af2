package indexer

import (
	"context"
	"fmt"
	"slices"

	"mailquarry/internal/access"
	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
	"mailquarry/search/engine"
)

// inIndex compares a folder in the store with the index, mends what differs, and
// adds to the outcome. What the builder has not come to yet is no difference.
// Compared tells that the outcome has the source's side: what arrived since then
// is not counted, so that all numbers of an outcome are of the same messages.
func (p *pass) inIndex(ctx context.Context, f archive.Folder, c archive.Coverage, compared bool) (archive.Coverage, error) {
	d, settled, err := p.indexSettled(ctx, f)
	if err != nil {
		return c, err
	}
	wrong := slices.Concat(d.missing, d.surplus)
	if len(wrong) > 0 {
		c.Unindexed += len(wrong)
		if err := p.builder.Repair(ctx, wrong); err != nil {
			return c, err
		}
		if d, err = p.indexDiffers(ctx, f); err != nil {
			return c, err
		}
		open := len(both(slices.Concat(d.missing, d.surplus), wrong))
		c.Repaired += len(wrong) - open
		c.Unexplained += open
	}
	if settled {
		d.stored -= d.arrived
		d.absent -= d.arrived
	}
	if !compared {
		c.Stored, c.Kept = d.stored, d.kept
	}
	c.Indexed = max(0, c.Stored-d.absent)
	return c, nil
}

// indexSettled compares a folder with the index. Where they differ the builder is
// let catch up first, unless it is far behind: then a later pass tells what is
// surplus, and what is to be indexed is counted as that.
func (p *pass) indexSettled(ctx context.Context, f archive.Folder) (d indexState, settled bool, err error) {
	if d, err = p.indexDiffers(ctx, f); err != nil || d.absent == 0 && len(d.surplus) == 0 {
		return d, false, err
	}
	if settled, err = p.caughtUp(ctx); err != nil || !settled {
		d.surplus = nil
		return d, false, err
	}
	before := d.surplus
	if d, err = p.indexDiffers(ctx, f); err != nil {
		return d, false, err
	}
	d.surplus = both(d.surplus, before)
	return d, true, nil
}

// indexState is how a folder's store and index differ.
type indexState struct {
	missing      []mail.MessageID // stored, passed by the checkpoint, not in the index
	surplus      []mail.MessageID // in the index, not stored in this folder; or in it twice
	stored, kept int
	absent       int // stored and not in the index, those to be indexed among them
	arrived      int // of absent, what the checkpoint had not passed
}

// indexDiffers compares. The order matters: what the checkpoint had passed when
// it was read, and has not changed since, has to be among the ids read after.
func (p *pass) indexDiffers(ctx context.Context, f archive.Folder) (indexState, error) {
	var d indexState
	upto, err := p.builder.Checkpoint(ctx)
	if err != nil {
		return d, err
	}
	ids, err := p.index.IDs(ctx, f.ID)
	if err != nil {
		return d, err
	}
	found := make([]bool, len(ids))
	keys, err := p.archive.Keys(ctx, f.ID)
	if err != nil {
		return d, err
	}
	for k, err := range keys {
		if err != nil {
			return d, err
		}
		gone := !k.GoneAt.IsZero()
		if gone {
			d.kept++
		} else {
			d.stored++
		}
		i, in := slices.BinarySearch(ids, k.ID)
		if in {
			found[i] = true
			continue
		}
		if !gone {
			d.absent++
		}
		switch {
		case k.Seq <= upto:
			d.missing = append(d.missing, k.ID)
		case !gone:
			d.arrived++
		}
	}
	for i := 0; i < len(ids); {
		next := i + 1
		for next < len(ids) && ids[next] == ids[i] {
			next++ // a document that is there twice
		}
		if !found[i] || next-i > 1 {
			d.surplus = append(d.surplus, ids[i])
		}
		i = next
	}
	return d, nil
}

// both gives those of a that are in b too.
func both(a, b []mail.MessageID) []mail.MessageID {
	in := make(map[mail.MessageID]bool, len(b))
	for _, id := range b {
		in[id] = true
	}
	return slices.DeleteFunc(slices.Clone(a), func(id mail.MessageID) bool { return !in[id] })
}

// caughtUp lets the index catch up with the store as it is now. It tells whether
// it did.
func (p *pass) caughtUp(ctx context.Context) (bool, error) {
	upto, err := p.builder.Checkpoint(ctx)
	if err != nil {
		return false, err
	}
	behind, err := p.archive.Backlog(ctx, upto)
	if err != nil || behind > maxLag {
		return false, err
	}
	if behind == 0 {
		return true, nil
	}
	if err := p.builder.Catchup(ctx); err != nil {
		return false, fmt.Errorf("let the index catch up: %w", err)
	}
	return true, nil
}

// orphans removes from the index what stands there of folders that the store
// does not have.
func (p *pass) orphans(ctx context.Context) error {
	caught, err := p.caughtUp(ctx)
	if err != nil || !caught {
		return err
	}
	res, err := p.index.Search(ctx, engine.Request{
		Scope: access.EveryMailboxEvenHidden(), Facets: []engine.Facet{engine.FacetFolder}, FacetSize: 1 << 22,
	})
	if err != nil {
		return fmt.Errorf("list the folders in the index: %w", err)
	}
	folders, err := p.archive.Folders(ctx, 0)
	if err != nil {
		return err
	}
	known := make(map[string]bool, len(folders))
	for _, f := range folders {
		known[f.ID.String()] = true
	}
	for _, b := range res.Facets[engine.FacetFolder] {
		id, err := mail.ParseFolderID(b.Value)
		if err != nil || known[b.Value] {
			continue
		}
		ids, err := p.index.IDs(ctx, id)
		if err != nil {
			return err
		}
		if err := p.builder.Repair(ctx, ids); err != nil {
			return err
		}
		p.opts.Logger.Warn("the index held messages of a folder that is not in the store", "folder", id.String(), "messages", len(ids))
		p.count(func(r *ReconcileResult) {
			r.Unindexed += len(ids)
			r.Repaired += len(ids)
		})
	}
	return nil
}
