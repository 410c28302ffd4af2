package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"mailquarry/internal/archive"
)

// usageError is a wrong flag or setting: the command did nothing.
type usageError struct{ msg string }

func (e *usageError) Error() string { return e.msg }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...)}
}

// errIncomplete ends a --once round in which some mailboxes failed.
var errIncomplete = errors.New("the round is not complete")

// advice is what a person can do about an error that has a known cause. The
// first that matches counts.
var advice = []struct {
	is  error
	say string
}{
	{archive.ErrLocked, "stop that process first, or name another folder with --data"},
	{archive.ErrOtherTenant, "name another folder with --data, or set the tenant that this one belongs to"},
	{archive.ErrForeign, "name an empty folder with --data"},
	{archive.ErrNewer, "run the newer version, or name another folder with --data"},
	{syscall.EADDRINUSE, "another program uses this address: stop it, or choose another with --listen"},
	{syscall.ENOTDIR, "a part of this path is a file and no folder: name another path"},
	{fs.ErrNotExist, "check that it is there and that its name is spelled right"},
	{syscall.EACCES, "this user may not use it: change its permissions, or choose another"},
	{syscall.ENOSPC, "the disk is full: free some space and start again, nothing that was stored is lost"},
	{syscall.EDQUOT, "the disk quota is used up: free some space and start again, nothing that was stored is lost"},
	{syscall.EROFS, "the disk can only be read: choose another folder with --data"},
	{fs.ErrPermission, "this user may not use it: change its permissions, or choose another"},
}

// explain gives an error as one line that says what is wrong and what to do.
func explain(err error) string {
	line := oneLine(err.Error())
	if errors.Is(err, archive.ErrDiskFull) || errors.Is(err, archive.ErrDamaged) {
		return line // they say what to do themselves
	}
	for _, a := range advice {
		if errors.Is(err, a.is) {
			return line + " — " + a.say
		}
	}
	if strings.Contains(line, "database or disk is full") {
		return line + " — the disk is full: free some space and start again, nothing that was stored is lost"
	}
	return line
}

func oneLine(s string) string {
	return strings.Join(strings.Fields(s), " ")
}
