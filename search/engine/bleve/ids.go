package bleve

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"mailquarry/internal/mail"
	"mailquarry/search/engine"
)

// IDs lists the documents of a folder in order. A document that stands in the
// index twice, which would be a fault, is listed twice.
func (e *Engine) IDs(ctx context.Context, folder mail.FolderID) (ids []mail.MessageID, err error) {
	done, err := e.use()
	if err != nil {
		return nil, err
	}
	defer done()
	snapshot, err := e.snapshot()
	if err != nil {
		return nil, err
	}
	defer snapshot.Close()
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil { // as in Search: a file was cut while it is open
			err = fmt.Errorf("list documents of folder %s: %w (%v)", folder, engine.ErrDamaged, r)
		}
	}()
	for _, s := range snapshot.Segments() {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("list documents of folder %s: %w", folder, err)
		}
		cols, err := e.columns.of(s)
		if err != nil {
			return nil, fmt.Errorf("list documents of folder %s: %w", folder, err)
		}
		dict, err := s.Segment().Dictionary(fieldFolder)
		if err != nil {
			return nil, fmt.Errorf("read dictionary of %s: %w", fieldFolder, err)
		}
		found, err := lookup(dict, folder.String())
		if err != nil {
			return nil, err
		}
		docs := found.docs
		if docs == nil {
			continue
		}
		if deleted := s.Deleted(); deleted != nil {
			docs = roaring.AndNot(docs, deleted)
		}
		for it := docs.Iterator(); it.HasNext(); {
			ids = append(ids, cols.ids[it.Next()])
		}
	}
	slices.Sort(ids)
	return ids, nil
}
