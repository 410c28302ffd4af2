//go:build !linux

package extract

import "syscall"

// childAttributes adds nothing here: the worker ends when its input does.
func childAttributes() *syscall.SysProcAttr { return nil }

// limitSelf has only Go's own limits to rely on here.
func limitSelf(uint64) error { return nil }
