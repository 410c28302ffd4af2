package extract_test

import (
	"archive/tar"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"testing"

	"mailquarry/extract"
)

// rawEntry is a member of a ZIP archive as it is written, true or not.
type rawEntry struct {
	name   string
	method uint16 // 0 stored, 8 deflated
	packed string
	size   uint32 // unpacked, as declared
	shared bool   // its bytes are those of the entry before
}

// rawZip writes a ZIP archive without looking at what it writes.
func rawZip(entries ...rawEntry) string {
	var body, dir []byte
	le16, le32 := binary.LittleEndian.AppendUint16, binary.LittleEndian.AppendUint32
	fields := func(b []byte, e rawEntry) []byte {
		b = le32(le16(le32(le16(le16(b, 20), 0), uint32(e.method)), 0), 0) // the method, and no time nor sum
		b = le32(le32(b, uint32(len(e.packed))), e.size)
		return le16(le16(b, uint16(len(e.name))), 0)
	}
	at := 0
	for _, e := range entries {
		if !e.shared {
			at = len(body)
			body = append(fields(append(body, "PK\x03\x04"...), e), e.name...)
			body = append(body, e.packed...)
		}
		dir = fields(le16(append(dir, "PK\x01\x02"...), 20), e)
		dir = le32(le32(le16(le16(le16(dir, 0), 0), 0), 0), uint32(at))
		dir = append(dir, e.name...)
	}
	return string(body) + string(dir) + endOfZip(len(entries), len(dir), len(body))
}

func endOfZip(entries, dir, body int) string {
	end := binary.LittleEndian.AppendUint16([]byte("PK\x05\x06\x00\x00\x00\x00"), uint16(entries))
	end = binary.LittleEndian.AppendUint16(end, uint16(entries))
	end = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(end, uint32(dir)), uint32(body))
	return string(end) + "\x00\x00"
}

// deflatedTimes packs a string so often that it need not be in memory.
func deflatedTimes(t testing.TB, s string, times int) string {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	// What is flushed ends with a byte, and does not look back before its beginning.
	if _, err := io.WriteString(w, s); err != nil || w.Flush() != nil {
		t.Fatal(err)
	}
	return strings.Repeat(b.String(), times) + "\x03\x00"
}

// inside puts something into the innermost of n wrappings, each of which is what
// wrap gives for the size of what it goes around.
func inside(n int, core string, wrap func(level, size int) (before, after string)) string {
	before, after := make([]string, n), make([]string, n)
	size := len(core)
	for i := range n {
		before[i], after[i] = wrap(i, size)
		size += len(before[i]) + len(after[i])
	}
	slices.Reverse(before)
	return strings.Join(before, "") + core + strings.Join(after, "")
}

// zipInZip wraps as a stored member of a ZIP archive, with an honest one before.
func zipInZip(level, size int) (before, after string) {
	whole := rawZip(rawEntry{name: "n.txt", packed: "walnut", size: 6}, rawEntry{name: "next.zip", packed: "@"})
	before, rest, _ := strings.Cut(whole, "@")
	_ = level
	sized := func(s string) string {
		return strings.ReplaceAll(s, "\x01\x00\x00\x00\x00\x00\x00\x00\x08\x00", string(binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, uint32(size)), uint32(size)))+"\x08\x00")
	}
	dir, _, _ := strings.Cut(rest, "PK\x05\x06")
	return sized(before), sized(dir) + endOfZip(2, len(dir), len(before)+size)
}

// sevenZipOf writes a 7z file around what stands for its directory.
func sevenZipOf(packed, directory string) string {
	start := binary.LittleEndian.AppendUint64(nil, uint64(len(packed)))
	start = binary.LittleEndian.AppendUint64(start, uint64(len(directory)))
	start = binary.LittleEndian.AppendUint32(start, crc32.ChecksumIEEE([]byte(directory)))
	head := binary.LittleEndian.AppendUint32([]byte("7z\xbc\xaf\x27\x1c\x00\x04"), crc32.ChecksumIEEE(start))
	return string(head) + string(start) + packed + directory
}

