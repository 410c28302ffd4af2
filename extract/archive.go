package extract

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/bzip2"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/bodgit/sevenzip"
	"github.com/klauspost/compress/gzip"
)

func zipFormat() format {
	return format{
		name: "zip", version: 3, extensions: []string{"zip"}, media: []string{"application/zip", "application/x-zip-compressed"},
		is: isZip, read: readZip,
	}
}

func tarFormat() format {
	return format{
		name: "tar", version: 1, extensions: []string{"tar"}, media: []string{"application/x-tar"},
		is: isTar, read: readTar,
	}
}

func sevenZipFormat() format {
	return format{
		name: "7z", version: 3, extensions: []string{"7z"}, media: []string{"application/x-7z-compressed"},
		is: func(p *probe) bool { return p.begins("7z\xbc\xaf\x27\x1c") }, read: readSevenZip,
	}
}

// packedFormat is one of those that pack a single file.
func packedFormat(name string, media, signatures []string, open func(io.Reader) (io.Reader, error)) format {
	return format{
		name: name, version: 1, extensions: []string{name}, media: media,
		is: func(p *probe) bool { return p.begins(signatures...) },
		read: func(r *reading, d document) error {
			src, err := open(bytes.NewReader(d.raw))
			var known *outcome
			if errors.As(err, &known) {
				return err
			}
			if err != nil {
				return failed("damaged: it cannot be unpacked")
			}
			inner := innerName(d.name)
			return r.unpack(Step{Kind: Member, Name: inner}, inner, src, int64(len(d.raw)), d.depth)
		},
	}
}

func gzipFormat() format {
	return packedFormat("gz", []string{"application/gzip", "application/x-gzip"}, []string{"\x1f\x8b"},
		func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) })
}

func bzip2Format() format {
	return packedFormat("bz2", []string{"application/x-bzip2"}, []string{"BZh"},
		func(r io.Reader) (io.Reader, error) { return bzip2.NewReader(r), nil })
}

// The most memory that a stream may ask for: what it declares is allocated.
const maxDictionary = 64 << 20

func xzFormat() format {
	return packedFormat("xz", []string{"application/x-xz"}, []string{"\xfd7zXZ\x00"},
		openXZ)
}

// xzHead is where the first block's filter stands at the latest.
const xzHead = 12 + 2 + 2*9 + 3

// xzDictionary is the size of the dictionary that the first block of an xz file
// declares, which its reader allocates whatever it is.
func xzDictionary(head []byte) int64 {
	const filters = 12 + 1 // after the file's header and the block's size
	if len(head) <= filters {
		return 0
	}
	b := head[filters:]
	sizes := int(b[0]>>6&1 + b[0]>>7)
	for b = b[1:]; sizes > 0 && len(b) > 0; b = b[1:] {
		if b[0] < 0x80 {
			sizes--
		}
	}
	const lzma2 = 0x21
	if len(b) < 3 || b[0] != lzma2 || b[2] > 40 {
		return 0
	}
	return int64(2|b[2]&1) << (b[2]/2 + 11)
}

func zstdFormat() format {
	return packedFormat("zst", []string{"application/zstd"}, []string{"\x28\xb5\x2f\xfd"},
		openZstd)
}

// innerName is the name of the file in a packed one: "a.tar" in "a.tgz", "b.txt"
// in "b.txt.gz".
func innerName(name string) string {
	base := strings.TrimSuffix(name, path.Ext(name))
	switch strings.ToLower(path.Ext(name)) {
	case ".tgz", ".tbz", ".tbz2", ".txz", ".tzst":
		return base + ".tar"
	}
	return base
}

