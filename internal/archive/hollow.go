package archive

import (
	"context"
	"fmt"

	"mailquarry/internal/mail"
)

// Hollow finds messages of a folder of which the store has lost what is in them:
// damage that no writing of ours leaves. If they can be had again those that are
// at the source are dropped, so that they are missing and read again, and counted
// as dropped; all others are left, and counted as lost.
func (a *Archive) Hollow(ctx context.Context, folder mail.FolderID, again bool) (dropped, lost int, err error) {
	const hollow = ` FROM message m LEFT JOIN content c ON c.message = m.id
		WHERE m.folder = ? AND m.deleted = 0 AND (c.message IS NULL OR c.size > 0 AND length(c.payload) = 0)`
	err = a.write(ctx, func(t *txn) error {
		dropped, lost = 0, 0
		if !again {
			return t.row("SELECT COUNT(*)"+hollow, folder).Scan(&lost)
		}
		ids, err := list[int64](t, "SELECT m.id"+hollow+" AND m.gone_at = 0 ORDER BY m.id", folder)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := t.tombstone(id); err != nil {
				return err
			}
		}
		dropped = len(ids)
		return t.row("SELECT COUNT(*)"+hollow+" AND m.gone_at <> 0", folder).Scan(&lost)
	})
	if err != nil {
		return 0, 0, fmt.Errorf("look for messages of folder %s without content: %w", folder, explain(err))
	}
	return dropped, lost, nil
}
