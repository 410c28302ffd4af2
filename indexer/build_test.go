package indexer_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"mailquarry/extract"
	"mailquarry/indexer"
	"mailquarry/internal/mail"
	"mailquarry/internal/source/files"
	"mailquarry/search/engine"
)

// counting counts what is written to an index.
type counting struct {
	engine.Writer
	puts   atomic.Int64
	before func() error // before each batch, may be nil
}

func (c *counting) Apply(ctx context.Context, b engine.Batch) error {
	if c.before != nil {
		if err := c.before(); err != nil {
			return err
		}
	}
	c.puts.Add(int64(len(b.Put)))
	return c.Writer.Apply(ctx, b)
}

// A build that ends in the middle goes on where the index stands: no message
// is indexed twice and none is left out.
func TestBuildResumesAtTheCheckpoint(t *testing.T) {
	t.Parallel()
	s := mailed(t, 23)
	w := &counting{Writer: s.openIndex(filepath.Join(t.TempDir(), "index"))}
	batches := 0
	w.before = func() error {
		if batches++; batches == 3 {
			return errors.New("killed")
		}
		return nil
	}
	o := indexer.BuildOptions{BatchDocs: 5}
	if err := indexer.NewBuilder(s.archive, s.extract, w, o).Catchup(s.ctx); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Fatalf("ended with %v", err)
	}
	if n := w.puts.Load(); n != 10 {
		t.Fatalf("%d messages are in the index, want 10", n)
	}
	if err := indexer.NewBuilder(s.archive, s.extract, w, o).Catchup(s.ctx); err != nil {
		t.Fatal(err)
	}
	if n := w.puts.Load(); n != 23 {
		t.Errorf("%d messages were indexed in all, want each of 23 once", n)
	}
}

// A fault that passes does not end the indexing; one that needs a person ends
// it at once, and one that stays ends it too.
func TestRunTriesAgain(t *testing.T) {
	t.Parallel()
	fault := errors.New("resource temporarily unavailable")
	for name, c := range map[string]struct {
		fails int
		err   error
		ends  bool
	}{
		"passes":    {3, fault, false},
		"stays":     {1 << 30, fault, true},
		"disk full": {1, &os.PathError{Op: "write", Path: "x.zap", Err: syscall.ENOSPC}, true},
		"damaged":   {1, engine.ErrDamaged, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := mailed(t, 3)
			tries := 0
			w := &counting{Writer: s.openIndex(filepath.Join(t.TempDir(), "index"))}
			ctx, stop := context.WithCancel(s.ctx)
			defer stop()
			w.before = func() error {
				if tries++; tries <= c.fails {
					return c.err
				}
				time.AfterFunc(0, stop) // it has got through
				return nil
			}
			b := indexer.NewBuilder(s.archive, s.extract, w, indexer.BuildOptions{Retry: time.Microsecond})
			err := b.Run(ctx, nil)
			switch {
			case c.ends && !errors.Is(err, c.err):
				t.Errorf("ended with %v, want %v", err, c.err)
			case !c.ends && (!errors.Is(err, context.Canceled) || tries != c.fails+1):
				t.Errorf("ended with %v after %d tries", err, tries)
			case c.fails == 1 && tries != 1:
				t.Errorf("tried %d times what waiting does not mend", tries)
			}
		})
	}
}

// A store that has lost an attachment still has the rest of its mail found, and
// the attachment too once it is restored and the index built again.
func TestMissingBlobDoesNotStopTheIndex(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "1.eml"), eml(1, "damaged", "walnut"))
	writeFile(t, filepath.Join(dir, "2.eml"), eml(2, "whole", "chestnut"))

	im := indexer.NewImporter(s.archive, slog.New(slog.DiscardHandler), func() {})
	if err := im.Run(s.ctx, files.Walk(s.ctx, []string{dir}, files.Options{})); err != nil {
		t.Fatal(err)
	}
	lost := s.blobOf("damaged")
	if err := os.Rename(lost, lost+".away"); err != nil {
		t.Fatal(err)
	}
	s.builder = indexer.NewBuilder(s.archive, s.extract, s.index, indexer.BuildOptions{})
	s.build()
	if n := len(s.found("chestnut")); n != 1 {
		t.Errorf("the whole message's attachment is found %d times", n)
	}
	if n := len(s.found("damaged")); n != 1 {
		t.Errorf("the damaged message is found %d times", n)
	}
	if err := os.Rename(lost+".away", lost); err != nil {
		t.Fatal(err)
	}
	s.index = s.openIndex(filepath.Join(t.TempDir(), "again"))
	s.builder = indexer.NewBuilder(s.archive, s.extract, s.index, indexer.BuildOptions{})
	s.build()
	if n := len(s.found("walnut")); n != 1 {
		t.Errorf("the restored attachment is found %d times", n)
	}
}