func readZip(r *reading, d document) error {
	z, err := zip.NewReader(bytes.NewReader(d.raw), int64(len(d.raw)))
	if err != nil && z == nil || lacksFirst(z, d.raw) {
		return readCutZip(r, d)
	}
	shares := sharing(z.File)
	name := memberNames(z.File)
	for i, f := range z.File {
		if f.FileInfo().IsDir() {
			continue
		}
		name := name(f)
		if err := r.named(name); err != nil {
			return err
		}
		if shares[i] {
			if err := r.locked(outcome{TooLarge, "its bytes are those of another member, too"}); err != nil {
				return err
			}
			continue
		}
		src, err := openMember(f)
		if err != nil {
			if err := r.locked(r.ended(err)); err != nil {
				return err
			}
			continue
		}
		err = r.unpack(Step{Kind: Member, Name: name}, name, src, int64(min(f.CompressedSize64, uint64(len(d.raw)))), d.depth)
		_ = src.Close() // what was wrong with it has shown when it was read
		if err != nil {
			return err
		}
	}
	return nil
}

// named writes a member's name, which is text that people look for.
func (r *reading) named(name string) error {
	before := r.wrote
	err := r.block(name)
	r.names += r.wrote - before
	return err
}

// locked notes why a member is not unpacked.
func (r *reading) locked(why outcome) error {
	r.fault(why)
	return r.member()
}

// memberName is a member's name as it is shown.
func memberName(s string) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, `\`, "/"), "\uFFFD")
	return strings.TrimPrefix(s, "./")
}

func isTar(p *probe) bool {
	if len(p.raw) < 512 {
		return false
	}
	if string(p.raw[257:262]) == "ustar" {
		return true
	}
	_, err := tar.NewReader(bytes.NewReader(p.raw[:512])).Next() // checks the sum over the header
	return err == nil && p.raw[0] != 0
}

func readTar(r *reading, d document) error {
	t := tar.NewReader(bytes.NewReader(d.raw))
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return failed("damaged: an entry cannot be read")
		}
		if h.Typeflag != tar.TypeReg {
			if err := r.member(); err != nil {
				return err
			}
			continue
		}
		name := memberName(h.Name)
		if err := r.named(name); err != nil {
			return err
		}
		// A tar packs nothing, but a sparse member can be of any size.
		if err := r.unpack(Step{Kind: Member, Name: name}, name, t, min(h.Size, int64(len(d.raw))), d.depth); err != nil {
			return err
		}
	}
}

// openSevenZip reads the directory. The numbers in it are believed by the
// library, and panic where they are past all bounds.
func openSevenZip(raw []byte) (z *sevenzip.Reader, err error) {
	defer func() {
		if recover() != nil {
			z, err = nil, failed("damaged: its directory cannot be read")
		}
	}()
	return sevenzip.NewReader(bytes.NewReader(raw), int64(len(raw)))
}

func readSevenZip(r *reading, d document) error {
	z, err := openSevenZip(d.raw)
	if err != nil {
		if isLocked(err) {
			return encrypted()
		}
		return noDirectory(d)
	}
	for _, f := range z.File {
		if f.FileInfo().IsDir() {
			continue
		}
		name := memberName(f.Name)
		if err := r.named(name); err != nil {
			return err
		}
		src, err := f.Open()
		if err != nil {
			why := outcome{Failed, "damaged, or packed in a way that is not read, such as PPMd"}
			if isLocked(err) {
				why = outcome{Encrypted, "needs a password"}
			}
			if err := r.locked(why); err != nil {
				return err
			}
			continue
		}
		err = r.unpack(Step{Kind: Member, Name: name}, name, lockable{src}, int64(len(d.raw)), d.depth)
		_ = src.Close() // what was wrong with it has shown when it was read
		if err != nil {
			return err
		}
	}
	return nil
}

// isLocked tells of an error that comes of a missing password: what is unpacked
// without one is noise.
func isLocked(err error) bool {
	var e *sevenzip.ReadError
	return errors.As(err, &e) && e.Encrypted
}

// lockable is a member that may need a password.
type lockable struct{ io.Reader }

func (l lockable) Read(b []byte) (int, error) {
	n, err := l.Reader.Read(b)
	if isLocked(err) {
		err = encrypted()
	}
	return n, err
}
