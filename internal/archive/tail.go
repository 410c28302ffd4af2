package archive

import (
	"context"
	"database/sql"
	"fmt"
)

// Tail is a paragraph that some messages of one sender end with. It is known by a
// fingerprint of both, from which neither can be read.
type Tail struct {
	Key uint64
	// In are fingerprints of the messages that it was seen in, none of them
	// zero: three are enough to know, more are not kept.
	In []uint64
}

// tailsKept is how many messages a Tail names.
const tailsKept = 3

// Tails reads what is known of the paragraphs with these keys; those seen nowhere
// yet are not in the map.
func (a *Archive) Tails(ctx context.Context, keys []uint64) (map[uint64]Tail, error) {
	values := make([]any, len(keys))
	for i, k := range keys {
		values[i] = int64(k)
	}
	out := make(map[uint64]Tail, len(keys))
	err := a.r.snapshot(ctx, func(s snapshot) error {
		return s.in(func(rows *sql.Rows) error {
			var key int64
			var in [tailsKept]int64
			if err := rows.Scan(&key, &in[0], &in[1], &in[2]); err != nil {
				return err
			}
			t := Tail{Key: uint64(key)}
			for _, m := range in {
				if m != 0 {
					t.In = append(t.In, uint64(m))
				}
			}
			out[t.Key] = t
			return nil
		}, "SELECT key, a, b, c FROM tail WHERE key IN (", nil, values)
	})
	if err != nil {
		return nil, fmt.Errorf("read what senders' messages end with: %w", explain(err))
	}
	return out, nil
}

// tailsUpto is the key of meta under which stands how far messages' tails were put.
const tailsUpto = "tails upto"

// RepeatedTails lists the paragraphs that are known from as many messages as a Tail
// names, and tells up to which change PutReadings has said that all messages were seen.
func (a *Archive) RepeatedTails(ctx context.Context) (keys []uint64, upto Seq, err error) {
	err = a.r.snapshot(ctx, func(s snapshot) error {
		err := s.each(func(rows *sql.Rows) error {
			return rows.Scan(&upto)
		}, "SELECT CAST(value AS INTEGER) FROM meta WHERE key = ?", tailsUpto)
		if err != nil {
			return err
		}
		return s.each(func(rows *sql.Rows) error {
			var key int64
			if err := rows.Scan(&key); err != nil {
				return err
			}
			keys = append(keys, uint64(key))
			return nil
		}, "SELECT key FROM tail WHERE c <> 0")
	})
	if err != nil {
		return nil, 0, fmt.Errorf("list what senders' messages end with: %w", explain(err))
	}
	return keys, upto, nil
}
