package extract

import (
	"fmt"
	"runtime"
	"unsafe"

	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/sys/unix"
)

// The places of what a seccomp filter looks at (struct seccomp_data), and from which
// number on a call of x86-64 is one of x32.
const (
	callNumber = 0
	callArch   = 4
	x32Calls   = 0x40000000
)

// refuseForeignCalls ends the process at a system call of another architecture than its
// own (those of 32 bits, which most kernels take as well): filters that list what is
// refused know the numbers of one architecture only.
func refuseForeignCalls() error {
	machine, err := arch.GetInfo("")
	if err != nil {
		return fmt.Errorf("refuse system calls of other architectures: %w", err)
	}
	load := func(offset uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
	}
	jump := func(how uint16, value uint32, yes, no uint8) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | how | unix.BPF_K, K: value, Jt: yes, Jf: no}
	}
	end := func(action uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: action}
	}
	program := []unix.SockFilter{
		load(callArch), jump(unix.BPF_JEQ, uint32(machine.ID), 1, 0), end(unix.SECCOMP_RET_KILL_PROCESS),
	}
	if runtime.GOARCH == "amd64" {
		program = append(program, load(callNumber), jump(unix.BPF_JGE, x32Calls, 0, 1), end(unix.SECCOMP_RET_KILL_PROCESS))
	}
	program = append(program, end(unix.SECCOMP_RET_ALLOW))
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("refuse system calls of other architectures: %w", err)
	}
	list := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	_, _, fault := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&list)))
	runtime.KeepAlive(program)
	if fault != 0 {
		return fmt.Errorf("refuse system calls of other architectures: %w", fault)
	}
	return nil
}
