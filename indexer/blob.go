package indexer

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"sync"
	"syscall"

	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
)

// errUnreadable says that the store holds a blob and cannot give it as it was put. That
// concerns this blob alone, unlike a fault of the extractor or of the machine.
var errUnreadable = errors.New("its bytes cannot be read from the store")

// blobReading opens a blob as often as the extractor asks for it, and notes what is
// wrong with it.
type blobReading struct {
	archive *archive.Archive
	digest  mail.Digest

	mu    sync.Mutex
	fault error
}

func (b *blobReading) open(ctx context.Context) (io.ReadCloser, error) {
	r, err := b.archive.OpenBlob(ctx, b.digest)
	if err != nil {
		b.note(err)
		return nil, err
	}
	return &checkedBlob{ReadCloser: r, of: b, sum: sha256.New()}, nil
}

func (b *blobReading) note(err error) {
	if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) || errors.Is(err, syscall.ENOMEM) {
		return // of the machine, for now
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fault = err
}

// unreadable gives what was wrong with the blob, nil when nothing was.
func (b *blobReading) unreadable() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fault == nil || errors.Is(b.fault, archive.ErrNotFound) {
		return b.fault
	}
	return fmt.Errorf("%w: %w", errUnreadable, b.fault)
}

// checkedBlob compares what is read of a blob with its digest, once all of it was.
type checkedBlob struct {
	io.ReadCloser
	of  *blobReading
	sum hash.Hash
}

func (c *checkedBlob) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.sum.Write(p[:n])
	switch {
	case err == nil || errors.Is(err, context.Canceled):
	case !errors.Is(err, io.EOF):
		c.of.note(err)
	case mail.Digest(c.sum.Sum(nil)) != c.of.digest:
		c.of.note(errors.New("they are not those that were put there"))
	}
	return n, err
}
