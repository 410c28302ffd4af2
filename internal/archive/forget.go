package archive

import (
	"context"
	"fmt"

	"mailquarry/internal/mail"
)

// Forget deletes what is left of purged mailboxes: tombstones up to the given
// Seq, which every follower of the feed has to have passed, and folders and
// mailboxes that have none left.
func (a *Archive) Forget(ctx context.Context, upto Seq) error {
	err := a.write(ctx, func(t *txn) error {
		ids, err := list[mail.MailboxID](t, "SELECT id FROM mailbox WHERE state = 'purged'")
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := t.forgetMailbox(id, upto); err != nil {
				return fmt.Errorf("mailbox %s: %w", id, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("forget purged mailboxes: %w", err)
	}
	return nil
}

func (t *txn) forgetMailbox(id mail.MailboxID, upto Seq) error {
	if err := t.exec("DELETE FROM message WHERE mailbox = ? AND deleted = 1 AND seq <= ?", id, upto); err != nil {
		return err
	}
	if err := t.exec(`DELETE FROM folder WHERE mailbox = ?
		AND NOT EXISTS (SELECT 1 FROM message WHERE message.folder = folder.id)`, id); err != nil {
		return err
	}
	return t.exec(`DELETE FROM mailbox WHERE id = ?
		AND NOT EXISTS (SELECT 1 FROM folder WHERE folder.mailbox = mailbox.id)`, id)
}
