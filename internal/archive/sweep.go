package archive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"mailquarry/internal/mail"
)

// sweepBatch is how many old blobs are judged in one transaction, for as long
// as nobody else can write.
const sweepBatch = 256

// SweepBlobs deletes blobs and texts that no message names any more and that
// are older than the age, and tells how many bytes of blobs that freed. The age
// covers the time between a PutBlob and the commit that names its blob.
func (a *Archive) SweepBlobs(ctx context.Context, age time.Duration) (int64, error) {
	before := time.Now().Add(-age)
	freed, err := a.sweepFiles(ctx, before)
	if err != nil {
		return freed, fmt.Errorf("sweep blobs: %w", explain(err))
	}
	err = a.write(ctx, func(t *txn) error {
		return t.exec("DELETE FROM text WHERE made < ? AND NOT EXISTS (SELECT 1 FROM part WHERE part.digest = text.digest)",
			before.UnixMicro())
	})
	if err != nil {
		return freed, fmt.Errorf("sweep texts: %w", err)
	}
	return freed, nil
}

func (a *Archive) sweepFiles(ctx context.Context, before time.Time) (int64, error) {
	var freed int64
	var old []mail.Digest
	judge := func() error {
		n, err := a.sweepBatch(ctx, old, before)
		freed += n
		old = old[:0]
		return err
	}
	err := a.eachBlob(func(d mail.Digest, st fs.FileInfo) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !st.ModTime().Before(before) {
			return nil
		}
		if old = append(old, d); len(old) < sweepBatch {
			return nil
		}
		return judge()
	})
	if err == nil && len(old) > 0 {
		err = judge()
	}
	return freed, err
}

// sweepBatch deletes those of the blobs that are still old and that nobody
// names. It does so inside a write transaction, in which no commit can name one.
func (a *Archive) sweepBatch(ctx context.Context, ds []mail.Digest, before time.Time) (int64, error) {
	var freed int64
	err := a.write(ctx, func(t *txn) error {
		for _, d := range ds {
			var named bool
			err := t.row("SELECT EXISTS (SELECT 1 FROM part WHERE digest = ?)", d[:]).Scan(&named)
			if err != nil {
				return err
			}
			if named {
				continue
			}
			n, err := a.removeBlob(d, before)
			if err != nil {
				return err
			}
			freed += n
		}
		return nil
	})
	return freed, err
}

func (a *Archive) removeBlob(d mail.Digest, before time.Time) (int64, error) {
	a.sweep.Lock()
	defer a.sweep.Unlock()
	st, err := os.Stat(a.dir.blob(d))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil || !st.ModTime().Before(before) {
		return 0, err
	}
	return st.Size(), os.Remove(a.dir.blob(d))
}

// eachBlob hands over every file among the blobs that is named like one.
func (a *Archive) eachBlob(fn func(mail.Digest, fs.FileInfo) error) error {
	return filepath.WalkDir(a.dir.blobs(), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		d, err := mail.ParseDigest(filepath.Base(filepath.Dir(path)) + e.Name())
		if err != nil {
			return nil //nolint:nilerr // another's file is no blob and none of our business
		}
		st, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		return fn(d, st)
	})
}
