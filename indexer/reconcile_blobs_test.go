package indexer_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"mailquarry/internal/graphsim"
)

// TestLostAttachmentIsFetchedAgain: a pass notices that an attachment's file is
// gone or cut from the disk, and gets it again; one that the source has no more is
// told of.
func TestLostAttachmentIsFetchedAgain(t *testing.T) {
	t.Parallel()
	c := newChecked(t)
	anna := c.user("anna")
	key := anna.Folder("inbox").Add(letterWith("invoice", textFile("a.txt", "cloudberry"), textFile("b.txt", "quince")))
	c.round()
	was := c.record(key).Parts
	damage := func() {
		n := 0
		err := filepath.WalkDir(filepath.Join(c.dir, "archive", "blobs"), func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			if n++; n == 1 {
				return os.Remove(path)
			}
			return os.Truncate(path, 3)
		})
		if err != nil || n != 2 {
			t.Fatalf("%d blobs, %v", n, err)
		}
	}
	damage()
	res := c.reconcile()
	if res.Missing != 2 || res.Repaired != 2 || res.Unexplained != 0 {
		t.Errorf("the pass: %+v", res)
	}
	for i, p := range c.record(key).Parts {
		if p.Digest != was[i].Digest || p.Problem != "" || p.Pending {
			t.Errorf("attachment %d is %+v", i, p)
		}
		b, err := c.archive.OpenBlob(c.ctx, p.Digest)
		if err != nil {
			t.Fatal(err)
		}
		_ = b.Close()
	}
	c.build()
	if got := c.found("cloudberry"); len(got) != 1 {
		t.Errorf("found %q", got)
	}
	if res := c.reconcile(); res.Missing != 0 || res.Unexplained != 0 {
		t.Errorf("the pass after it: %+v", res)
	}

	damage()
	c.tenant.Inject(graphsim.Fault{Match: graphsim.OfKind(graphsim.AttachmentBytes), Status: 500})
	if res := c.reconcile(); res.Missing != 2 || res.Repaired != 0 {
		t.Errorf("the pass without the source: %+v", res)
	}
	problems := c.problems()
	if len(problems) != 2 {
		t.Errorf("problems: %+v", problems)
	}
}
