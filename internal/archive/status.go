package archive

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"mailquarry/internal/mail"
)

// FolderStatus is how far one folder is.
type FolderStatus struct {
	Folder      Folder
	Complete    bool // the first full round has ended
	Stored      int  // at the source as far as is known
	Kept        int  // gone at the source, and kept
	Indexed     int  // of Stored and Kept, those with Seq <= the given one
	Failed      int  // messages set aside, and those with a part that could not be had
	LastSuccess time.Time
	LastError   string
}

// Status tells how far every live folder is; indexed is the index's checkpoint.
// It reads indexes only, never content.
func (a *Archive) Status(ctx context.Context, indexed Seq) ([]FolderStatus, error) {
	folders, err := a.liveFolders(ctx, 0)
	if err != nil {
		return nil, fmt.Errorf("read status: %w", explain(err))
	}
	out := make([]FolderStatus, len(folders))
	at := make(map[mail.FolderID]*FolderStatus, len(folders))
	for i, f := range folders {
		out[i] = FolderStatus{Folder: f.Folder, Complete: f.done, LastSuccess: fromMicros(f.lastSuccess), LastError: f.lastError}
		at[f.ID] = &out[i]
	}
	err = a.r.snapshot(ctx, func(s snapshot) error {
		err := s.each(func(rows *sql.Rows) error {
			var id mail.FolderID
			var stored, kept, done int
			err := rows.Scan(&id, &stored, &kept, &done)
			if f := at[id]; f != nil {
				f.Stored, f.Kept, f.Indexed = stored, kept, done
			}
			return err
		}, `SELECT folder, count(CASE WHEN gone_at = 0 THEN 1 END), count(CASE WHEN gone_at <> 0 THEN 1 END),
			count(CASE WHEN seq <= ? THEN 1 END) FROM message WHERE deleted = 0 GROUP BY folder`, indexed)
		if err != nil {
			return err
		}
		return s.each(func(rows *sql.Rows) error {
			var id mail.FolderID
			var n int
			err := rows.Scan(&id, &n)
			if f := at[id]; f != nil {
				f.Failed += n
			}
			return err
		}, `SELECT folder, count(*) FROM message WHERE failed = 1 AND deleted = 0 GROUP BY folder
			UNION ALL SELECT folder, count(*) FROM problem WHERE kind IN ('message', 'attachments') GROUP BY folder`)
	})
	if err != nil {
		return nil, fmt.Errorf("read status: %w", explain(err))
	}
	return out, nil
}
