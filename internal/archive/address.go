package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// addressName is a file that holds where the process that has the lock can be
// reached. It stands apart from the lock, which on Windows nobody else can read.
const addressName = "ADDRESS"

// Announce notes where this process can be reached, for Holder to tell.
func (a *Archive) Announce(address string) error {
	if err := os.WriteFile(a.dir.join(addressName), []byte(address+"\n"), 0o600); err != nil {
		return fmt.Errorf("announce the address: %w", explain(err))
	}
	return nil
}

// Holder tells whether a process uses the data folder, and where it can be
// reached, "" when it did not announce that. It creates nothing.
func Holder(dir string) (address string, held bool, err error) {
	l := layout{root: dir}
	if _, err := os.Stat(l.join(lockName)); errors.Is(err, fs.ErrNotExist) {
		return "", false, nil
	}
	lock, held, err := lockFile(l.join(lockName))
	if err == nil {
		return "", false, unlockFile(lock)
	}
	if !held {
		return "", false, fmt.Errorf("look who uses the data folder %s: %w", dir, explain(err))
	}
	b, err := os.ReadFile(l.join(addressName))
	if errors.Is(err, fs.ErrNotExist) {
		return "", true, nil
	}
	if err != nil {
		return "", true, fmt.Errorf("look where the process that uses %s can be reached: %w", dir, explain(err))
	}
	return strings.TrimSpace(string(b)), true, nil
}
