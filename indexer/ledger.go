package indexer

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"mailquarry/internal/archive"
)

// ledger is what the store holds of a folder, in 25 bytes for each message, so
// that a folder of a million can be compared: keys are known by a digest. While
// it is built it may take twice that.
type ledger struct {
	rows []ledgerRow
	seen []bool // by row: listed at the source
}

type ledgerRow struct {
	key   [2]uint64
	stamp uint64 // stampGone for a message that is marked as gone
}

// The stamps that stand for no version. A version's digest is never one of them.
const (
	stampUnknown = 0
	stampGone    = 1
)

func keySum(key string) [2]uint64 {
	sum := sha256.Sum256([]byte(key))
	return [2]uint64{binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:16])}
}

func stampSum(stamp string) uint64 {
	if stamp == "" {
		return stampUnknown
	}
	sum := sha256.Sum256([]byte(stamp))
	return max(binary.BigEndian.Uint64(sum[:8]), stampGone+1)
}

func compareSums(a, b [2]uint64) int {
	return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
}

func (l *ledger) add(k archive.Key) {
	row := ledgerRow{key: keySum(k.Key), stamp: stampSum(k.Stamp)}
	if !k.GoneAt.IsZero() {
		row.stamp = stampGone
	}
	l.rows = append(l.rows, row)
}

// close ends the adding.
func (l *ledger) close() {
	slices.SortFunc(l.rows, func(a, b ledgerRow) int { return compareSums(a.key, b.key) })
	l.seen = make([]bool, len(l.rows))
}

func (l *ledger) find(key string) (int, bool) {
	sum := keySum(key)
	return slices.BinarySearchFunc(l.rows, sum, func(r ledgerRow, sum [2]uint64) int { return compareSums(r.key, sum) })
}
