package extract

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"slices"

	"github.com/klauspost/compress/flate"
)

// localHeader begins the header before each member.
const localHeader = "PK\x03\x04"

// readCutZip reads the members of a ZIP without a directory, such as one whose end
// was cut off, by what stands before each of them.
func readCutZip(r *reading, d document) error {
	err := noDirectory(d)
	if r.ended(err).state == Unsupported {
		return err // one of several files
	}
	before := r.wrote - r.names
	for at := 0; ; {
		i := bytes.Index(d.raw[at:], []byte(localHeader))
		if i < 0 {
			break
		}
		m, ok := localMember(d.raw, at+i)
		if !ok {
			at += i + len(localHeader)
			continue
		}
		read, err := r.cutMember(m, d)
		if err != nil {
			return err
		}
		at = m.data + read
	}
	if r.wrote-r.names == before {
		return err
	}
	why := "cut off or damaged: what is whole in it was read"
	if o := r.summary(); o.state == Partial {
		why += "; " + o.reason
	}
	return &outcome{Partial, why}
}

// lacksFirst tells of a directory that it lacks the member with which the file
// begins: it is that of another archive, stored within one that was cut off.
func lacksFirst(z *zip.Reader, raw []byte) bool {
	first, ok := localMember(raw, 0)
	if !ok || !bytes.HasPrefix(raw, []byte(localHeader)) {
		return false
	}
	return !slices.ContainsFunc(z.File, func(f *zip.File) bool {
		at, err := f.DataOffset()
		return err != nil || at == int64(first.data)
	})
}

// cutZipMember is a member as its local header tells (APPNOTE 4.3.7).
type cutZipMember struct {
	name          string
	method, flags uint16
	data          int   // where its bytes begin
	packed        int   // how many they are; -1: they tell themselves
	size          int64 // unpacked; 0 where it is not known
}

func localMember(raw []byte, at int) (cutZipMember, bool) {
	const fixed = 30
	b := blob(raw[at:])
	if len(b) < fixed {
		return cutZipMember{}, false
	}
	name := b.sub(fixed, b.u16(26))
	m := cutZipMember{
		name: memberName(string(name)), flags: uint16(b.u16(6)), method: uint16(b.u16(8)),
		data: at + fixed + b.u16(26) + b.u16(28), packed: b.u32(18), size: int64(b.u32(22)),
	}
	if m.data > len(raw) || m.name == "" {
		return cutZipMember{}, false
	}
	const inExtra = 0xFFFFFFFF
	if m.flags&zipSizeAfter != 0 || m.packed == inExtra {
		m.packed = -1
	}
	return m, true
}

// storedEnd tells where stored bytes end whose size stands behind them (APPNOTE
// 4.3.9); -1 where that is not there.
func storedEnd(b blob) int {
	const descriptor, most = "PK\x07\x08", 1000 // of those that may stand in the bytes themselves
	at := 0
	for range most {
		i := bytes.Index(b[at:], []byte(descriptor))
		if i < 0 {
			return -1
		}
		if at += i; len(b) >= at+16 && b.u32(at+8) == at {
			return at
		}
		at += len(descriptor)
	}
	return -1
}

// cutMember reads a member, and tells of how many bytes it is.
func (r *reading) cutMember(m cutZipMember, d document) (read int, err error) {
	if len(m.name) > 0 && m.name[len(m.name)-1] == '/' {
		return 0, nil
	}
	if err := r.named(m.name); err != nil {
		return 0, err
	}
	rest := d.raw[m.data:]
	if m.packed >= 0 {
		rest = rest[:min(m.packed, len(rest))]
	}
	in := bytes.NewReader(rest)
	var src io.Reader
	switch {
	case m.flags&zipEncrypted != 0:
		return min(max(0, m.packed), len(rest)), r.locked(outcome{Encrypted, "needs a password"})
	case m.method == zip.Deflate:
		src = flate.NewReader(in) // reads no byte that is not its own
	case m.packed < 0 && m.method == zip.Store:
		n := storedEnd(rest)
		if n < 0 {
			return 0, r.locked(outcome{Failed, "damaged: nothing tells where it ends"})
		}
		m.packed, rest = n, rest[:n]
		src = bytes.NewReader(rest)
	case m.packed < 0:
		return 0, r.locked(outcome{Failed, "damaged: nothing tells where it ends"})
	case m.method == zip.Store:
		src = in
	default:
		var o *outcome
		if src, err = openMethod(m.method, m.flags, uint64(m.size), in); errors.As(err, &o) {
			return len(rest), r.locked(*o)
		}
	}
	err = r.unpack(Step{Kind: Member, Name: m.name}, m.name, src, int64(len(rest)), d.depth)
	if m.packed >= 0 {
		return len(rest), err
	}
	return len(rest) - in.Len(), err
}
