package extract

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/bzip2"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"math"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"
)

// The methods by which members of a ZIP are packed, beside those of the standard
// library (APPNOTE 6.3.10, 4.4.5).
const (
	zipBzip2   = 12
	zipLZMA    = 14
	zipOldZstd = 20
	zipZstd    = 93
	zipXZ      = 95
)

// methodName names a method that is known and not read.
func methodName(method uint16) string {
	switch method {
	case 1:
		return "Shrink"
	case 6, 10:
		return "Implode"
	case 9:
		return "Deflate64"
	case 98:
		return "PPMd"
	}
	return fmt.Sprintf("method %d", method)
}

// The flags of a member.
const (
	zipEncrypted = 1 << 0
	zipEndMarked = 1 << 1 // of LZMA: its end is marked
	zipSizeAfter = 1 << 3 // sizes stand behind the data
)

// openMember unpacks a member of a ZIP. Its error is an outcome.
func openMember(f *zip.File) (io.ReadCloser, error) {
	const aes = 99
	switch f.Method {
	case zip.Store, zip.Deflate:
		if f.Flags&zipEncrypted != 0 {
			return nil, encrypted()
		}
		src, err := f.Open()
		if err != nil {
			return nil, failed("damaged: it cannot be unpacked")
		}
		return src, nil
	case aes:
		return nil, encrypted()
	}
	if f.Flags&zipEncrypted != 0 {
		return nil, encrypted()
	}
	raw, err := f.OpenRaw()
	if err != nil {
		return nil, failed("damaged: it cannot be unpacked")
	}
	src, err := openMethod(f.Method, f.Flags, f.UncompressedSize64, raw)
	if err != nil {
		return nil, err
	}
	return io.NopCloser(&summed{src: src, sum: crc32.NewIEEE(), want: f}), nil
}

// summed is a member that is checked, as the standard library does it for its own
// methods, against what the directory says of it.
type summed struct {
	src  io.Reader
	sum  hash.Hash32
	size uint64
	want *zip.File
}

func (s *summed) Read(b []byte) (int, error) {
	n, err := s.src.Read(b)
	_, _ = s.sum.Write(b[:n]) // never fails
	s.size += uint64(n)
	if errors.Is(err, io.EOF) && (s.size != s.want.UncompressedSize64 || s.sum.Sum32() != s.want.CRC32) {
		return n, failed("damaged: it is not what was packed")
	}
	return n, err
}

// openMethod unpacks what another method than Deflate has packed. Its error is an
// outcome.
func openMethod(method, flags uint16, size uint64, raw io.Reader) (src io.Reader, err error) {
	switch method {
	case zipBzip2:
		return bzip2.NewReader(raw), nil
	case zipOldZstd, zipZstd:
		src, err = openZstd(raw)
	case zipXZ:
		src, err = openXZ(raw)
	case zipLZMA:
		src, err = openLZMA(raw, flags, size)
	default:
		return nil, &outcome{Unsupported, "packed by " + methodName(method) + ", which is not read"}
	}
	var known *outcome
	if err != nil && !errors.As(err, &known) {
		return nil, failed("damaged: it cannot be unpacked")
	}
	return src, err
}

// openLZMA makes of a member's head that of a file, which the library reads
// (APPNOTE 5.8.8: two bytes of version, the length of the properties, these).
func openLZMA(raw io.Reader, flags uint16, size uint64) (io.Reader, error) {
	const version, properties, unknown = 4, 5, math.MaxUint64
	head := make([]byte, version+properties, version+properties+8)
	if _, err := io.ReadFull(raw, head); err != nil || binary.LittleEndian.Uint16(head[2:]) != properties {
		return nil, failed("damaged: it cannot be unpacked")
	}
	if binary.LittleEndian.Uint32(head[version+1:]) > maxDictionary {
		return nil, tooLarge("the dictionary it was packed with")
	}
	if flags&zipEndMarked != 0 {
		size = unknown
	}
	head = binary.LittleEndian.AppendUint64(head, size)
	return lzma.NewReader(bufio.NewReader(io.MultiReader(bytes.NewReader(head[version:]), raw)))
}

// openXZ refuses what declares more memory than it may have.
func openXZ(r io.Reader) (io.Reader, error) {
	src := bufio.NewReader(r)
	head, _ := src.Peek(xzHead)
	if xzDictionary(head) > maxDictionary {
		return nil, tooLarge("the dictionary it was packed with")
	}
	return xz.NewReader(src)
}

// openZstd refuses, when it is read, what declares more memory than it may have.
func openZstd(r io.Reader) (io.Reader, error) {
	d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxDictionary), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, err
	}
	return d.IOReadCloser(), nil
}
