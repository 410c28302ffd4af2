package extract

import (
	"errors"
	"strings"
)

// in gives a storage as if it were a compound file of its own.
func (o *ole) in(dir string) *ole {
	prefix := strings.ToLower(dir) + "/"
	sub := &ole{r: o.r, size: o.size, streams: o.streams, dirs: o.dirs, prefix: o.prefix + prefix}
	return sub
}

// names lists what a storage holds, by path.
func (o *ole) names(dir string) []string {
	all := o.dirs[strings.TrimSuffix(o.prefix+strings.ToLower(dir), "/")]
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = strings.TrimPrefix(s, o.prefix)
	}
	return out
}

// embeddedIn reads the documents that are embedded in the storages of a storage:
// Word keeps them in "ObjectPool".
func (r *reading) embeddedIn(o *ole, dir string, d document) error {
	for _, name := range o.names(dir) {
		if err := r.embeddedStorage(o.in(name), d); err != nil {
			return err
		}
	}
	return nil
}

// embeddedStorage reads one embedded document, if it is of a kind that is known.
func (r *reading) embeddedStorage(o *ole, d document) error {
	for _, file := range []string{"package", "contents", "embeddedodf"} {
		if o.has(file) {
			return r.readEmbedded("", o.bytes(file), d.depth)
		}
	}
	if o.has("ole10native") {
		return r.readNative(o.bytes("ole10native"), d.depth)
	}
	for _, kind := range storageReaders() {
		if o.has(kind.stream) {
			return r.storage(kind, o, d)
		}
	}
	return nil
}

// storageReader is a format that may lie in a storage of another document.
type storageReader struct {
	stream, name string
	read         func(*reading, *ole, document) error
}

func storageReaders() []storageReader {
	return []storageReader{{"worddocument", "doc", readWord}, {"workbook", "xls", readWorkbook}, {"book", "xls", readWorkbook}, {"powerpoint document", "ppt", readPresentation}}
}

// storage reads a document in a storage, with the care that child takes.
func (r *reading) storage(kind storageReader, o *ole, d document) error {
	if err := r.member(); err != nil {
		return err
	}
	r.used[kind.name] = true
	return r.at(Step{Kind: Member}, func() (err error) {
		if d.depth++; d.depth > r.limits.Depth {
			r.fault(outcome{TooLarge, "nested too deep"})
			return nil
		}
		before := len(r.faults)
		if r.wrote > 0 {
			r.gap = "\n\n"
		}
		err = r.guarded(func() error { return kind.read(r, o, d) })
		if errors.Is(err, errFull) {
			return err
		}
		if end := r.ended(err); end.state.fault() && len(r.faults) == before {
			r.fault(end)
		}
		return nil
	})
}

// guarded makes an error of a panic.
func (r *reading) guarded(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = failed("its parser failed on it")
		}
	}()
	return fn()
}
