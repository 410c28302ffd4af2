package bleve

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/blevesearch/bleve/v2/index/scorch"
	segment "github.com/blevesearch/scorch_segment_api/v2"
	"golang.org/x/sync/errgroup"

	"mailquarry/search/engine"
)

// checkAtOpen is up to how many bytes of segments are read through when an
// index is opened. bleve writes a checksum into each segment and never looks at
// it again, so without this a flipped bit gives wrong answers silently.
const checkAtOpen = 2 << 30

// checkSegments compares the checksums of the segments of a snapshot. Other
// files may lie beside them, half written by a process that was killed.
func checkSegments(s *scorch.IndexSnapshot, log *slog.Logger) error {
	var total int64
	var g errgroup.Group
	g.SetLimit(4)
	for _, seg := range s.Segments() {
		file, ok := seg.Segment().(segment.PersistedSegment)
		if !ok {
			continue
		}
		if total += seg.FileSize(); total > checkAtOpen {
			log.Info("the index is large: its checksums are checked in part only")
			break
		}
		g.Go(func() error { return checkSegment(file.Path()) })
	}
	return g.Wait()
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
