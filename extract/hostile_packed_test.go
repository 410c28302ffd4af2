package extract_test

import (
	"io"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"mailquarry/extract"
)

// hostilePacked are streams that pack one file each.
func hostilePacked() []hostileDoc {
	zeros := strings.Repeat("\x00", 8<<20)
	return []hostileDoc{
		{"gz: a gigabyte of zeros in many members", "a.gz", func(t testing.TB) string {
			return strings.Repeat(gzipped(t, zeros), 128)
		}, states(extract.TooLarge, extract.Partial), "", 100},
		{"gz: words in members without end", "a.gz", func(t testing.TB) string {
			return strings.Repeat(gzipped(t, "walnut "), 2_000_000)
		}, states(extract.OK), "walnut walnut", 0},
		{"gz: members without a byte in them", "a.gz", func(t testing.TB) string {
			return strings.Repeat(gzipped(t, ""), 4_000_000)
		}, states(extract.Empty), "", 10},
		{"gz: in each other, 1,000 deep", "a.gz", func(t testing.TB) string {
			s := "walnut"
			for range 1000 {
				s = gzipped(t, s)
			}
			return s
		}, states(extract.TooLarge), "", 10},
		{"gz: a file that holds itself", "a.gz", always(quineGzip()), states(extract.TooLarge, extract.Failed, extract.Empty, extract.Unsupported), "", 100},
		{"gz: a header without end", "a.gz", always("\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\x03", many{"x", 50 << 20}), states(extract.Failed), "", 10},
		{"bz2: blocks of zeros", "a.bz2", always("BZh9", many{zeroBlock(), 3}), states(extract.Failed, extract.TooLarge, extract.Empty), "", 10},
		{"xz: a gigabyte of zeros", "a.xz", func(t testing.TB) string {
			one := packed(t, zeros, func(w io.Writer) (io.WriteCloser, error) { return xz.WriterConfig{DictCap: 1 << 20}.NewWriter(w) })
			return strings.Repeat(one, 128)
		}, states(extract.TooLarge, extract.Partial), "", 100},
		{"xz: a dictionary of four gigabytes", "a.xz", always(xzDictionary(40)), states(extract.TooLarge), "", 10},
		{"xz: a dictionary of a gigabyte", "a.xz", always(xzDictionary(36)), states(extract.TooLarge), "", 10},
		{"zst: a window of two gigabytes", "a.zst", always("\x28\xb5\x2f\xfd\x00\xa8", "\x03\x00\x00", many{"x", 100}), states(extract.Failed), "", 10},
		{"zst: a window of two terabytes", "a.zst", always("\x28\xb5\x2f\xfd\x00\xff" + "\xfb\xff\xff" + "x"), states(extract.Failed), "", 10},
		{"zst: content of exabytes", "a.zst", always("\x28\xb5\x2f\xfd\xe0\xff\xff\xff\xff\xff\xff\xff\x7f" + "\xfb\xff\x07" + "x"), states(extract.Failed), "", 10},
		{"zst: a gigabyte of one letter", "a.zst", always(many{"\x28\xb5\x2f\xfd\x00\x58" + strings.Repeat("\x02\x00\x10\x00", 100) + "\x01\x00\x00", 100}), states(extract.TooLarge), "", 100},
		{"zst: frames that hold nothing", "a.zst", func(t testing.TB) string {
			one := packed(t, "walnut", func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) })
			return one + strings.Repeat("\x50\x2a\x4d\x18\x00\x00\x00\x00", 4_000_000) + one
		}, states(extract.OK), "walnutwalnut", 20},
	}
}

// quineGzip is the head of a gzip file whose only block copies what came before it,
// again and again.
func quineGzip() string {
	return "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + strings.Repeat("\x00\x0a\x00\xf5\xff\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", 100_000) + "\x01\x00\x00\xff\xff"
}

// zeroBlock is a block of bzip2 that announces more than it has.
func zeroBlock() string {
	return "\x31\x41\x59\x26\x53\x59\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff" + strings.Repeat("\xff", 1000)
}

// xzDictionary is the head of an xz file that wants a dictionary of a size.
func xzDictionary(size byte) string {
	block := "\x02\x00\x21\x01" + string([]byte{size}) + "\x00\x00\x00"
	return "\xfd7zXZ\x00\x00\x01\x69\x22\xde\x36" + block + sum32(block) + "\x01\x00\x00x\x00"
}
