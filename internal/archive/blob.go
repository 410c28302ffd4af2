package archive

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"mailquarry/internal/mail"
)

func (l layout) blob(d mail.Digest) string {
	s := d.String()
	return filepath.Join(l.blobs(), s[:2], s[2:])
}

// PutBlob stores the bytes of r, fsynced, and tells their digest and number.
// Equal bytes are kept once. It fails with ErrTooLarge when more than limit
// bytes come (0: no limit).
func (a *Archive) PutBlob(ctx context.Context, r io.Reader, limit int64) (mail.Digest, int64, error) {
	d, n, err := a.putBlob(ctx, r, limit)
	if err != nil {
		return mail.Digest{}, 0, fmt.Errorf("store blob: %w", explain(err))
	}
	return d, n, nil
}

func (a *Archive) putBlob(ctx context.Context, r io.Reader, limit int64) (d mail.Digest, n int64, err error) {
	f, err := os.CreateTemp(a.dir.tmp(), "blob-*")
	if err != nil {
		return d, 0, err
	}
	// After the rename there is nothing to remove under this name.
	defer func() { _ = os.Remove(f.Name()) }()
	h := sha256.New()
	n, err = copyLimited(ctx, io.MultiWriter(f, h), r, limit)
	if err != nil {
		return d, 0, errors.Join(err, f.Close())
	}
	h.Sum(d[:0])
	if a.keepBlob(d, n) {
		return d, n, f.Close()
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return d, 0, err
	}
	return d, n, a.placeBlob(d, f.Name())
}

// keepBlob tells whether the blob is held already, and makes it young again, so
// that a sweep leaves it to the message that is about to name it.
func (a *Archive) keepBlob(d mail.Digest, size int64) bool {
	a.sweep.RLock()
	defer a.sweep.RUnlock()
	path := a.dir.blob(d)
	st, err := os.Stat(path)
	if err != nil || st.Size() != size {
		return false
	}
	now := time.Now()
	if os.Chtimes(path, now, now) != nil {
		return false
	}
	// Who put it a moment ago may not have come to sync its folder yet.
	return now.Sub(st.ModTime()) > time.Minute || syncDir(filepath.Dir(path)) == nil
}

func (a *Archive) placeBlob(d mail.Digest, from string) error {
	a.sweep.RLock()
	defer a.sweep.RUnlock()
	path := a.dir.blob(d)
	dir := filepath.Dir(path)
	err := os.Mkdir(dir, 0o700)
	switch {
	case err == nil:
		err = syncDir(a.dir.blobs())
	case errors.Is(err, fs.ErrExist):
		err = nil
	}
	if err != nil {
		return err
	}
	if err := os.Rename(from, path); err != nil {
		return err
	}
	return syncDir(dir)
}

// copyLimited copies until the end, the limit or the end of ctx.
func copyLimited(ctx context.Context, w io.Writer, r io.Reader, limit int64) (int64, error) {
	r = &contextReader{ctx: ctx, r: r}
	if limit > 0 {
		r = io.LimitReader(r, limit+1)
	}
	n, err := io.Copy(w, r)
	if err == nil && limit > 0 && n > limit {
		err = fmt.Errorf("it is %w (%d bytes)", ErrTooLarge, limit)
	}
	return n, err
}

type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// OpenBlob opens a blob. ErrNotFound when it is not held.
func (a *Archive) OpenBlob(_ context.Context, d mail.Digest) (io.ReadSeekCloser, error) {
	f, err := os.Open(a.dir.blob(d))
	if errors.Is(err, fs.ErrNotExist) {
		err = ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("open blob %s: %w", d, explain(err))
	}
	return f, nil
}
