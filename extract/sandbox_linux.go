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
func confine(_ class, memory uint64) (says hello, err error) {
	limits, err := limitSelf(memory)
	if err != nil {
		return hello{}, err
	}
	says.InForce = []string{limits}
	for _, c := range []struct {
		what string
		try  func() bool
	}{
		{"no files (landlock)", noFiles},
		{"no network, no other process, few system calls (seccomp)", onlyKnownCalls},
	} {
		if c.try() {
			says.InForce = append(says.InForce, c.what)
		} else {
			says.Lacking = append(says.Lacking, c.what)
		}
	}
	return says, nil
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
				NamesWithCondtions: boundCalls(),
			}, {
				// What it wants cannot be seen from outside. Told that it does not
				// exist, whoever asks falls back on clone.
				Action: seccomp.ActionErrno | seccomp.Action(unix.ENOSYS), Names: []string{"clone3"},
			}},
		},
	})
	return err == nil && !callsPass()
}

// boundCalls are let through in one form only: a worker has to do with itself.
// Without this it could signal its parent, or lower a limit of its parent's.
func boundCalls() []seccomp.NameWithConditions {
	call := func(name string, argument uint32, is seccomp.Operation, value uint64) seccomp.NameWithConditions {
		return seccomp.NameWithConditions{Name: name, Conditions: []seccomp.Condition{{Argument: argument, Operation: is, Value: value}}}
	}
	return []seccomp.NameWithConditions{
		call("tgkill", 0, seccomp.Equal, uint64(os.Getpid())), // the runtime interrupts its own threads
		call("clone", 0, seccomp.BitsSet, unix.CLONE_THREAD),  // it starts threads, never processes
		call("prlimit64", 2, seccomp.Equal, 0),                // asks for limits, sets none
		call("prctl", 0, seccomp.Equal, unix.PR_SET_VMA),      // names memory
		call("fcntl", 1, seccomp.LessOrEqual, unix.F_SETFL),   // copies and flags, no signals
		call("fcntl", 1, seccomp.Equal, unix.F_DUPFD_CLOEXEC),
	}
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
		"read", "write", "readv", "writev", "close", "fstat", "lseek", "ppoll", "poll", "pselect6",
		"mmap", "munmap", "mremap", "mprotect", "madvise", "mincore", "brk", "mlock", "munlock", "membarrier",
		"futex", "futex_wait", "futex_wake", "set_robust_list", "get_robust_list", "set_tid_address", "rseq", "gettid", "getpid", "getppid",
		"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "rt_sigtimedwait",
		"timer_create", "timer_settime", "timer_delete", "setitimer", "nanosleep", "clock_nanosleep", "clock_gettime", "clock_getres", "gettimeofday",
		"epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "epoll_pwait2", "eventfd2", "pipe2",
		"sched_yield", "sched_getaffinity", "getrandom", "getrlimit", "getrusage", "times", "uname", "arch_prctl",
		"restart_syscall", "exit", "exit_group",
	}
	machine, err := arch.GetInfo("")
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(all, func(name string) bool { _, known := machine.SyscallNames[name]; return !known })
}
