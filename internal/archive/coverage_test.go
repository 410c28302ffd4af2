package archive

import (
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mailquarry/internal/source"
)

// TestCoverageOfSchema2IsTakenOver: proofs that an older version kept are still
// told by this one.
func TestCoverageOfSchema2IsTakenOver(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	check(t, must[*Archive](t)(Open(t.Context(), dir)).Close())
	l := layout{root: dir}
	for _, name := range []string{l.db(), l.db() + "-wal", l.db() + "-shm"} {
		_ = os.Remove(name)
	}
	w := must[*writer](t)(openWriter(t.Context(), l.db()))
	_, err := w.conn.ExecContext(t.Context(), schema1+schema2+`
		PRAGMA application_id = 1297183353; PRAGMA user_version = 2;
		INSERT INTO meta VALUES ('id', 'old');
		INSERT INTO coverage VALUES (7, 3, '{"Mailbox":3,"Folder":7,"At":"2026-03-02T10:00:00.25Z","Source":12,"Stored":11,"Indexed":10,"SetAside":1,
			"Kept":2,"OutOfScope":0,"Why":"","Missing":3,"Surplus":4,"Stale":5,"Unindexed":6,"Repaired":17,"Unexplained":1,"Error":"HTTP 503"}');`)
	check(t, err)
	check(t, w.close())
	a := must[*Archive](t)(Open(t.Context(), dir))
	defer a.Close()
	want := []Coverage{{
		Mailbox: 3, Folder: 7, At: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC), Source: 12, Stored: 11, Indexed: 10, SetAside: 1,
		Kept: 2, Missing: 3, Surplus: 4, Stale: 5, Unindexed: 6, Repaired: 17, Unexplained: 1, Error: "HTTP 503",
	}}
	if d := cmp.Diff(want, must[[]Coverage](t)(a.Coverages(t.Context(), 0))); d != "" {
		t.Error(d)
	}
}

// TestSumCoverage: the sums of a mailbox are those of its folders, and folders
// that were never compared or not to the end are told apart.
func TestSumCoverage(t *testing.T) {
	t.Parallel()
	a := openTest(t)
	ctx := t.Context()
	box, f := newFolders(t, a, "a", "b", "c", "gone")
	check(t, a.CommitFolders(ctx, box, source.FolderPage{Folders: []source.Folder{{Key: "gone", Gone: true}}, Next: done("f2")}, Removal{}))
	early, late := time.Unix(1000, 0).UTC(), time.Unix(2000, 0).UTC()
	check(t, a.SaveCoverage(ctx, []Coverage{
		{Mailbox: box, Folder: f[0], At: late, Source: 5, Stored: 4, Indexed: 3, SetAside: 1, Unexplained: 1},
		{Mailbox: box, Folder: f[1], At: early, Source: 7, Stored: 7, Indexed: 7, Error: "HTTP 503"},
	}))
	want := []CoverageSum{{
		Coverage: Coverage{Mailbox: box, At: early, Source: 12, Stored: 11, Indexed: 10, SetAside: 1, Unexplained: 1},
		Folders:  3, Ended: 1, Since: 1,
	}}
	if d := cmp.Diff(want, must[[]CoverageSum](t)(a.SumCoverage(ctx, late))); d != "" {
		t.Error(d)
	}
}
