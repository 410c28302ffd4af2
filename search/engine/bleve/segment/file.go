package segment

import (
	"errors"
	"fmt"
	"io"
	"os"

	mmap "github.com/blevesearch/mmap-go"
)

// filed is a segment in a file. bleve tells the kinds apart by their methods.
type filed struct {
	*Segment
	path string
}

// Path is the segment's file.
func (s *filed) Path() string { return s.path }

// unfiled is a segment that is in memory only.
type unfiled struct{ *Segment }

// Persist writes the segment to a file, and to the disk.
func (s *unfiled) Persist(path string) error {
	return create(path, func(f *os.File) error {
		_, err := f.Write(s.bytes)
		return err
	})
}

// WriteTo writes the segment's bytes.
func (s *unfiled) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(s.bytes)
	return int64(n), err
}

// create writes a file whole, or leaves none.
func create(path string, write func(*os.File) error) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("write segment: %w", err)
	}
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write segment %s: %w", path, errors.Join(err, os.Remove(path)))
	}
	return nil
}

// openFile maps a segment's file into memory.
func openFile(path string) (*filed, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open segment: %w", err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("open segment: %w", err)
	}
	if info.Size() < int64(len(magic)+footerSize) {
		return nil, fmt.Errorf("open segment %s: %w", path, ErrDamaged)
	}
	m, err := mmap.Map(f, mmap.RDONLY, 0)
	if err != nil {
		return nil, fmt.Errorf("map segment %s: %w", path, err)
	}
	s, err := openBytes(m)
	if err != nil {
		return nil, fmt.Errorf("open segment %s: %w", path, errors.Join(err, m.Unmap()))
	}
	s.mapped = m
	return &filed{s, path}, nil
}
