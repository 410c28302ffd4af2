package archive

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	markerName = "MAILQUARRY"
	lockName   = "LOCK"
	markerText = "This folder belongs to mailquarry. Its files are not meant to be changed by hand.\n"
)

// layout names the places in a data folder.
type layout struct{ root string }

func (l layout) archive() string      { return filepath.Join(l.root, "archive") }
func (l layout) blobs() string        { return filepath.Join(l.root, "archive", "blobs") }
func (l layout) tmp() string          { return filepath.Join(l.root, "archive", "tmp") }
func (l layout) db() string           { return filepath.Join(l.root, "archive", "log.db") }
func (l layout) join(n string) string { return filepath.Join(l.root, n) }

// CheckOurs gives ErrForeign for a folder that holds something else, without
// opening it.
func CheckOurs(root string) error { return layout{root}.ours() }

// ours tells ErrForeign for a folder that holds something and lacks the marker.
// A lone lock is what a kill at the very first start leaves; lost+found is the
// root of a fresh disk.
func (l layout) ours() error {
	entries, err := os.ReadDir(l.root)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == markerName {
			return nil
		}
	}
	for _, e := range entries {
		if e.Name() != lockName && e.Name() != "lost+found" {
			return fmt.Errorf("%w (such as %q): choose an empty or a new one", ErrForeign, e.Name())
		}
	}
	return nil
}

// claim makes the folder ours and locks it.
func (l layout) claim() (*os.File, error) {
	if err := os.MkdirAll(l.root, 0o700); err != nil {
		return nil, err
	}
	if err := l.ours(); err != nil {
		return nil, err
	}
	lock, held, err := lockFile(l.join(lockName))
	switch {
	case held:
		return nil, l.locked()
	case err != nil:
		return nil, fmt.Errorf("lock: %w", err)
	}
	if err := l.prepare(lock); err != nil {
		return nil, errors.Join(err, unlockFile(lock))
	}
	return lock, nil
}

func (l layout) locked() error {
	f, err := os.Open(l.join(lockName))
	if err != nil {
		return ErrLocked
	}
	defer f.Close()
	pid, _ := io.ReadAll(io.LimitReader(f, 20))
	if s := strings.TrimSpace(string(pid)); s != "" {
		return fmt.Errorf("%w: process %s", ErrLocked, s)
	}
	return ErrLocked
}

func (l layout) prepare(lock *os.File) error {
	if err := lock.Truncate(0); err != nil {
		return err
	}
	if _, err := lock.WriteAt(fmt.Appendf(nil, "%d\n", os.Getpid()), 0); err != nil {
		return err
	}
	if err := os.Remove(l.join(addressName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	_, err := os.Stat(l.join(markerName))
	if errors.Is(err, fs.ErrNotExist) {
		err = os.WriteFile(l.join(markerName), []byte(markerText), 0o600)
	}
	if err != nil {
		return err
	}
	if err := os.RemoveAll(l.tmp()); err != nil {
		return err
	}
	for _, dir := range []string{l.archive(), l.blobs(), l.tmp()} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	return errors.Join(syncDir(l.archive()), syncDir(l.root))
}
