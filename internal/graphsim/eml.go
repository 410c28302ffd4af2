package graphsim

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/mail"
	"path"
	"runtime"
	"strings"
	"sync"
	"time"
)

// emlLimit bounds what is read of one file.
const emlLimit = 64 << 20

// emlHead is how much of a file is read when it is loaded: enough for the
// headers of all but freak messages.
const emlHead = 16 << 10

// emlTree is a tree of messages that stay in their files: a mailbox of many
// thousands would not fit in memory, and each is read only a few times.
type emlTree struct{ fsys fs.FS }

// emlEntry is what is remembered of a file.
type emlEntry struct {
	path     string
	received time.Time
	id       string
	replyTo  string
}

// LoadEML adds the messages of a tree USER/FOLDER/.../N.eml as mailboxes
// USER@domain (or USER, if that is an address), in order of their paths, with at most limit messages (0: all).
// The files are read again whenever a message is served, and must stay.
func (t *Tenant) LoadEML(fsys fs.FS, domain string, limit int) error {
	var paths []string
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.Type().IsRegular() && strings.EqualFold(path.Ext(p), ".eml") {
			paths = append(paths, p)
			if len(paths) == limit {
				return fs.SkipAll
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("load a tree of messages: %w", err)
	}
	tree := &emlTree{fsys: fsys}
	entries, err := tree.scan(paths)
	if err != nil {
		return fmt.Errorf("load a tree of messages: %w", err)
	}
	l := emlLoader{t: t, tree: tree, domain: domain, boxes: make(map[string]*Mailbox), folders: make(map[string]*Folder)}
	for _, e := range entries {
		l.add(e)
	}
	return nil
}

// scan reads the headers of all files, several at a time.
func (tr *emlTree) scan(paths []string) ([]emlEntry, error) {
	entries := make([]emlEntry, len(paths))
	workers := min(runtime.GOMAXPROCS(0), 8)
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			buf := make([]byte, emlHead)
			for i := w; i < len(paths); i += workers {
				if entries[i], errs[w] = tr.head(paths[i], buf); errs[w] != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return entries, nil
}

func (tr *emlTree) head(p string, buf []byte) (emlEntry, error) {
	f, err := tr.fsys.Open(p)
	if err != nil {
		return emlEntry{}, err
	}
	defer f.Close()
	n, err := io.ReadFull(f, buf)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return emlEntry{}, err
	}
	h := parseHeader(buf[:n])
	return emlEntry{
		path: p, received: h.date(), id: strings.Clone(h.get("Message-Id")),
		replyTo: strings.Clone(firstWord(h.get("In-Reply-To"))),
	}, nil
}

func firstWord(s string) string {
	if f := strings.Fields(s); len(f) > 0 {
		return f[0]
	}
	return ""
}

// emlLoader puts entries into mailboxes and folders.
type emlLoader struct {
	t       *Tenant
	tree    *emlTree
	domain  string
	boxes   map[string]*Mailbox
	folders map[string]*Folder
}

func (l *emlLoader) add(e emlEntry) {
	dirs := strings.Split(path.Dir(e.path), "/")
	m := l.boxes[dirs[0]]
	if m == nil {
		name, _, whole := strings.Cut(dirs[0], "@")
		address := dirs[0]
		if !whole {
			address += "@" + l.domain
		}
		m = l.t.AddUser(User{Address: address, DisplayName: name})
		l.boxes[dirs[0]] = m
	}
	f := l.folder(m, dirs)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.add(f, &item{
		box: m, tree: l.tree, path: e.path, received: e.received, modified: e.received, read: true,
		conversation: m.converse("", e.id, e.replyTo),
	})
}

// folder finds or makes the folder for a directory USER/FOLDER/...; files
// directly below USER lie in the inbox.
func (l *emlLoader) folder(m *Mailbox, dirs []string) *Folder {
	if len(dirs) == 1 {
		return m.Folder("inbox")
	}
	key := strings.Join(dirs, "/")
	if f := l.folders[key]; f != nil {
		return f
	}
	name := dirs[len(dirs)-1]
	var f *Folder
	if len(dirs) == 2 {
		f = m.Folder(wellKnownOf(name))
	}
	if f == nil {
		var parent *Folder
		if len(dirs) > 2 {
			parent = l.folder(m, dirs[:len(dirs)-1])
		}
		f = m.AddFolder(parent, name)
	}
	l.folders[key] = f
	return f
}

func wellKnownOf(dir string) string {
	switch strings.ReplaceAll(strings.ToLower(dir), " ", "_") {
	case "inbox":
		return "inbox"
	case "sent_items":
		return "sentitems"
	case "deleted_items":
		return "deleteditems"
	case "drafts":
		return "drafts"
	}
	return ""
}

// read parses a file into a message.
func (tr *emlTree) read(p string) (*Message, error) {
	f, err := tr.fsys.Open(p)
	if err != nil {
		return nil, fmt.Errorf("read a message file: %w", err)
	}
	defer f.Close()
	var raw bytes.Buffer
	if info, serr := f.Stat(); serr == nil && info.Size() < emlLimit {
		raw.Grow(int(info.Size()) + bytes.MinRead)
	}
	if _, err := raw.ReadFrom(io.LimitReader(f, emlLimit)); err != nil {
		return nil, fmt.Errorf("read a message file: %w", err)
	}
	m := parseMessage(raw.Bytes(), 0)
	m.Path = p
	return m, nil
}

// parseDate reads a Date header in the forms that old mail has.
func parseDate(s string) time.Time {
	if t, err := mail.ParseDate(s); err == nil {
		return t.UTC()
	}
	if s, _, found := strings.Cut(s, "("); found {
		if t, err := mail.ParseDate(strings.TrimSpace(s)); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}
