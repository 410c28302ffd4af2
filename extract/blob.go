package extract

import "encoding/binary"

// blob is bytes of which any offset may be asked: what lies outside reads as
// zero or nothing. The binary formats are read through it, for every number in
// them may lie.
type blob []byte

func (b blob) u8(at int) int {
	if at < 0 || at >= len(b) {
		return 0
	}
	return int(b[at])
}

func (b blob) u16(at int) int {
	if s := b.sub(at, 2); len(s) == 2 {
		return int(binary.LittleEndian.Uint16(s))
	}
	return 0
}

func (b blob) u32(at int) int {
	if s := b.sub(at, 4); len(s) == 4 {
		return int(binary.LittleEndian.Uint32(s))
	}
	return 0
}

func (b blob) u64(at int) uint64 {
	if s := b.sub(at, 8); len(s) == 8 {
		return binary.LittleEndian.Uint64(s)
	}
	return 0
}

// sub gives n bytes at an offset, or as many of them as there are.
func (b blob) sub(at, n int) blob {
	if at < 0 || at >= len(b) || n <= 0 {
		return nil
	}
	return b[at : at+min(n, len(b)-at)]
}

// from gives all bytes from an offset on.
func (b blob) from(at int) blob { return b.sub(at, len(b)) }

// cstring gives the bytes up to a NUL, and what comes after that.
func (b blob) cstring() (s []byte, rest blob) {
	for i, c := range b {
		if c == 0 {
			return b[:i], b[i+1:]
		}
	}
	return b, nil
}

// hexValue is the value of a hexadecimal digit, -1 where it is none.
func hexValue(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
