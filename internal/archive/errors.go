package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"modernc.org/sqlite"
)

// Errors that callers tell apart.
var (
	ErrLocked   = errors.New("another mailquarry process is using this data folder")
	ErrForeign  = errors.New("this folder holds other files than mailquarry's")
	ErrNewer    = errors.New("this data folder was written by a newer mailquarry")
	ErrNotFound = errors.New("not in the archive")
	ErrDiskFull = errors.New("the disk of the data folder is full: free some space and start again")
	ErrDamaged  = errors.New("the archive is damaged: restore the data folder from a backup")
	ErrTooLarge = errors.New("larger than allowed")
	// ErrOtherTenant: the data folder holds another tenant's mail.
	ErrOtherTenant = errors.New("this data folder belongs to another tenant")
	errClosed      = errors.New("the archive is closed")
)

// SQLite's result codes that a person can do something about.
const (
	sqliteReadOnly = 8
	sqliteCorrupt  = 11
	sqliteFull     = 13
	sqliteCantOpen = 14
	sqliteNotADB   = 26
)

// explain adds to err what a person can do about it, where that is known.
func explain(err error) error {
	if err == nil || errors.Is(err, ErrDiskFull) || errors.Is(err, ErrDamaged) {
		return err
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w (%w)", ErrDiskFull, err)
	}
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w: give the user that runs mailquarry read and write access to the data folder", err)
	}
	if errors.Is(err, syscall.EROFS) {
		return fmt.Errorf("%w: the data folder has to be writable", err)
	}
	var se *sqlite.Error
	if !errors.As(err, &se) {
		return err
	}
	switch se.Code() & 0xff {
	case sqliteFull:
		return fmt.Errorf("%w (%w)", ErrDiskFull, err)
	case sqliteCorrupt, sqliteNotADB:
		return fmt.Errorf("%w (%w)", ErrDamaged, err)
	case sqliteReadOnly, sqliteCantOpen:
		return fmt.Errorf("%w: give the user that runs mailquarry read and write access to the data folder", err)
	default:
		return err
	}
}