// sevenZipMember is the directory of one file "a.txt" that one method packs.
func sevenZipMember(packed int, method, properties string, size uint64) string {
	number := func(n uint64) string { return "\xff" + string(binary.LittleEndian.AppendUint64(nil, n)) }
	coder := string([]byte{byte(len(method))}) + method
	if properties != "" {
		coder = string([]byte{byte(len(method)) | 0x20}) + method + string([]byte{byte(len(properties))}) + properties
	}
	names := "\x00" + utf16le("a.txt\x00")
	return "\x01\x04\x06\x00\x01\x09" + number(uint64(packed)) + "\x00" +
		"\x07\x0b\x01\x00\x01" + coder + "\x0c" + number(size) + "\x00" + "\x08\x00\x00" +
		"\x05\x01\x11" + string([]byte{byte(len(names))}) + names + "\x00\x00"
}

// tarHeader is an entry's, with numbers as they are given.
func tarHeader(name, size, typ, magic string) string {
	b := make([]byte, 512)
	copy(b, name)
	copy(b[100:], "0000600\x000000000\x000000000\x00")
	copy(b[124:], size)
	copy(b[136:], "00000000000\x00        ")
	copy(b[156:], typ)
	copy(b[257:], magic)
	sum := 0
	for _, c := range b {
		sum += int(c)
	}
	copy(b[148:], fmt.Sprintf("%06o\x00 ", sum))
	return string(b)
}

// sparseTar is a tar of an honest member and one that is nearly all hole.
func sparseTar(t testing.TB) string {
	pax := "22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n28 GNU.sparse.name=hole.txt\n39 GNU.sparse.realsize=900000000000000\n"
	blocks := func(s string) string { return s + strings.Repeat("\x00", -len(s)&511) }
	hole := blocks("1\n899999999999999\n1\n") + "x"
	return strings.TrimRight(tarred(t, "first.txt", "walnut"), "\x00") + strings.Repeat("\x00", 512-len("walnut")) +
		tarHeader("pax", fmt.Sprintf("%011o\x00", len(pax)), "x", "ustar\x0000") + blocks(pax) +
		tarHeader("hole.txt", fmt.Sprintf("%011o\x00", len(hole)), "0", "ustar\x0000") + blocks(hole) + strings.Repeat("\x00", 1024)
}

