//go:build linux || darwin

package extract

import (
	"context"
	"syscall"

	"github.com/tetratelabs/wazero/experimental"
)

// withOwnMemory has a machine's memory reserved at once for all that it may
// grow to. Left alone, growing would copy it, and hold several copies.
func withOwnMemory(ctx context.Context) context.Context {
	return experimental.WithMemoryAllocator(ctx, experimental.MemoryAllocatorFunc(func(_, most uint64) experimental.LinearMemory {
		b, err := syscall.Mmap(-1, 0, int(min(most, pdfiumMemory)), syscall.PROT_READ|syscall.PROT_WRITE,
			syscall.MAP_PRIVATE|syscall.MAP_ANON|syscall.MAP_NORESERVE)
		if err != nil {
			return &mappedMemory{}
		}
		return &mappedMemory{b}
	}))
}

// mappedMemory is memory had from the kernel, which gives each page when it is
// first written.
type mappedMemory struct{ b []byte }

// Reallocate implements experimental.LinearMemory.
func (m *mappedMemory) Reallocate(size uint64) []byte {
	if size > uint64(len(m.b)) {
		return nil
	}
	return m.b[:size]
}

// Free implements experimental.LinearMemory.
func (m *mappedMemory) Free() {
	if m.b != nil {
		_ = syscall.Munmap(m.b)
		m.b = nil
	}
}
