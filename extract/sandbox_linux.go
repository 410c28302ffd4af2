package extract

import (
	"errors"
	"os"
	"slices"

	seccomp "github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"github.com/landlock-lsm/go-landlock/landlock"
	"golang.org/x/sys/unix"
)

// confine takes from this process, for good, what a worker has no need of, and
// tells what is in force. Limits are a must; what the kernel offers beyond them
// depends on its age and configuration.
func confine(_ class, memory uint64) (inForce []string, err error) {
	if err := limitSelf(memory); err != nil {
		return nil, err
	}
	inForce = append(inForce, "resource limits")
	if noFiles() {
		inForce = append(inForce, "no files (landlock)")
	}
	if onlyKnownCalls() {
		inForce = append(inForce, "system calls filtered (seccomp)")
	}
	return inForce, nil
}

// noFiles takes the whole file system, and the network's ports, by Landlock. It
// tells whether files are out of reach then.
func noFiles() bool {
	if err := landlock.V5.BestEffort().RestrictPaths(); err != nil {
		return false
	}
	_ = landlock.V5.BestEffort().RestrictNet()
	fd, err := unix.Open("/", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err == nil {
		_ = unix.Close(fd)
	}
	return errors.Is(err, unix.EACCES)
}

// onlyKnownCalls lets through what Go's runtime and pipes need and refuses every
// other system call: no file is opened, no program started, no socket made, no
// other process traced or signalled.
func onlyKnownCalls() bool {
	if !seccomp.Supported() {
		return false
	}
	err := seccomp.LoadFilter(seccomp.Filter{
		NoNewPrivs: true,
		Flag:       seccomp.FilterFlagTSync,
		Policy: seccomp.Policy{
			DefaultAction: seccomp.ActionErrno,
			Syscalls: []seccomp.SyscallGroup{{
				Action: seccomp.ActionAllow, Names: knownCalls(),
				// The runtime interrupts its own threads.
				NamesWithCondtions: []seccomp.NameWithConditions{{
					Name:       "tgkill",
					Conditions: []seccomp.Condition{{Argument: 0, Operation: seccomp.Equal, Value: uint64(os.Getpid())}},
				}},
			}},
		},
	})
	return err == nil && !callsPass()
}

// callsPass tries what must not be possible any more.
func callsPass() bool {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err == nil {
		_ = unix.Close(fd)
	}
	return err == nil
}

// knownCalls are those of Go's runtime on a machine of this kind, and of reading
// and writing what is open. Names that this processor does not have are left out.
func knownCalls() []string {
	all := []string{
		"read", "write", "readv", "writev", "close", "fstat", "lseek", "fcntl", "ppoll", "poll", "pselect6",
		"mmap", "munmap", "mremap", "mprotect", "madvise", "mincore", "brk", "mlock", "munlock", "membarrier",
		"futex", "futex_wait", "futex_wake", "clone", "clone3", "set_robust_list", "get_robust_list", "set_tid_address", "rseq", "gettid", "getpid", "getppid",
		"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "rt_sigtimedwait",
		"timer_create", "timer_settime", "timer_delete", "setitimer", "nanosleep", "clock_nanosleep", "clock_gettime", "clock_getres", "gettimeofday",
		"epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "epoll_pwait2", "eventfd2", "pipe2",
		"sched_yield", "sched_getaffinity", "getrandom", "getrlimit", "setrlimit", "prlimit64", "getrusage", "times", "uname", "arch_prctl",
		"restart_syscall", "exit", "exit_group", "prctl",
	}
	machine, err := arch.GetInfo("")
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(all, func(name string) bool { _, known := machine.SyscallNames[name]; return !known })
}
