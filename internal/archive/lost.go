package archive

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"mailquarry/internal/mail"
)

// LostPart is an attachment whose bytes are named and not held.
type LostPart struct {
	Message mail.MessageID
	Key     string // the message's
	Index   int
	Part    mail.Part
}

// LostParts looks for the blobs that the messages of a folder name, and lists the
// attachments whose blob is absent or of another length. It reads no blob.
func (a *Archive) LostParts(ctx context.Context, folder mail.FolderID) ([]LostPart, error) {
	var lost []LostPart
	err := a.r.each(ctx, func(rows *sql.Rows) error {
		var l LostPart
		var err error
		if l.Part, err = scanPart(rows, &l.Message, &l.Key, &l.Index); err != nil {
			return err
		}
		st, err := os.Stat(a.dir.blob(l.Part.Digest))
		switch {
		case err == nil && st.Size() == l.Part.Size:
			return nil
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return err
		}
		lost = append(lost, l)
		return nil
	}, `SELECT m.id, m.key, p.idx, p.key, p.name, p.content_type, p.content_id, p.kind, p.inline, p.size, p.digest,
			p.problem, p.pending
		FROM message m CROSS JOIN part p ON p.message = m.id
		WHERE m.folder = ? AND m.deleted = 0 AND m.parts > 0 AND p.digest IS NOT NULL`, folder)
	if err != nil {
		return nil, fmt.Errorf("look for the attachments of folder %s: %w", folder, explain(err))
	}
	return lost, nil
}
