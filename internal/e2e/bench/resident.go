package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strconv"
)

// resident is what a process has in memory, in bytes. What is mapped are pages of
// files, which the system takes back when others need the room.
type resident struct{ all, own, mapped int64 }

func (s *serving) resident() (r resident, err error) {
	raw, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(s.cmd.Process.Pid), "status"))
	if err != nil {
		return r, err
	}
	r.all, r.own = kilobytes(raw, "VmRSS:"), kilobytes(raw, "RssAnon:")
	r.mapped = kilobytes(raw, "RssFile:") + kilobytes(raw, "RssShmem:")
	if r.all == 0 {
		return r, errors.New("the system does not tell a process's memory")
	}
	return r, nil
}

// kilobytes finds a line such as "VmRSS:  1234 kB" and gives its bytes.
func kilobytes(status []byte, name string) int64 {
	for line := range bytes.Lines(status) {
		rest, ok := bytes.CutPrefix(line, []byte(name))
		if fields := bytes.Fields(rest); ok && len(fields) > 0 {
			n, err := strconv.ParseInt(string(fields[0]), 10, 64)
			if err == nil {
				return n << 10
			}
		}
	}
	return 0
}
