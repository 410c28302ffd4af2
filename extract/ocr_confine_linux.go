package extract

import (
	"fmt"
	"os"
	"path/filepath"

	seccomp "github.com/elastic/go-seccomp-bpf"
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
	for limit, most := range map[int]uint64{
		unix.RLIMIT_DATA: ocrMemory, unix.RLIMIT_CPU: ocrProcessor, unix.RLIMIT_FSIZE: 0, unix.RLIMIT_CORE: 0, unix.RLIMIT_NOFILE: 64,
	} {
		if err := unix.Setrlimit(limit, &unix.Rlimit{Cur: most, Max: most}); err != nil {
			return fmt.Errorf("limit the recognition of pictures: %w", err)
		}
	}
	_ = unix.Setpriority(unix.PRIO_PROCESS, 0, ocrNice)
	dirs := []string{"/usr", "/lib", "/lib64", "/opt", "/nix", "/etc", filepath.Dir(program)}
	if d := os.Getenv("TESSDATA_PREFIX"); d != "" {
		dirs = append(dirs, d)
	}
	_ = landlock.V5.BestEffort().RestrictPaths(landlock.RODirs(dirs...).IgnoreIfMissing())
	_ = landlock.V5.BestEffort().RestrictNet()
	if seccomp.Supported() {
		_ = seccomp.LoadFilter(seccomp.Filter{
			NoNewPrivs: true, Flag: seccomp.FilterFlagTSync,
			Policy: seccomp.Policy{
				DefaultAction: seccomp.ActionAllow,
				Syscalls: []seccomp.SyscallGroup{{
					Action: seccomp.ActionErrno, Names: []string{
						"socket", "socketpair", "connect", "bind", "listen", "ptrace", "process_vm_readv", "process_vm_writev",
						"mount", "umount2", "keyctl", "bpf", "perf_event_open", "kexec_load", "reboot", "setns", "unshare",
					},
				}},
			},
		})
	}
	return nil
}
