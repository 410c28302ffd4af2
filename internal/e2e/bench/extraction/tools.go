package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// tool is a program that prints the text of a document.
type tool struct {
	command string
	args    []string // the document's path is added, and after it what stands in after
	after   []string
	formats string
	version []string
}

var tools = []tool{
	{"pdftotext", []string{"-enc", "UTF-8"}, []string{"-"}, "pdf", []string{"-v"}},
	{"mutool", []string{"draw", "-q", "-F", "txt", "-o", "-"}, nil, "pdf", []string{"-v"}},
	{"antiword", []string{"-m", "UTF-8.txt", "-w", "0"}, nil, "doc", nil},
	{"catdoc", []string{"-d", "utf-8", "-w"}, nil, "doc rtf", []string{"-V"}},
	{"xls2csv", []string{"-d", "utf-8", "-q", "0"}, nil, "xls", nil},
	{"catppt", []string{"-d", "utf-8"}, nil, "ppt", nil},
	{"unrtf", []string{"--text", "--nopict"}, nil, "rtf", []string{"--version"}},
}

// toolTime is how long a tool may take over one document: as long as a worker.
const toolTime = 15 * time.Second

func (t tool) reads(format string) bool {
	for f := range strings.FieldsSeq(t.formats) {
		if f == format {
			return true
		}
	}
	return false
}

func (t tool) installed() bool {
	_, err := exec.LookPath(t.command)
	return err == nil
}

// text runs the tool on one document, and tells whether it ended without an error.
func (t tool) text(path string) (string, usage, bool) {
	var out output
	u, err := finish(toolTime, &out, t.command, append(append(append([]string{}, t.args...), path), t.after...)...)
	return string(out), u, err == nil
}

// all runs the tool on each of the files.
func (t tool) all(files []file) (r run, good map[string]bool) {
	good = map[string]bool{}
	for _, f := range files {
		_, u, ok := t.text(f.path)
		r.Wall, r.CPU, r.Peak = r.Wall+u.wall, r.CPU+u.cpu, max(r.Peak, u.peak)
		if good[f.path] = ok; !ok {
			r.Lost++
		}
	}
	return r, good
}

// usage is what a process and its children took.
type usage struct {
	wall, cpu time.Duration
	peak      int64
}

// output is what a program prints, which ends where it prints too much.
type output []byte

// maxOutput is more than any pool gives of a document.
const maxOutput = 32 << 20

// Write implements io.Writer.
func (o *output) Write(b []byte) (int, error) {
	if len(*o)+len(b) > maxOutput {
		return 0, errors.New("too much output")
	}
	*o = append(*o, b...)
	return len(b), nil
}

// finish runs a program to its end, or to the end of its time.
func finish(limit time.Duration, out *output, command string, args ...string) (usage, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, command, args...)
	cmd.Stdout = out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	start := time.Now()
	err := cmd.Run()
	u := usage{wall: time.Since(start)}
	if s := cmd.ProcessState; s != nil {
		u.cpu = s.UserTime() + s.SystemTime()
		if r, ok := s.SysUsage().(*syscall.Rusage); ok {
			u.peak = r.Maxrss * 1024
		}
	}
	return u, err
}

func machine() string {
	load, _ := os.ReadFile("/proc/loadavg")
	return fmt.Sprintf("%d processors, load %.4s at the start, %s", runtime.NumCPU(), load, runtime.Version())
}

// versions tells what is installed of the tools, and what is not.
func versions() (lines []string) {
	for _, t := range append(tools, tool{command: "soffice", version: []string{"--version"}}) {
		path, err := exec.LookPath(t.command)
		if err != nil {
			lines = append(lines, t.command+" is missing and left out")
			continue
		}
		if len(t.version) > 0 {
			said, _ := exec.Command(path, t.version...).CombinedOutput()
			lines = append(lines, t.command+": "+strings.TrimSpace(strings.SplitN(string(said), "\n", 2)[0]))
		}
	}
	return lines
}
