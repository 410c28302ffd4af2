package operate

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"mailquarry/internal/access"
	"mailquarry/internal/archive"
	"mailquarry/internal/source"
)

// newCompany is a desk over many mailboxes that were compared folder by folder.
func newCompany(b testing.TB, mailboxes, folders int) *Desk {
	b.Helper()
	ctx := b.Context()
	a, err := archive.Open(ctx, filepath.Join(b.TempDir(), "data"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = a.Close() })
	page := source.MailboxPage{}
	for i := range mailboxes {
		page.Mailboxes = append(page.Mailboxes, source.Mailbox{Key: fmt.Sprintf("key-%d", i), Address: fmt.Sprintf("user%05d@contoso.example", i), Name: fmt.Sprintf("User %d", i)})
	}
	if err := a.CommitMailboxes(ctx, "graph", page); err != nil {
		b.Fatal(err)
	}
	boxes, err := a.Mailboxes(ctx)
	if err != nil {
		b.Fatal(err)
	}
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	var rows []archive.Coverage
	for _, box := range boxes {
		fp := source.FolderPage{}
		for f := range folders {
			fp.Folders = append(fp.Folders, source.Folder{Key: fmt.Sprintf("%s-%d", box.Key, f), Name: fmt.Sprintf("Folder %d", f)})
		}
		if err := a.CommitFolders(ctx, box.ID, fp, archive.Removal{}); err != nil {
			b.Fatal(err)
		}
		list, err := a.Folders(ctx, box.ID)
		if err != nil {
			b.Fatal(err)
		}
		for _, f := range list {
			rows = append(rows, archive.Coverage{Mailbox: box.ID, Folder: f.ID, At: at, Source: 100, Stored: 100, Indexed: 100})
		}
	}
	if err := a.SaveCoverage(ctx, rows); err != nil {
		b.Fatal(err)
	}
	return New(Config{Archive: a})
}

func BenchmarkCoverage(b *testing.B) {
	d := newCompany(b, 2000, 30)
	b.Run("summary", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := d.Coverage(b.Context(), access.Operator(), nil); err != nil {
				b.Fatal(err)
			}
		}
	})
}