// unread is an extractor that is not to be asked.
type unread struct{}

func (unread) Extract(context.Context, extract.Doc) (extract.Result, error) {
	return extract.Result{}, errors.New("asked")
}

// Results of extraction are kept: a second build extracts nothing.
func TestTextsAreExtractedOnce(t *testing.T) {
	t.Parallel()
	s := mailed(t, 5)
	s.index = s.openIndex(filepath.Join(t.TempDir(), "again"))
	s.builder = indexer.NewBuilder(s.archive, unread{}, s.index, indexer.BuildOptions{})
	s.build()
	if n := len(s.found("walnut")); n != 5 {
		t.Errorf("found %d, want 5", n)
	}
}

// blobOf is the file of the only attachment of the message of a subject.
func (s *store) blobOf(subject string) string {
	s.t.Helper()
	for _, r := range s.records() {
		if strings.Contains(string(r.Payload), "Subject: "+subject) && len(r.Parts) == 1 {
			return s.blobPath(r.Parts[0].Digest)
		}
	}
	s.t.Fatal("no such message with one attachment")
	return ""
}

func (s *store) blobPath(d mail.Digest) string {
	name := d.String()
	return filepath.Join(s.dir, "archive", "blobs", name[:2], name[2:])
}

// Indexing lets searches go first, and goes on under searches without end.
func TestIndexingGivesWayToSearches(t *testing.T) {
	t.Parallel()
	s := mailed(t, 23)
	w := &counting{Writer: s.openIndex(filepath.Join(t.TempDir(), "index"))}
	var asked atomic.Int64
	o := indexer.BuildOptions{Busy: func() bool { asked.Add(1); return true }}
	if err := indexer.NewBuilder(s.archive, s.extract, w, o).Catchup(s.ctx); err != nil {
		t.Fatal(err)
	}
	if n := w.puts.Load(); n != 23 || asked.Load() < 2*23 {
		t.Errorf("%d messages are in the index, want 23; asked %d times whether somebody searches", n, asked.Load())
	}
}

// While people search no more than half of the workers prepare messages; a while after the
// last search all of them do again.
func TestIndexingSharesWithSearches(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var searching atomic.Bool
		searching.Store(true)
		b := indexer.NewBuilder(nil, nil, nil, indexer.BuildOptions{Workers: 8, Busy: searching.Load})
		var working atomic.Int64
		done := make(chan struct{})
		for range 8 {
			go func() {
				release := indexer.TakeShare(b)
				working.Add(1)
				<-done
				release()
			}()
			synctest.Wait()
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if working.Load() != 4 {
			t.Errorf("%d of 8 workers prepare messages while people search, want 4", working.Load())
		}
		searching.Store(false)
		time.Sleep(time.Minute)
		if release := indexer.TakeShare(b); release == nil {
			t.Error("nobody searches, and a worker waits")
		}
		close(done)
		synctest.Wait()
		if working.Load() != 8 {
			t.Errorf("%d of 8 workers had their turn", working.Load())
		}
	})
}

// The sync waits where the index is far behind, until it is not.
func TestRoom(t *testing.T) {
	t.Parallel()
	s := mailed(t, 700)
	b := indexer.NewBuilder(s.archive, s.extract, s.openIndex(filepath.Join(t.TempDir(), "index")), indexer.BuildOptions{})
	ctx, cancel := context.WithCancel(s.ctx)
	cancel()
	if err := b.Room(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("700 messages behind: %v, want it to wait", err)
	}
	if err := b.Catchup(s.ctx); err != nil {
		t.Fatal(err)
	}
	if err := b.Room(ctx); err != nil {
		t.Errorf("behind by nothing: %v", err)
	}
}
