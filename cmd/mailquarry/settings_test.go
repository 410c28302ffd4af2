package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"mailquarry/internal/archive"
)

// flags lists the settings: the flags of all commands that people use, but for
// what only words a question (status --json).
func flags(t *testing.T) []*kong.Flag {
	t.Helper()
	p, err := newParser(&cli{}, io.Discard, io.Discard, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	questions := []string{"check", "status", "problems", "verify", "hold", "saved", "search"}
	all := slices.Clone(p.Model.Flags)
	for _, c := range p.Model.Children {
		if c.Hidden {
			continue
		}
		for _, f := range c.Flags {
			if len(f.Envs) > 0 || !slices.Contains(questions, c.Name) {
				all = append(all, f)
			}
		}
	}
	return slices.DeleteFunc(all, func(f *kong.Flag) bool { return f.Name == "help" || f.Name == "version" })
}

// Whatever a flag sets, a service's environment sets as well.
func TestEveryFlagHasItsVariable(t *testing.T) {
	t.Parallel()
	owner := map[string]string{}
	for _, f := range flags(t) {
		if !slices.ContainsFunc(f.Envs, func(v string) bool { return strings.HasPrefix(v, "MAILQUARRY_") }) {
			t.Errorf("--%s has no MAILQUARRY_ variable", f.Name)
		}
		for _, v := range f.Envs {
			if owner[v] != "" && owner[v] != f.Name {
				t.Errorf("%s sets both --%s and --%s", v, owner[v], f.Name)
			}
			owner[v] = f.Name
		}
	}
}

// docs/mailquarry.env names every setting with its default, and none that does
// not exist.
func TestSettingsFileIsComplete(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "mailquarry.env"))
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, "#")), "="); ok && !strings.Contains(name, " ") {
			named[name] = value
		}
	}
	delete(named, "SSL_CERT_FILE") // Go's own
	seen := map[string]bool{}      // several commands take the tenant's settings
	for _, f := range flags(t) {
		i := slices.IndexFunc(f.Envs, func(v string) bool { _, ok := named[v]; return ok })
		if len(f.Envs) > 0 && seen[f.Envs[0]] {
			continue
		}
		if i >= 0 {
			seen[f.Envs[0]] = true
		} else {
			t.Errorf("docs/mailquarry.env does not name %s", strings.Join(f.Envs, " or "))
			continue
		}
		if got := named[f.Envs[i]]; f.HasDefault && got != f.Default {
			t.Errorf("docs/mailquarry.env gives %s as the default of %s, which is %s", got, f.Envs[i], f.Default)
		}
		for _, v := range f.Envs {
			delete(named, v)
		}
	}
	for name := range named {
		t.Errorf("docs/mailquarry.env names %s, which sets nothing", name)
	}
}

// A fault that a person can mend is told once, on one line.
func TestExplain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want string
	}{
		{fmt.Errorf("write: %w (%w)", archive.ErrDiskFull, syscall.ENOSPC), "free some space"},
		{fmt.Errorf("write the index: %w", &os.PathError{Op: "write", Path: "x.zap", Err: syscall.ENOSPC}), "free some space"},
		{errors.New("commit:\n\tdatabase or disk is full (13)"), "free some space"},
		{fmt.Errorf("open: %w", &os.PathError{Op: "open", Path: "LOCK", Err: syscall.EACCES}), "change its permissions"},
		{fmt.Errorf("open: %w", syscall.EROFS), "--data"},
	} {
		got := explain(c.err)
		if strings.Count(got, c.want) != 1 || strings.ContainsAny(got, "\n\t") {
			t.Errorf("%q, want one line that says %q once", got, c.want)
		}
	}
}

// Spans are read as retention rules are written, and nothing else passes.
func TestSpans(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for in, want := range map[string]span{
		"24h": {d: day}, "90d": {d: 90 * day}, "6w": {d: 42 * day}, "10y": {d: 3650 * day}, "1.5d": {d: 36 * time.Hour},
		"forever": {forever: true}, " Forever ": {forever: true}, "0s": {}, "0": {}, "30m": {d: 30 * time.Minute},
	} {
		var got span
		if err := got.UnmarshalText([]byte(in)); err != nil || got != want {
			t.Errorf("%q: %v %v, want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"", "d", "-1d", "1000000y", "ten years", "5", "NaNd", "infd", "-5h"} {
		if err := new(span).UnmarshalText([]byte(in)); err == nil {
			t.Errorf("%q is taken for a span", in)
		}
	}
}

// A data folder that was chosen is used by the demo, whatever its name; without
// one the demo leaves nothing behind.
func TestDemoData(t *testing.T) {
	t.Parallel()
	dir, forget, err := demoData(&cli{Data: defaultData, dataGiven: true})
	if err != nil || dir != defaultData {
		t.Errorf("%q %v", dir, err)
	}
	if err := forget(); err != nil {
		t.Error(err)
	}
	if dir, forget, err = demoData(&cli{Data: defaultData}); err != nil || dir == defaultData {
		t.Fatalf("%q %v", dir, err)
	}
	if err := forget(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there: %v", dir, err)
	}
}
