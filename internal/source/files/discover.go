package files

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
)

// maxDepth bounds how deep folders may nest.
const maxDepth = 64

// batchSize is how many files are handed to a reader at once: one at a time
// costs more in hand-overs than in reading.
const batchSize = 32

// place is a mailbox and the path of a folder in it.
type place struct {
	mailbox string
	folder  []string
}

// entry is a file found, and, once a reader was at it, what it holds.
type entry struct {
	path   string
	kind   kind
	place        // where messages of it go
	asMbox place // the same, should an unknown file be an mbox
	flags  Flags
	marked bool // the flags are those of a Maildir
	named  bool // given by the user, so that it must hold mail
	lazy   bool // too big to be read ahead
	raw    []byte
	err    error
}

// batch is a run of entries that one reader fills; done is closed then.
type batch struct {
	entries []entry
	done    chan struct{}
}

// finder walks the paths and hands out entries in order.
type finder struct {
	ctx            context.Context
	o              Options
	queue, work    chan<- *batch
	open           []entry
	skipped, links *atomic.Int64
}

// paths walks them all. It ends early when the context does.
func (f *finder) paths(paths []string) {
	for _, p := range paths {
		f.path(filepath.Clean(p))
	}
	f.flush()
}

func (f *finder) path(p string) {
	st, err := os.Stat(p)
	switch {
	case err != nil:
		f.fail(p, err)
	case st.IsDir():
		f.dir(p, nil, 0, false)
	case !st.Mode().IsRegular():
		f.fail(p, ErrNotMail)
	default:
		k := kindOf(filepath.Base(p))
		if k == kindOther {
			k = kindUnknown
		}
		e := entry{path: p, kind: k, named: true}
		e.setFlags(filepath.Base(p))
		e.place = place{f.o.Mailbox, []string{looseFolder}}
		e.asMbox = place{f.o.Mailbox, []string{stem(filepath.Base(p))}}
		if k == kindMbox {
			e.place = e.asMbox
		}
		f.add(e)
	}
}

// place gives mailbox and folder for what lies at rel below a path; direct
// names the folder of messages that have none.
func (f *finder) place(rel []string, direct string) place {
	at := place{mailbox: f.o.Mailbox}
	if f.o.Tree && len(rel) > 0 {
		at.mailbox, rel = rel[0], rel[1:]
	}
	if at.folder = rel; len(rel) == 0 {
		at.folder = []string{direct}
	}
	return at
}

// dir walks a folder. Folder names inside a Maildir are in IMAP's encoding.
func (f *finder) dir(p string, rel []string, depth int, maildir bool) {
	if f.ctx.Err() != nil {
		return
	}
	if depth > maxDepth {
		f.fail(p, fmt.Errorf("more than %d folders deep", maxDepth))
		return
	}
	ents, err := os.ReadDir(p)
	if err != nil {
		f.fail(p, err)
	}
	if isMaildir(ents) {
		f.maildir(p, ents, rel, depth)
		return
	}
	for _, e := range ents {
		name := e.Name()
		switch {
		case name[0] == '.':
			f.skipped.Add(1)
		case e.IsDir():
			f.dir(filepath.Join(p, name), with(rel, segment(name, maildir)), depth+1, maildir)
		default:
			f.file(p, e, rel)
		}
	}
}

// maildir reads cur and new, then the folders below: ".A.B" (Maildir++), or
// folders that are Maildirs themselves.
func (f *finder) maildir(p string, ents []fs.DirEntry, rel []string, depth int) {
	at := f.place(rel, inboxFolder)
	for _, sub := range []string{"cur", "new"} {
		msgs, err := os.ReadDir(filepath.Join(p, sub))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			f.fail(filepath.Join(p, sub), err)
		}
		for _, m := range msgs {
			if !f.regular(m) {
				continue
			}
			e := entry{path: filepath.Join(p, sub, m.Name()), kind: kindMessage, place: at}
			e.flags, e.marked = maildirFlags(m.Name())
			// What lies in new was not looked at yet. A message in cur without flags may
			// have been put there by a program that keeps them in the header.
			e.marked = e.marked || sub == "new"
			f.add(e)
		}
	}
	for _, e := range ents {
		name := e.Name()
		switch {
		case !e.IsDir():
			f.skipped.Add(1) // uid lists, subscriptions and the like
		case name == "cur" || name == "new" || name == "tmp":
		case name[0] == '.':
			if sub := dottedFolder(name); len(sub) > 0 {
				f.dir(filepath.Join(p, name), with(rel, sub...), depth+1, true)
			}
		default:
			f.dir(filepath.Join(p, name), with(rel, segment(name, true)), depth+1, true)
		}
	}
}

