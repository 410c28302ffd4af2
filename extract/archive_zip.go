package extract

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/binary"
	"hash/crc32"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// isZip tells of an archive, and of a program that unpacks the one behind it.
func isZip(p *probe) bool {
	if p.begins("PK\x03\x04", "PK\x05\x06", "PK\x07\x08") {
		return true
	}
	const directoryEnd = 64 << 10 // and a comment
	if !p.begins("MZ") || !bytes.Contains(p.raw[max(0, len(p.raw)-directoryEnd):], []byte("PK\x05\x06")) {
		return false
	}
	z, err := zip.NewReader(bytes.NewReader(p.raw), int64(len(p.raw)))
	return err == nil && len(z.File) > 0
}

// noDirectory is the outcome of an archive that has none: one of several files
// that make up an archive has none either.
func noDirectory(d document) error {
	ext := strings.ToLower(path.Ext(d.name))
	numbered := len(ext) == 4 && (ext[1] == 'z' && digits(ext[2:]) || digits(ext[1:]))
	if numbered || bytes.HasPrefix(d.raw, []byte("PK\x07\x08PK")) {
		return &outcome{Unsupported, "a part of an archive that is split into several files"}
	}
	return failed("damaged: its directory cannot be read")
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// sharing tells which members have bytes that belong to another before them, so
// that few bytes would be unpacked many times: no program packs so.
func sharing(files []*zip.File) []bool {
	type span struct {
		from, to int64
		index    int
	}
	var spans []span
	for i, f := range files {
		if at, err := f.DataOffset(); err == nil && f.CompressedSize64 > 0 && i < maxMembers {
			spans = append(spans, span{at, at + int64(min(f.CompressedSize64, 1<<40)), i})
		}
	}
	slices.SortStableFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	out := make([]bool, len(files))
	end := int64(0)
	for _, s := range spans {
		out[s.index] = s.from < end
		end = max(end, s.to)
	}
	return out
}

// memberNames gives the members' names in Unicode. Where an archive does not say
// in what charset they are, all of them tell.
func memberNames(files []*zip.File) func(*zip.File) string {
	var unknown []string
	size := 0
	for _, f := range files {
		const enough = 64 << 10
		if !utf8.ValidString(f.Name) && size < enough {
			unknown = append(unknown, f.Name)
			size += len(f.Name)
		}
	}
	enc := nameCharset(strings.Join(unknown, "\n"))
	return func(f *zip.File) string {
		name := f.Name
		if s, ok := unicodeName(f); ok {
			name = s
		} else if !utf8.ValidString(name) {
			if s, err := enc.NewDecoder().String(name); err == nil {
				name = s
			}
		}
		return memberName(name)
	}
}

// unicodeName reads the field in which some programs keep a name in UTF-8, along
// with the sum of the one that it is for.
func unicodeName(f *zip.File) (string, bool) {
	const field, header = 0x7075, 5
	for b := blob(f.Extra); len(b) >= 4; b = b.from(4 + b.u16(2)) {
		v := b.sub(4, b.u16(2))
		if b.u16(0) != field || len(v) <= header || v[0] != 1 {
			continue
		}
		name := string(v[header:])
		return name, utf8.ValidString(name) && binary.LittleEndian.Uint32(v[1:]) == crc32.ChecksumIEEE([]byte(f.Name))
	}
	return "", false
}

// nameCharset tells in which charset names are, by what they would read as.
func nameCharset(names string) encoding.Encoding {
	var best encoding.Encoding = charmap.CodePage437 // what the format says
	most := 0
	for _, enc := range []encoding.Encoding{charmap.CodePage437, charmap.Windows1252, charmap.CodePage866, charmap.Windows1251, japanese.ShiftJIS, simplifiedchinese.GBK} {
		s, err := enc.NewDecoder().String(names)
		if err != nil {
			continue
		}
		if n := plausible(s); n > most {
			best, most = enc, n
		}
	}
	return best
}

// plausible weighs how much text is like that of names. Letters of a script
// stand together, those with accents among others; signs are rare.
func plausible(s string) (n int) {
	var before rune
	all := []rune(s)
	for i, c := range all {
		var after rune
		if i+1 < len(all) {
			after = all[i+1]
		}
		n += weight(before, c, after)
		before = c
	}
	return n
}

func weight(before, c, after rune) int {
	alone := func(in ...*unicode.RangeTable) bool { return !unicode.In(before, in...) && !unicode.In(after, in...) }
	switch {
	case c < utf8.RuneSelf:
		return 0
	case c == utf8.RuneError:
		return -20
	case unicode.In(c, unicode.Hiragana, unicode.Katakana) && (c < 0xFF00):
		return 6 // of two bytes, and in no other script
	case unicode.Is(unicode.Han, c):
		switch {
		case unicode.In(before, unicode.Latin) || unicode.In(after, unicode.Latin) || alone(unicode.Han, unicode.Hiragana, unicode.Katakana):
			return -2
		case commonHan(c):
			return 4
		}
		return 1
	case unicode.Is(unicode.Cyrillic, c):
		if alone(unicode.Cyrillic) || unicode.IsUpper(c) && unicode.IsLower(before) {
			return -3
		}
		return 2
	case unicode.Is(unicode.Latin, c):
		if before >= utf8.RuneSelf && unicode.IsLetter(before) {
			return -1 // seldom are there two
		}
		return 2
	}
	return -2
}

// commonHan tells of the characters that Chinese uses most: those that GB 2312
// has on its first level.
func commonHan(c rune) bool {
	b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(string(c)))
	return err == nil && len(b) == 2 && b[0] >= 0xB0 && b[0] <= 0xD7 && b[1] >= 0xA1
}
