package extract

import (
	"errors"
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
// programs and their data, and write nothing but its answer. It tells what is in
// force, and what this kernel does not offer; the limits are a must.
func confineOCR(program string) (says hello, err error) {
	runtime.LockOSThread() // the priority is a thread's own until this one becomes the program
	for limit, most := range map[int]uint64{
		unix.RLIMIT_DATA: dataSize() + ocrMemory, unix.RLIMIT_CPU: ocrProcessor, unix.RLIMIT_FSIZE: 0, unix.RLIMIT_CORE: 0, unix.RLIMIT_NOFILE: 64,
	} {
		if err := unix.Setrlimit(limit, &unix.Rlimit{Cur: most, Max: most}); err != nil {
			return hello{}, fmt.Errorf("limit the recognition of pictures: %w", err)
		}
	}
	_ = unix.Setpriority(unix.PRIO_PROCESS, 0, ocrNice)
	says.InForce = []string{fmt.Sprintf("%d MB of memory, %d s of processor time, nothing written to a file", ocrMemory>>20, ocrProcessor)}
	for _, c := range []struct {
		what string
		try  func() error
	}{
		{"files of programs only (landlock)", func() error { return programsOnly(program) }},
		{"no network, no other process (seccomp)", outwardCallsRefused},
	} {
		if c.try() == nil {
			says.InForce = append(says.InForce, c.what)
		} else {
			says.Lacking = append(says.Lacking, c.what)
		}
	}
	return says, nil
}

// programsOnly lets this process read what programs are made of, and nothing else.
// Mail may lie beside it: in /opt, and in /usr/local, there is more than that. Of
// /etc it is what programs are started by: keys and passwords may lie there.
func programsOnly(program string) error {
	dirs := []string{
		"/usr/bin", "/usr/lib", "/usr/lib64", "/usr/libexec", "/usr/share", "/usr/local/bin", "/usr/local/lib", "/usr/local/share",
		"/bin", "/lib", "/lib64", "/nix/store",
	}
	places := []string{program}
	if target, err := filepath.EvalSymlinks(program); err == nil {
		places = append(places, target)
	}
	for _, p := range places {
		dir := filepath.Dir(p)
		dirs = append(dirs, dir)
		if filepath.Base(dir) == "bin" {
			dirs = append(dirs, filepath.Join(dir, "../lib"), filepath.Join(dir, "../lib64"), filepath.Join(dir, "../share"))
		}
	}
	if d := os.Getenv("TESSDATA_PREFIX"); d != "" {
		dirs = append(dirs, d)
	}
	if err := landlock.V5.BestEffort().RestrictPaths(
		landlock.RODirs(dirs...).IgnoreIfMissing(),
		landlock.ROFiles("/etc/ld.so.cache", "/etc/ld.so.preload", "/etc/localtime").IgnoreIfMissing(),
		landlock.RWFiles("/dev/null").IgnoreIfMissing(),
	); err != nil {
		return err
	}
	_ = landlock.V5.BestEffort().RestrictNet() // the filter of calls refuses it besides
	fd, err := unix.Open("/", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err == nil {
		_ = unix.Close(fd)
		return errors.New("the kernel has no Landlock")
	}
	return nil
}

// outwardCallsRefused refuses the calls that lead out of this process.
func outwardCallsRefused() error {
	if !seccomp.Supported() {
		return errors.New("the kernel has no seccomp")
	}
	if err := refuseForeignCalls(); err != nil { // or all that is refused below could be called as of 32 bits
		return err
	}
	return seccomp.LoadFilter(seccomp.Filter{
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
