package bleve

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/index/scorch/mergeplan"
	index "github.com/blevesearch/bleve_index_api"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"mailquarry/internal/mail"
	"mailquarry/search/engine"
)

// Expunge removes from the disk what still stands there of deleted documents.
//
// A segment never changes: a deleted document is only marked, and its words stay
// in the segment's file until it is merged with others, which for a large one
// may be never. Expunge rewrites the segments that hold words of messages that
// are no longer in the index, and those alone; it tells how many. A segment
// that merely holds an older version of a message is left to the usual merges.
//
// Again is asked to apply one of some documents again where there is but one
// segment: bleve merges nothing then.
func (e *Engine) Expunge(ctx context.Context, again func(context.Context, []mail.MessageID) error) (int, error) {
	if err := e.Flush(ctx); err != nil {
		return 0, err
	}
	// A page by relevance that is asked for later starts from the newest state:
	// what it was taken from holds the files.
	e.pins.clear()
	rewritten := 0
	for range 3 { // what was deleted meanwhile, or was not written out yet
		purged, alone, err := e.purged(ctx)
		if err != nil {
			return rewritten, err
		}
		if len(purged) == 0 {
			break
		}
		if len(alone) > 0 {
			if err := again(ctx, alone); err != nil {
				return rewritten, fmt.Errorf("expunge: %w", err)
			}
			if err := e.Flush(ctx); err != nil {
				return rewritten, err
			}
		}
		if err := e.rewrite(ctx, purged); err != nil {
			return rewritten, err
		}
		rewritten += len(purged)
	}
	done, err := e.use()
	if err != nil {
		return rewritten, err
	}
	defer done()
	return rewritten, e.removeFiles(ctx, "expunge")
}

// rewrite writes the given segments without what is deleted in them.
func (e *Engine) rewrite(ctx context.Context, segments map[uint64]bool) error {
	done, err := e.use()
	if err != nil {
		return err
	}
	defer done()
	return e.forceMerge(ctx, "expunge", only(segments))
}

// purged lists the segments that hold a deleted document which is in no other
// one. Where there is but one segment, alone gives some of its documents.
func (e *Engine) purged(ctx context.Context) (found map[uint64]bool, alone []mail.MessageID, err error) {
	done, err := e.use()
	if err != nil {
		return nil, nil, err
	}
	defer done()
	snapshot, err := e.snapshot()
	if err != nil {
		return nil, nil, err
	}
	defer snapshot.Close()
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil { // as in Search: a file was cut while it is open
			err = fmt.Errorf("expunge: %w (%v)", engine.ErrDamaged, r)
		}
	}()
	all := snapshot.Segments()
	dicts := make([]segment.TermDictionary, len(all))
	for i, s := range all {
		if dicts[i], err = s.Segment().Dictionary(fieldID); err != nil {
			return nil, nil, fmt.Errorf("read dictionary of %s: %w", fieldID, err)
		}
	}
	found = map[uint64]bool{}
	for _, s := range all {
		deleted := s.Deleted()
		if deleted == nil || deleted.IsEmpty() {
			continue
		}
		cols, err := e.columns.of(s)
		if err != nil {
			return nil, nil, fmt.Errorf("expunge: %w", err)
		}
		for it := deleted.Iterator(); it.HasNext() && !found[s.Id()]; {
			if err := ctx.Err(); err != nil {
				return nil, nil, fmt.Errorf("expunge: %w", err)
			}
			live, err := isLive(cols.ids[it.Next()], all, dicts)
			if err != nil {
				return nil, nil, err
			}
			if !live {
				found[s.Id()] = true
			}
		}
	}
	if len(all) == 1 {
		alone, err = e.some(all[0])
	}
	return found, alone, err
}

// some gives the first few documents of a segment.
func (e *Engine) some(s *scorch.SegmentSnapshot) ([]mail.MessageID, error) {
	cols, err := e.columns.of(s)
	if err != nil {
		return nil, fmt.Errorf("expunge: %w", err)
	}
	var ids []mail.MessageID
	for doc, id := range cols.ids {
		if s.Deleted() == nil || !s.Deleted().ContainsInt(doc) {
			ids = append(ids, id)
		}
		if len(ids) == 16 {
			break
		}
	}
	return ids, nil
}

// isLive tells whether a message stands in one of the segments.
func isLive(id mail.MessageID, all []*scorch.SegmentSnapshot, dicts []segment.TermDictionary) (bool, error) {
	for i, s := range all {
		p, err := lookup(dicts[i], id.String())
		if err != nil {
			return false, err
		}
		if p.docs == nil {
			continue
		}
		if s.Deleted() == nil || p.docs.AndCardinality(s.Deleted()) < p.docs.GetCardinality() {
			return true, nil
		}
	}
	return false, nil
}

// only gives the options by which bleve rewrites the given segments, each by
// itself, and no other.
//
// Its planner takes out the segment of the least score until its budget is
// kept, and knows no way to leave one alone. With a budget of none it goes on
// until there is nothing to choose from: once the last of the given segments is
// about to be taken, no roster may have a segment any more.
func only(wanted map[uint64]bool) *mergeplan.MergePlanOptions {
	o := mergeplan.SingleSegmentMergePlanOptions
	o.SegmentsPerMergeTask = 1
	o.CalcBudget = func(int64, int64, *mergeplan.MergePlanOptions) int { return 0 }
	taken := 0
	seen := map[uint64]bool{} // in the present turn
	o.ScoreSegments = func(s []mergeplan.Segment, o *mergeplan.MergePlanOptions) float64 {
		id := s[0].Id()
		if seen[id] {
			clear(seen)
			taken++
		}
		seen[id] = true
		if !wanted[id] {
			return 1
		}
		if taken == len(wanted)-1 {
			o.SegmentsPerMergeTask = 0
		}
		return 0
	}
	return &o
}

// removeFiles waits for bleve to remove the files of segments that are no longer
// in use, which it does when it has written something after that. Files that a
// search still reads go later.
func (e *Engine) removeFiles(ctx context.Context, what string) error {
	for range 100 {
		stale, err := e.staleFiles()
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if stale == 0 {
			break
		}
		b := index.NewBatch()
		b.SetInternal(keyVersion, []byte(strconv.Itoa(Version)))
		if err := e.write(b); err != nil {
			return err
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", what, ctx.Err())
		}
	}
	return e.forgetColumns()
}

// staleFiles counts the segments' files that neither the index nor a page by
// relevance needs any more.
func (e *Engine) staleFiles() (int, error) {
	snapshot, err := e.snapshot()
	if err != nil {
		return 0, err
	}
	defer snapshot.Close()
	used := map[string]bool{}
	for _, snapshot := range append(e.pins.snapshots(), snapshot) {
		for _, s := range snapshot.Segments() {
			if p, ok := s.Segment().(segment.PersistedSegment); ok {
				used[filepath.Base(p.Path())] = true
			}
		}
	}
	files, err := filepath.Glob(filepath.Join(e.dir, storeDir, "*.zap"))
	if err != nil {
		return 0, fmt.Errorf("expunge: %w", err)
	}
	stale := 0
	for _, f := range files {
		if !used[filepath.Base(f)] {
			stale++
		}
	}
	return stale, nil
}
