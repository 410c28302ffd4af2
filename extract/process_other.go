//go:build !linux

package extract

import "syscall"

// childAttributes adds nothing here: the worker ends when its input does.
func childAttributes() *syscall.SysProcAttr { return nil }

// confine has only Go's own limits to rely on here.
func confine(class, uint64) (inForce []string, err error) {
	return []string{"memory limit of the runtime"}, nil
}
