package bleve

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/blevesearch/bleve/v2/util"
	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
	"golang.org/x/sync/errgroup"

	"mailquarry/search/engine"
)

// checkAtOpen is up to how many bytes of segments are read through when an
// index is opened.
const checkAtOpen = 2 << 30

// lockWait is how long opening waits for a process that has the index open.
const lockWait = 2 * time.Second

var errLocked = errors.New("another process has it open")

// checkStore looks at a store before bleve opens it. bleve writes a checksum
// into each segment and never looks at it, so that a flipped bit gives wrong
// answers or a panic; and where a segment is missing or cut it goes on with
// what it finds instead. Only the segments of the newest snapshot count: others
// may lie beside them, half written by a process that was killed.
func checkStore(dir string, log *slog.Logger) error {
	names, err := segmentNames(filepath.Join(dir, "root.bolt"))
	if err != nil {
		return err
	}
	var total int64
	var g errgroup.Group
	g.SetLimit(4)
	for _, name := range names {
		path := filepath.Join(dir, name)
		info, err := os.Stat(path)
		if err != nil {
			return fmt.Errorf("segment is missing: %w (%w)", engine.ErrDamaged, err)
		}
		if total += info.Size(); total > checkAtOpen {
			log.Info("the index is large: its checksums are checked in part only")
			break
		}
		g.Go(func() error { return checkSegment(path) })
	}
	return g.Wait()
}

// segmentNames lists the files of the newest snapshot that root.bolt names.
func segmentNames(path string) (names []string, err error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("list of segments is missing: %w (%w)", engine.ErrDamaged, err)
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, Timeout: lockWait})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, errLocked
	}
	if err != nil {
		return nil, fmt.Errorf("read list of segments: %w (%w)", engine.ErrDamaged, err)
	}
	defer func() {
		if r := recover(); r != nil { // bbolt panics on a damaged page
			names, err = nil, fmt.Errorf("read list of segments: %w (%v)", engine.ErrDamaged, r)
		}
		err = errors.Join(err, db.Close())
	}()
	err = db.View(func(tx *bbolt.Tx) error {
		snapshots := tx.Bucket(util.BoltSnapshotsBucket)
		if snapshots == nil {
			return fmt.Errorf("no snapshots: %w", engine.ErrDamaged)
		}
		newest, _ := snapshots.Cursor().Last()
		snapshot := snapshots.Bucket(newest)
		if snapshot == nil {
			return fmt.Errorf("no snapshot: %w", engine.ErrDamaged)
		}
		return snapshot.ForEachBucket(func(k []byte) error {
			if bytes.Equal(k, util.BoltInternalKey) || bytes.Equal(k, util.BoltMetaDataKey) {
				return nil
			}
			if name := snapshot.Bucket(k).Get(util.BoltPathKey); name != nil {
				names = append(names, string(name))
			}
			return nil
		})
	})
	return names, err
}

// checkSegment compares the last four bytes of a segment, its CRC-32, with the
// bytes before them.
func checkSegment(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() < 4 {
		return fmt.Errorf("segment %s is cut: %w", filepath.Base(path), engine.ErrDamaged)
	}
	sum := crc32.NewIEEE()
	if _, err := io.CopyBuffer(sum, io.LimitReader(f, info.Size()-4), make([]byte, 1<<20)); err != nil {
		return fmt.Errorf("read segment %s: %w", filepath.Base(path), err)
	}
	var want [4]byte
	if _, err := f.ReadAt(want[:], info.Size()-4); err != nil {
		return fmt.Errorf("read segment %s: %w", filepath.Base(path), err)
	}
	if sum.Sum32() != binary.BigEndian.Uint32(want[:]) {
		return fmt.Errorf("segment %s has a wrong checksum: %w", filepath.Base(path), engine.ErrDamaged)
	}
	return nil
}
