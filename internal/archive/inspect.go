package archive

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Inspection is what can be told of a data folder without opening it.
type Inspection struct {
	Exists bool   // there is a store in it
	Held   bool   // a process is using it
	Tenant string // that the named source's mailboxes come from, "" for none yet
}

// Inspect looks whether a data folder could be opened by this user, and whose
// mail it holds. It changes nothing, and works while a process uses the folder.
func Inspect(ctx context.Context, dir, src string) (Inspection, error) {
	var out Inspection
	l := layout{root: dir}
	if err := l.ours(); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return out, err
	}
	if err := tryWriting(l); err != nil {
		return out, explain(err)
	}
	var err error
	if _, out.Held, err = Holder(dir); err != nil {
		return out, err
	}
	if _, err := os.Stat(l.db()); errors.Is(err, fs.ErrNotExist) {
		return out, nil
	} else if err != nil {
		return out, explain(err)
	}
	out.Exists = true
	out.Tenant, err = boundTo(ctx, l.db(), src)
	return out, err
}

// tryWriting makes a file, and removes it: in the place for temporary files, or
// as long as there is none, in the folder that would hold the data folder.
func tryWriting(l layout) error {
	dir := l.tmp()
	for {
		info, err := os.Stat(dir)
		if err == nil && !info.IsDir() {
			return fmt.Errorf("%s is a file and no folder", dir)
		}
		if err == nil {
			break
		}
		if parent := filepath.Dir(dir); errors.Is(err, fs.ErrNotExist) && parent != dir {
			dir = parent
			continue
		}
		return err
	}
	f, err := os.CreateTemp(dir, ".mailquarry-check-*")
	if err != nil {
		return err
	}
	_, werr := f.WriteString(markerText)
	return errors.Join(werr, f.Close(), os.Remove(f.Name()))
}

func boundTo(ctx context.Context, path, src string) (tenant string, err error) {
	r, err := openReader(path)
	if err != nil {
		return "", explain(err)
	}
	defer func() { err = errors.Join(err, r.close()) }()
	var version int
	if err := r.row(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return "", fmt.Errorf("read the schema version: %w", explain(err))
	}
	if known := len(migrations()); version > known {
		return "", fmt.Errorf("%w (schema %d, this one knows %d)", ErrNewer, version, known)
	}
	err = r.row(ctx, "SELECT value FROM meta WHERE key = ?", "tenant of "+src).Scan(&tenant)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	if err != nil {
		return "", fmt.Errorf("read whose mail is stored: %w", explain(err))
	}
	return tenant, nil
}