// file adds a file of an ordinary folder, if it may be mail.
func (f *finder) file(dir string, d fs.DirEntry, rel []string) {
	k := kindOf(d.Name())
	if k == kindOther {
		f.skipped.Add(1)
		return
	}
	if !f.regular(d) {
		return
	}
	e := entry{path: filepath.Join(dir, d.Name()), kind: k}
	e.setFlags(d.Name())
	e.place = f.place(rel, looseFolder)
	if k != kindMessage {
		e.asMbox = f.place(mboxPath(rel, d.Name()), inboxFolder)
	}
	if k == kindMbox {
		e.place = e.asMbox
	}
	f.add(e)
}

// setFlags takes the flags from the name of a file that has left its Maildir; all
// else counts as read.
func (e *entry) setFlags(name string) {
	if e.flags, e.marked = maildirFlags(name); !e.marked {
		e.flags = Flags{Read: true}
	}
}

// regular counts and refuses links, dotfiles, folders and devices.
func (f *finder) regular(d fs.DirEntry) bool {
	switch {
	case d.Type()&fs.ModeSymlink != 0:
		f.links.Add(1)
		return false
	case d.Name()[0] == '.' || !d.Type().IsRegular():
		f.skipped.Add(1)
		return false
	}
	return true
}

func (f *finder) fail(path string, err error) {
	f.add(entry{path: path, kind: kindError, err: fmt.Errorf("read %s: %w", path, unwrapPath(err))})
}

func (f *finder) add(e entry) {
	f.open = append(f.open, e)
	if len(f.open) >= batchSize {
		f.flush()
	}
}

// flush hands the open batch to a reader and, in order, to the consumer.
func (f *finder) flush() {
	if len(f.open) == 0 {
		return
	}
	b := &batch{entries: f.open, done: make(chan struct{})}
	f.open = make([]entry, 0, batchSize)
	for _, ch := range []chan<- *batch{f.queue, f.work} {
		select {
		case ch <- b:
		case <-f.ctx.Done():
			return
		}
	}
}

// isMaildir wants cur and one of its companions: a folder that merely has the
// name cur is none.
func isMaildir(ents []fs.DirEntry) bool {
	var cur, other bool
	for _, e := range ents {
		if e.IsDir() {
			cur = cur || e.Name() == "cur"
			other = other || e.Name() == "new" || e.Name() == "tmp"
		}
	}
	return cur && other
}

// segment makes a folder name of a directory's: Thunderbird keeps the folders
// below X in X.sbd.
func segment(name string, maildir bool) string {
	if maildir {
		name = imapName(name)
	} else if s := strings.TrimSuffix(name, ".sbd"); s != "" {
		name = s
	}
	return strings.ToValidUTF8(name, "�")
}

// stem is a file's name without its extension.
func stem(name string) string {
	if s := strings.TrimSuffix(name, filepath.Ext(name)); s != "" {
		name = s
	}
	return strings.ToValidUTF8(name, "�")
}

// mboxPath is the folder path of an mbox file: its name is that of a folder,
// unless it is a number or digest, which archives give to single messages that
// kept their From_ line.
func mboxPath(rel []string, name string) []string {
	if kindOf(name) == kindUnknown && strings.ContainsAny(name[:1], "0123456789") {
		return rel
	}
	return with(rel, stem(name))
}

// with appends to a copy: entries keep their path.
func with(rel []string, more ...string) []string {
	return append(append(make([]string, 0, len(rel)+len(more)), rel...), more...)
}

// unwrapPath drops the path that package os puts before its errors, since ours
// says it already.
func unwrapPath(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