// hostileArchives are those of many members.
func hostileArchives() []hostileDoc {
	first := rawEntry{name: "first.txt", packed: "walnut", size: 6}
	const zeros = 60 << 20
	return []hostileDoc{
		{"flat: four gigabytes in four", "a.zip", func(t testing.TB) string {
			big := deflatedTimes(t, strings.Repeat("\x00", 1<<20), 4096)
			return rawZip(first, rawEntry{name: "a", method: 8, packed: big, size: 0xffffffff})
		}, states(extract.Partial, extract.TooLarge), "walnut", 100},
		{"overlapping: all have the bytes of one", "a.zip", func(t testing.TB) string {
			big := deflatedTimes(t, strings.Repeat("walnut \x01\x02", 1<<12), 200)
			all := []rawEntry{first, {name: "a", method: 8, packed: big, size: zeros}}
			for i := range 9000 {
				all = append(all, rawEntry{name: fmt.Sprint("b", i), method: 8, packed: big, size: zeros, shared: true})
			}
			return rawZip(all...)
		}, states(extract.TooLarge, extract.Partial, extract.Failed), "walnut", 0},
		{"overlapping: each begins within the one before", "a.zip", overlappingZip, states(extract.TooLarge, extract.Partial, extract.Failed), "", 0},
		{"nested: each has ten of the next", "a.zip", func(t testing.TB) string {
			doc := gzipped(t, strings.Repeat("\x00", 8<<20))
			for range 6 {
				files := []string{"first.txt", "walnut"}
				for i := range 10 {
					files = append(files, fmt.Sprint(i, ".zip"), doc)
				}
				doc = zipped(t, files...)
			}
			return doc
		}, states(extract.TooLarge), "walnut", 0},
		{"60,000 members without a name", "a.zip", func(testing.TB) string {
			return rawZip(slices.Concat([]rawEntry{first}, slices.Repeat([]rawEntry{{packed: "x", size: 1, shared: true}}, 60_000))...)
		}, states(extract.TooLarge, extract.Partial, extract.Failed), "first.txt", 1 << 20},
		{"names of 60,000 bytes each", "a.zip", func(testing.TB) string {
			return rawZip(slices.Concat([]rawEntry{first}, slices.Repeat([]rawEntry{{name: strings.Repeat("/hazel", 10_000)}}, 700))...)
		}, states(extract.TooLarge), "walnut", 0},
		{"tar: a member that is a hole", "a.tar", sparseTar, states(extract.Partial), "walnut", 200},
		{"tar: a member of eight exabytes", "a.tar", always(tarHeader("first.txt", "00000000006\x00", "0", "ustar\x0000"), "walnut", many{"\x00", 506}, tarHeader("big.txt", "\x80\x00\x00\x00\x7f\xff\xff\xff\xff\xff\xff\xff", "0", "ustar  \x00"), "hazel"), states(extract.Partial, extract.Failed), "walnut", 200},
		{"tar: links to links", "a.tar", func(t testing.TB) string {
			var b bytes.Buffer
			w := tar.NewWriter(&b)
			for i := range 50_000 {
				if err := w.WriteHeader(&tar.Header{Name: fmt.Sprint(i), Linkname: fmt.Sprint(i + 1), Typeflag: tar.TypeSymlink}); err != nil {
					t.Fatal(err)
				}
			}
			return b.String()
		}, states(extract.TooLarge), "", 100},
		{
			"tar: long names of long names", "a.tar", always(many{tarHeader("././@LongLink", "00000000777\x00", "L", "ustar  \x00") + strings.Repeat("x", 512), 50_000}),
			states(extract.Failed, extract.Empty), "", 0,
		},
		{"7z: a dictionary of four gigabytes", "a.7z", always(sevenZipOf("\x00abcdefgh", sevenZipMember(9, "\x03\x01\x01", "\x5d\xff\xff\xff\xff", 1<<40))), states(extract.Partial, extract.Failed), "a.txt", 100},
		{"7z: a second kind of dictionary", "a.7z", always(sevenZipOf("\x01\x00\x00x\x00", sevenZipMember(5, "\x21", "\x28", 1<<62))), states(extract.Partial, extract.Failed), "a.txt", 100},
		{"7z: a model of four gigabytes", "a.7z", always(sevenZipOf("\x00abcdefgh", sevenZipMember(9, "\x03\x04\x01", "\x40\xff\xff\xff\xff", 1<<40))), states(extract.Partial, extract.Failed), "a.txt", 100},
		{"7z: stored, of more bytes than there are", "a.7z", always(sevenZipOf("walnut", sevenZipMember(6, "\x00", "", 1<<62))), states(extract.OK, extract.Partial, extract.Failed), "a.txt", 100},
		{"7z: billions of files", "a.7z", always(sevenZipOf("", "\x01\x05\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x0e\x00")), states(extract.Failed), "", 0},
		{"7z: billions of streams", "a.7z", always(sevenZipOf("", "\x01\x04\x06\x00\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x09\x00")), states(extract.Failed), "", 0},
		{"7z: billions of folders", "a.7z", always(sevenZipOf("", "\x01\x04\x07\x0b\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x00\x01")), states(extract.Failed), "", 0},
		{"7z: a directory that unpacks to itself", "a.7z", always(sevenZipOf("", "\x17\x06\x00\x01\x09\x00\x00\x07\x0b\x01\x00\x01\x01\x00\x0c\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x00\x00")), states(extract.Failed), "", 0},
	}
}

// overlappingZip is the better zip bomb: each member, stored, contains the header
// of the next, and all of them end with the same packed bytes.
func overlappingZip(t testing.TB) string {
	core := deflatedTimes(t, strings.Repeat("walnut \x01\x02", 1<<12), 500)
	const members = 5000
	var heads []string
	for i := range members {
		whole := rawZip(rawEntry{name: fmt.Sprint("m", i), method: 8, packed: core[:0]})
		head, _, _ := strings.Cut(whole, "PK\x01\x02")
		heads = append(heads, head)
	}
	// A stored block of deflate quotes the header that follows.
	var body []byte
	at := make([]int, members)
	for i, h := range heads {
		at[i] = len(body)
		body = append(body, h...)
		if i+1 < members {
			n := uint16(len(heads[i+1]))
			body = binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(append(body, 0), n), ^n)
		}
	}
	body = append(body, core...)
	var dir []byte
	for i, h := range heads {
		e := []byte("PK\x01\x02\x14\x00" + h[4:30] + strings.Repeat("\x00", 10) + "oooo" + h[30:])
		binary.LittleEndian.PutUint32(e[20:], uint32(len(body)-at[i]-len(h)))
		binary.LittleEndian.PutUint32(e[24:], 200<<20)
		binary.LittleEndian.PutUint32(e[42:], uint32(at[i]))
		dir = append(dir, e...)
	}
	return string(body) + string(dir) + endOfZip(members, len(dir), len(body))
}
