package extract

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	seccomp "github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"github.com/landlock-lsm/go-landlock/landlock"
	"golang.org/x/sys/unix"
)

// The limits on Tesseract's process.
const (
	ocrMemory    = 1 << 30
	ocrProcessor = 100 // seconds
	ocrNice      = 19
)

// confineOCR takes from this process what Tesseract has no need of: it may read
// programs and their data, and write nothing but its answer. What the kernel does
// not offer is left; the limits are a must.
func confineOCR(program string) error {
	runtime.LockOSThread() // the priority is a thread's own until this one becomes the program
	for limit, most := range map[int]uint64{
		unix.RLIMIT_DATA: dataSize() + ocrMemory, unix.RLIMIT_CPU: ocrProcessor, unix.RLIMIT_FSIZE: 0, unix.RLIMIT_CORE: 0, unix.RLIMIT_NOFILE: 64,
	} {
		if err := unix.Setrlimit(limit, &unix.Rlimit{Cur: most, Max: most}); err != nil {
			return fmt.Errorf("limit the recognition of pictures: %w", err)
		}
	}
	_ = unix.Setpriority(unix.PRIO_PROCESS, 0, ocrNice)
	// Of /etc what programs are started by, and no more: keys and passwords of this
	// one may lie there.
	dirs := []string{"/usr", "/lib", "/lib64", "/opt", "/nix/store", filepath.Dir(program)}
	if d := os.Getenv("TESSDATA_PREFIX"); d != "" {
		dirs = append(dirs, d)
	}
	_ = landlock.V5.BestEffort().RestrictPaths(
		landlock.RODirs(dirs...).IgnoreIfMissing(),
		landlock.ROFiles("/etc/ld.so.cache", "/etc/ld.so.preload", "/etc/localtime").IgnoreIfMissing(),
		landlock.RWFiles("/dev/null").IgnoreIfMissing(),
	)
	_ = landlock.V5.BestEffort().RestrictNet()
	if seccomp.Supported() {
		if err := refuseForeignCalls(); err != nil { // or all that is refused below could be called as of 32 bits
			return err
		}
		_ = seccomp.LoadFilter(seccomp.Filter{
			NoNewPrivs: true, Flag: seccomp.FilterFlagTSync,
			Policy: seccomp.Policy{
				DefaultAction: seccomp.ActionAllow,
				Syscalls: []seccomp.SyscallGroup{
					{Action: seccomp.ActionErrno, Names: ocrRefused(), NamesWithCondtions: ocrBound()},
					// Its arguments lie in memory: with clone they can be looked at.
					{Action: seccomp.ActionErrno | seccomp.Action(unix.ENOSYS), Names: []string{"clone3"}},
				},
			},
		})
	}
	return nil
}

// ocrRefused are calls that lead out of the process: to the network, to other
// processes, and past this filter.
func ocrRefused() []string {
	all := []string{
		"socket", "socketpair", "connect", "bind", "listen", "io_uring_setup", "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise",
		"fork", "vfork", "kill", "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_open", "pidfd_send_signal", "pidfd_getfd",
		"setpriority", "ioprio_set", "sched_setaffinity", "sched_setattr", "sched_setparam", "sched_setscheduler",
		"mount", "umount2", "keyctl", "add_key", "request_key", "bpf", "perf_event_open", "kexec_load", "reboot", "setns", "unshare",
	}
	machine, err := arch.GetInfo("")
	if err != nil {
		return all
	}
	return slices.DeleteFunc(all, func(name string) bool { _, known := machine.SyscallNames[name]; return !known })
}

// ocrBound are calls that are refused when they mean another process, or would
// let this one live longer than its parent.
func ocrBound() []seccomp.NameWithConditions {
	call := func(name string, argument uint32, is seccomp.Operation, value uint64) seccomp.NameWithConditions {
		return seccomp.NameWithConditions{Name: name, Conditions: []seccomp.Condition{{Argument: argument, Operation: is, Value: value}}}
	}
	return []seccomp.NameWithConditions{
		call("tgkill", 0, seccomp.NotEqual, uint64(os.Getpid())),
		call("prlimit64", 0, seccomp.NotEqual, 0),
		call("fcntl", 1, seccomp.Equal, unix.F_SETOWN),
		call("fcntl", 1, seccomp.Equal, unix.F_SETOWN_EX),
		call("prctl", 0, seccomp.Equal, unix.PR_SET_PDEATHSIG),
		call("clone", 0, seccomp.BitsNotSet, unix.CLONE_THREAD), // what it starts could outlive it
	}
}
