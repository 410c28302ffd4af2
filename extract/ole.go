package extract

import (
	"bytes"
	"io"
	"strings"

	"github.com/richardlehane/mscfb"
)

// maxOLEEntries bounds the streams and storages of a compound file.
const maxOLEEntries = 20_000

// ole is an OLE compound file: a file system in a file ([MS-CFB]).
type ole struct {
	r       *reading
	size    int64
	streams map[string]*mscfb.File // by path, lower case, "/" between storages
	dirs    map[string][]string    // a storage's entries, in order, by its path
	prefix  string                 // of the storage that is looked at as a whole, with a "/"
}

// openOLE reads a compound file's directory.
func openOLE(r *reading, raw []byte) (*ole, error) {
	f, err := mscfb.New(bytes.NewReader(raw))
	if err != nil {
		return nil, failed("damaged: its directory cannot be read")
	}
	o := &ole{r: r, size: int64(len(raw)), streams: map[string]*mscfb.File{}, dirs: map[string][]string{}}
	for n := 0; n < maxOLEEntries; n++ {
		e, err := f.Next()
		if err != nil {
			break // io.EOF, or damage behind what was read
		}
		dir := strings.ToLower(strings.Join(e.Path, "/"))
		name := strings.ToLower(e.Name)
		if dir != "" {
			name = dir + "/" + name
		}
		if _, twice := o.streams[name]; twice {
			continue
		}
		o.streams[name] = e
		o.dirs[dir] = append(o.dirs[dir], name)
	}
	if len(o.streams) == 0 {
		return nil, failed("damaged: its directory is empty")
	}
	return o, nil
}

// has tells whether there is a stream or storage of a path.
func (o *ole) has(path string) bool { return o.streams[o.prefix+strings.ToLower(path)] != nil }

// bytes reads a stream; nil when there is none, or nothing of it can be read.
// Streams may share sectors, so what is read counts as unpacked.
func (o *ole) bytes(path string) []byte {
	e := o.streams[o.prefix+strings.ToLower(path)]
	if e == nil || e.Size <= 0 {
		return nil
	}
	if _, err := e.Seek(0, io.SeekStart); err != nil { // it may have been read before
		return nil
	}
	b, _ := o.r.inflate(io.LimitReader(e, min(e.Size, o.size)), -1) // of a damaged one, what comes before the damage
	return b
}
