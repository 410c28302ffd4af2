package bleve

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"

	upstream "github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/mapping"
	index "github.com/blevesearch/bleve_index_api"

	"mailquarry/search/engine"
	"mailquarry/search/engine/bleve/segment"
)

// The keys of the internal values.
var (
	keyCheckpoint = []byte("mailquarry checkpoint")
	keyArchive    = []byte("mailquarry archive")
	keyVersion    = []byte("mailquarry version")
)

// storeDir is the folder below an index's folder in which bleve keeps the
// segments.
const storeDir = "store"

// Open opens the index in dir, or makes one there if dir does not exist or is
// empty. One process at a time can have an index open.
func Open(dir string, o Options) (*Engine, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	registerCallback()
	if err := create(dir, o); err != nil {
		return nil, fmt.Errorf("create index %s: %w", dir, err)
	}
	if err := checkStore(filepath.Join(dir, storeDir), o.Logger); err != nil {
		return nil, fmt.Errorf("open index %s: %w", dir, err)
	}
	e := &Engine{
		dir: dir, log: o.Logger, failed: make(chan struct{}), fault: make(chan error, 1),
		columns: newColumnCache(), expansions: maxExpansions,
	}
	if o.Bulk {
		e.bulk = newBulk()
	}
	if o.Together > 0 {
		e.grouped = newGrouped() // before anything in the background may fail
	}
	var once sync.Once
	fail := func(err error) {
		e.log.Error("the index failed in the background", "error", err)
		if errors.Is(err, scorch.ErrAsyncPanic) { // other errors are tried again
			once.Do(func() { close(e.failed) })
		}
		if o.Together > 0 && errors.Is(err, scorch.ErrPersist) {
			e.grouped.failed(err)
		}
		select {
		case e.fault <- err:
		default:
		}
	}
	watchIndex(dir, fail)
	idx, err := upstream.OpenUsing(dir, settings(o))
	if err != nil {
		forgetIndex(dir)
		return nil, openError(dir, err)
	}
	e.index = idx
	if err := e.identify(o); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	if o.Together > 0 {
		upto, err := e.Applied(context.Background())
		if err != nil {
			return nil, errors.Join(err, e.Close())
		}
		e.grouped.change(func() { e.grouped.upto = upto })
	}
	return e, nil
}

// create makes a new index beside dir and moves it there when it is complete:
// bleve's own creation is several steps, and a process killed between them
// would leave an index that cannot be opened.
func create(dir string, o Options) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if len(entries) > 0 {
		return nil
	}
	half := dir + ".new"
	if err := os.RemoveAll(half); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return err
	}
	m := mapping.NewIndexMapping()
	m.ScoringModel = index.BM25Scoring
	idx, err := upstream.NewUsing(half, m, scorch.Name, scorch.Name, settings(Options{}))
	if err != nil {
		return err
	}
	adv, err := idx.Advanced()
	if err == nil {
		b := index.NewBatch()
		b.SetInternal(keyArchive, []byte(o.ArchiveID))
		b.SetInternal(keyVersion, []byte(strconv.Itoa(Version)))
		b.SetInternal(keyCheckpoint, formatCheckpoint(0))
		err = adv.Batch(b)
	}
	if err := errors.Join(err, idx.Close()); err != nil {
		return err
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Rename(half, dir)
}

// settings is the configuration of the index. bleve saves it beside the index
// and keeps what a later opening does not name, so everything that matters is
// written out each time.
func settings(o Options) map[string]any {
	// Small segments are merged as if they had this size. Without a floor, a
	// thousand single messages cause six times the writes.
	merges := map[string]any{"floorSegmentFileSize": 1 << 20}
	if o.Bulk { // the whole is merged at its end
		merges["maxSegmentsPerTier"] = 200
	}
	mergers := 1
	if o.Bulk { // nobody searches meanwhile
		mergers = runtime.GOMAXPROCS(0)
	}
	return map[string]any{
		// A batch is on disk when bleve has taken it, or else some time after that.
		"unsafe_batch":           o.Together > 0,
		"scorchPersisterOptions": map[string]any{"PersisterNapTimeMSec": o.Together.Milliseconds(), "PersisterNapUnderNumFiles": napUnder},
		"forceSegmentType":       segment.Type,
		"forceSegmentVersion":    segment.Version,
		"numSnapshotsToKeep":     1,
		"scorchMergePlanOptions": merges,
		"segmentConfig":          map[string]any{segment.Mergers: mergers},
		"asyncErrorCallbackName": asyncCallback,
		// Wait no longer for another process's lock.
		"bolt_timeout": lockWait.String(),
	}
}

// napUnder is with how many files in the index batches no longer wait for others.
const napUnder = 1000

// identify checks that the index is ours and of this archive.
func (e *Engine) identify(o Options) error {
	adv, err := e.index.Advanced()
	if err != nil {
		return fmt.Errorf("open index %s: %w", e.dir, err)
	}
	s, ok := adv.(*scorch.Scorch)
	if !ok {
		return fmt.Errorf("open index %s: it is of type %T: %w", e.dir, adv, engine.ErrMismatch)
	}
	e.scorch = s
	r, err := e.snapshot()
	if err != nil {
		return err
	}
	defer r.Close()
	archive, version, checkpoint := r.Internal()[string(keyArchive)], r.Internal()[string(keyVersion)], r.Internal()[string(keyCheckpoint)]
	switch {
	case len(version) == 0 || len(checkpoint) == 0:
		return fmt.Errorf("open index %s: its identity is missing: %w", e.dir, engine.ErrDamaged)
	case string(version) != strconv.Itoa(Version):
		return fmt.Errorf("open index %s: version %q, not %d: %w", e.dir, version, Version, engine.ErrMismatch)
	case string(archive) != o.ArchiveID:
		return fmt.Errorf("open index %s: made from another archive: %w", e.dir, engine.ErrMismatch)
	}
	return nil
}

// openError tells a lock that another process holds from damage. When a
// segment is missing or cut, bleve goes on with an empty index and then finds
// no mapping in it, hence the third case.
func openError(dir string, err error) error {
	switch {
	case strings.Contains(err.Error(), "timeout"):
		return fmt.Errorf("open index %s: %w", dir, errLocked)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("open index %s: %w", dir, err)
	default:
		return fmt.Errorf("open index %s: %w (%w)", dir, engine.ErrDamaged, err)
	}
}

func formatCheckpoint(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func parseCheckpoint(b []byte) (uint64, error) {
	if len(b) != 8 {
		return 0, fmt.Errorf("read checkpoint: %w", engine.ErrDamaged)
	}
	return binary.BigEndian.Uint64(b), nil
}
