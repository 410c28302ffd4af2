package archive

import (
	"context"
	"fmt"
	"strconv"

	"mailquarry/internal/mail"
)

// Reading is what was told of a message's text, in a form that only its maker knows.
type Reading struct {
	Message mail.MessageID
	Data    []byte
}

// PutReadings stores readings and tails in one transaction, in place of what was known of
// the same messages and paragraphs; Record.Reading gives them back. Unless upto is 0, it
// says that the tails of all messages up to that change are stored now.
func (a *Archive) PutReadings(ctx context.Context, readings []Reading, tails []Tail, upto Seq) error {
	err := a.write(ctx, func(t *txn) error {
		for _, r := range readings {
			// The message may have been deleted since it was read.
			err := t.exec("INSERT OR REPLACE INTO reading (message, data) SELECT ?1, ?2 WHERE EXISTS (SELECT 1 FROM content WHERE message = ?1)",
				r.Message, r.Data)
			if err != nil {
				return err
			}
		}
		for _, tail := range tails {
			var in [tailsKept]int64
			for i, m := range tail.In[:min(len(tail.In), tailsKept)] {
				in[i] = int64(m)
			}
			err := t.exec("INSERT OR REPLACE INTO tail (key, a, b, c) VALUES (?, ?, ?, ?)", int64(tail.Key), in[0], in[1], in[2])
			if err != nil {
				return err
			}
		}
		if upto == 0 {
			return nil
		}
		return t.exec("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", tailsUpto, strconv.FormatUint(uint64(upto), 10))
	})
	if err != nil {
		return fmt.Errorf("note what was told of messages' texts: %w", err)
	}
	return nil
}
