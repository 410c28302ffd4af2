package extract

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

const foreignCall = "MAILQUARRY_TEST_FOREIGN_CALL"

// A process that refuses system calls of other architectures ends at the first one. It
// asks for its own id as a program of 32 bits does.
func TestForeignCallsAreRefused(t *testing.T) {
	t.Parallel()
	if runtime.GOARCH != "amd64" {
		t.Skip("the call is written in the machine code of x86")
	}
	if os.Getenv(foreignCall) != "" {
		if os.Getenv(foreignCall) == "refused" {
			if err := refuseForeignCalls(); err != nil {
				t.Fatal(err)
			}
		}
		askAsOf32Bits(t)
		return
	}
	for how, want := range map[string]bool{"taken": true, "refused": false} {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestForeignCallsAreRefused$")
		cmd.Env = append(os.Environ(), foreignCall+"="+how)
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		if want && err != nil {
			t.Skipf("this kernel takes no calls of 32 bits: %v", err)
		}
		if !want {
			status, ok := exit.Sys().(syscall.WaitStatus)
			if err == nil || !ok || status.Signal() != syscall.SIGSYS {
				t.Errorf("the process ended with %v, want SIGSYS: %s", err, out)
			}
		}
	}
}

func askAsOf32Bits(t *testing.T) {
	t.Helper()
	page, err := unix.Mmap(-1, 0, os.Getpagesize(), unix.PROT_READ|unix.PROT_WRITE|unix.PROT_EXEC, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		t.Fatal(err)
	}
	copy(page, []byte{
		0x53,              // push rbx
		0xb8, 20, 0, 0, 0, // mov eax, 20: getpid
		0xcd, 0x80, // int 0x80
		0x5b, // pop rbx
		0xc3, // ret
	})
	code := &page[0]
	at := unsafe.Pointer(&code)
	(*(*func())(unsafe.Pointer(&at)))()
}
