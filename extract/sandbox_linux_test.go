package extract_test

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// escapeFurther tries what only Linux has.
func escapeFurther() (got []string) {
	// The child ends at once: it has none of the runtime's threads.
	child, _, errno := syscall.RawSyscall6(syscall.SYS_CLONE, uintptr(syscall.SIGCHLD), 0, 0, 0, 0, 0)
	if errno == 0 && child == 0 {
		_, _, _ = syscall.RawSyscall(syscall.SYS_EXIT_GROUP, 0, 0, 0)
	}
	if errno == 0 {
		got = append(got, "made a process")
	}
	if _, _, errno := syscall.RawSyscall(unix.SYS_CLONE3, 0, 0, 0); errno != syscall.ENOSYS {
		got = append(got, "was let through to another way of making one")
	}
	for n := range 100 {
		if _, err := unix.FcntlInt(0, unix.F_DUPFD_CLOEXEC, 0); err != nil {
			break
		}
		if n > 40 {
			got = append(got, "opened more files than it may")
			break
		}
	}
	for what, most := range map[int]uint64{unix.RLIMIT_FSIZE: 1 << 20, unix.RLIMIT_CORE: 0, unix.RLIMIT_CPU: 120} {
		var have unix.Rlimit
		if err := unix.Prlimit(0, what, nil, &have); err != nil || have.Max > most {
			got = append(got, "has no limit of the size of files or dumps, or of processor time in all")
		}
		more := unix.Rlimit{Cur: unix.RLIM_INFINITY, Max: unix.RLIM_INFINITY}
		if err := unix.Prlimit(unix.Getppid(), what, &more, nil); err == nil {
			got = append(got, "changed a limit of its parent")
		}
		if err := unix.Prlimit(0, what, &more, nil); err == nil {
			got = append(got, "changed a limit of its own")
		}
	}
	if _, err := unix.FcntlInt(0, unix.F_SETOWN, unix.Getppid()); err == nil {
		got = append(got, "could have its parent signalled")
	}
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, 0, 0, 0, 0); err == nil {
		got = append(got, "could outlive its parent")
	}
	return got
}

// hasLandlock tells whether this kernel knows Landlock.
func hasLandlock() bool {
	version, _, errno := syscall.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	return errno == 0 && version > 0
}
