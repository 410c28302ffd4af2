package archive

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Bind ties the named source's mailboxes to the tenant they come from, the
// first time it is called. ErrOtherTenant when they come from another one: its
// list of users would make all that is stored look deleted.
func (a *Archive) Bind(ctx context.Context, src, tenant string) error {
	err := a.write(ctx, func(t *txn) error {
		var bound string
		err := t.row("SELECT value FROM meta WHERE key = ?", "tenant of "+src).Scan(&bound)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return t.exec("INSERT INTO meta (key, value) VALUES (?, ?)", "tenant of "+src, tenant)
		case err != nil:
			return err
		case bound != tenant:
			return fmt.Errorf("%w (%s)", ErrOtherTenant, bound)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("tie the data folder to tenant %s: %w", tenant, err)
	}
	return nil
}
