package archive

import (
	"errors"
	"os"
	"syscall"
)

const sharingViolation = syscall.Errno(32)

// lockFile takes the lock without waiting: the file is opened so that nobody
// else can open it. The kernel closes it when the process ends.
func lockFile(path string) (f *os.File, held bool, err error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, false, err
	}
	h, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil,
		syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	if err != nil {
		return nil, errors.Is(err, sharingViolation), err
	}
	return os.NewFile(uintptr(h), path), false, nil
}

// unlockFile drops the lock.
func unlockFile(f *os.File) error { return f.Close() }

// syncDir does nothing: NTFS journals its folders and offers no call for it.
func syncDir(string) error { return nil }
