//go:build linux || darwin || freebsd || netbsd || openbsd

package segment

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Rest has the system take the file's pages out of this process: they count as its memory
// as long as they are mapped in. They stay in the system's cache as long as it has room, and
// what is looked at next is mapped in again.
func (s *filed) Rest() error {
	if len(s.mapped) == 0 {
		return nil
	}
	if err := unix.Madvise(s.mapped, unix.MADV_DONTNEED); err != nil {
		return fmt.Errorf("give back the pages of segment %s: %w", s.path, err)
	}
	return nil
}
