package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"

	"mailquarry/extract"
)

// maxTrial is the size up to which a file is tried: that of the attachments
// that are read.
const maxTrial = 100 << 20

// trial is a file that is to be tried. Found says that it was found in a folder
// and not named.
type trial struct {
	name  string
	found bool
	doc   extract.Doc
}

// trials gives the files that are named and those in the folders that are
// named, with an error for each that cannot be looked at.
func trials(ctx context.Context, stdin io.Reader, names []string) iter.Seq2[trial, error] {
	return func(yield func(trial, error) bool) {
		for _, name := range names {
			info, err := statNamed(name)
			switch {
			case err != nil:
				if !yield(trial{name: name}, err) {
					return
				}
			case info != nil && info.IsDir():
				if !below(name, yield) {
					return
				}
			case info != nil && info.Mode().IsRegular():
				if !yield(fileTrial(name, info, false), nil) {
					return
				}
			default:
				if !yield(streamTrial(ctx, stdin, name)) {
					return
				}
			}
		}
	}
}

// statNamed tells what a name stands for: nil is standard input.
func statNamed(name string) (fs.FileInfo, error) {
	if name == "-" {
		return nil, nil
	}
	return os.Stat(name)
}

// below gives the regular files of a folder, in the order of their names.
func below(dir string, yield func(trial, error) bool) (more bool) {
	more = true
	_ = filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.Type().IsRegular() {
			return nil
		}
		var info fs.FileInfo
		if err == nil {
			info, err = entry.Info()
		}
		if err != nil {
			more = yield(trial{name: name, found: true}, err)
		} else {
			more = yield(fileTrial(name, info, true), nil)
		}
		if !more {
			return fs.SkipAll
		}
		return nil
	})
	return more
}

func fileTrial(name string, info fs.FileInfo, found bool) trial {
	return trial{name: name, found: found, doc: extract.Doc{
		Name: filepath.Base(name), Size: info.Size(), Open: func() (io.ReadCloser, error) { return os.Open(name) },
	}}
}

// streamTrial is what a pipe or a device gives. It is held in memory, for it may
// be read more than once, and whoever tries a mail's attachment wants no copy of
// it left on the disk.
func streamTrial(ctx context.Context, stdin io.Reader, name string) (trial, error) {
	type read struct {
		raw []byte
		err error
	}
	done := make(chan read, 1)
	go func() {
		in := stdin
		if name != "-" {
			f, err := os.Open(name)
			if err != nil {
				done <- read{nil, err}
				return
			}
			defer f.Close()
			in = f
		}
		raw, err := io.ReadAll(io.LimitReader(in, maxTrial+1))
		done <- read{raw, err}
	}()
	t := trial{name: name}
	if name != "-" {
		t.doc.Name = filepath.Base(name)
	}
	select {
	case <-ctx.Done(): // whoever writes to the pipe may never end
		return t, ctx.Err()
	case r := <-done:
		if r.err != nil {
			return t, fmt.Errorf("read: %w", r.err)
		}
		t.doc.Size = int64(len(r.raw))
		t.doc.Open = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(r.raw)), nil }
		return t, nil
	}
}
