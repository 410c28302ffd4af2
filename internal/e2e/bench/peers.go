package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

func measureNotmuch(dir string, s set, queries []string) (f figures, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return f, err
	}
	config := filepath.Join(dir, "config")
	text := fmt.Sprintf("[database]\npath=%s\nmail_root=%s\n[user]\nname=Bench\nprimary_email=bench@example.org\n[new]\ntags=\n[search]\nexclude_tags=\n", dir, s.maildir)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return f, err
	}
	command := func(args ...string) *exec.Cmd {
		cmd := exec.Command("notmuch", args...)
		cmd.Env = append(os.Environ(), "NOTMUCH_CONFIG="+config)
		return cmd
	}
	if f.index, err = measure(command("new", "--quiet")); err != nil {
		return f, err
	}
	if f.disk, err = diskUsage(dir); err != nil {
		return f, err
	}
	start, _, err := timed(command("count", "id:none"))
	if err != nil {
		return f, err
	}
	f.how = fmt.Sprintf("search --limit=20, one process a query; %.1f ms of it is its start", ms(start))
	for range 2 {
		f.latency, f.found = nil, 0
		for _, q := range queries {
			took, _, err := timed(command("search", "--limit=20", q))
			if err != nil {
				return f, err
			}
			_, count, err := timed(command("count", q))
			if err != nil {
				return f, err
			}
			n, err := strconv.Atoi(strings.TrimSpace(count))
			if err != nil {
				return f, err
			}
			f.found += n
			f.latency = append(f.latency, took)
		}
	}
	return f, nil
}

func measureMu(dir string, s set, queries []string) (f figures, err error) {
	if _, err := measure(exec.Command("mu", "init", "--muhome="+dir, "--maildir="+s.maildir)); err != nil {
		return f, err
	}
	if f.index, err = measure(exec.Command("mu", "index", "--muhome="+dir, "--quiet")); err != nil {
		return f, err
	}
	if f.disk, err = diskUsage(dir); err != nil {
		return f, err
	}
	start, _, err := timed(exec.Command("mu", "info", "--muhome="+dir, "store"))
	if err != nil {
		return f, err
	}
	f.how = fmt.Sprintf("find --maxnum=20, one process a query; %.1f ms of it is its start", ms(start))
	for range 2 {
		f.latency = nil
		for _, q := range queries {
			begin := time.Now()
			// mu ends with an error when nothing is found.
			_ = exec.Command("mu", "find", "--muhome="+dir, "--maxnum=20", q).Run()
			f.latency = append(f.latency, time.Since(begin))
		}
	}
	f.found = -1 // it does not tell totals
	return f, nil
}
