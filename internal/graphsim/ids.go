package graphsim

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
)

// idKind tells what an identifier names and, for messages, its format.
type idKind byte

const (
	folderID    idKind = 'F'
	immutableID idKind = 'I'
	defaultID   idKind = 'D'
)

// idLen leaves a remainder of two after division by three, so that ids end in
// one "=" as most of Exchange's do: clients must encode it in paths.
const idLen = 44

// ref is what an identifier says. Part is 0 for the thing itself, else the
// number of an attachment counted from 1.
type ref struct {
	kind idKind
	num  uint32
	ver  uint32
	part uint16
}

// mix scrambles numbers into one: the source of everything that looks random
// in a tenant. It is splitmix64, folded over the values.
func mix(vals ...uint64) uint64 {
	h := uint64(0x9e3779b97f4a7c15)
	for _, v := range vals {
		h += v + 0x9e3779b97f4a7c15
		h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
		h = (h ^ h>>27) * 0x94d049bb133111eb
		h ^= h >> 31
	}
	return h
}

// mixString scrambles a string (FNV-1a, then mix).
func mixString(seed uint64, s string) uint64 {
	h := uint64(14695981039346656037)
	for i := 0; i < len(s); i++ {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return mix(seed, h)
}

// guid makes a version 4 GUID from a number.
func guid(vals ...uint64) string {
	a := mix(vals...)
	b := mix(append(vals, 1)...)
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x",
		uint32(a>>32), uint16(a>>16), uint16(a)&0xfff, 0x8000|uint16(b>>48)&0x3fff, b&0xffffffffffff)
}

// encodeID writes an identifier in the manner of Exchange: base64url of a
// prefix that tells the format, the mailbox and the item.
func (m *Mailbox) encodeID(r ref) string {
	var b [idLen]byte
	switch r.kind {
	case immutableID:
		copy(b[:], []byte{0x00, 0x09, 0x00, 0x2e, 0x00})
	default:
		copy(b[:], []byte{0x00, 0x03, 0x24, 0x00, 0x31})
	}
	binary.BigEndian.PutUint64(b[5:], m.key)
	binary.BigEndian.PutUint64(b[13:], mix(m.key, uint64(r.num), uint64(r.kind)))
	b[21] = byte(r.kind)
	binary.BigEndian.PutUint32(b[22:], r.num)
	binary.BigEndian.PutUint32(b[26:], r.ver)
	binary.BigEndian.PutUint16(b[30:], r.part)
	binary.BigEndian.PutUint64(b[36:], m.idCheck(b[:36]))
	return base64.URLEncoding.EncodeToString(b[:])
}

func (m *Mailbox) idCheck(b []byte) uint64 { return mixString(m.key, string(b)) }

// decodeID reads an identifier. ok is false for one that this tenant never
// made; foreign is set for one of another mailbox.
func (m *Mailbox) decodeID(s string) (r ref, foreign, ok bool) {
	b, err := base64.URLEncoding.DecodeString(s)
	if err != nil || len(b) != idLen {
		return ref{}, false, false
	}
	if binary.BigEndian.Uint64(b[5:]) != m.key {
		return ref{}, true, true
	}
	if binary.BigEndian.Uint64(b[36:]) != m.idCheck(b[:36]) {
		return ref{}, false, false
	}
	return ref{
		kind: idKind(b[21]),
		num:  binary.BigEndian.Uint32(b[22:]),
		ver:  binary.BigEndian.Uint32(b[26:]),
		part: binary.BigEndian.Uint16(b[30:]),
	}, false, true
}

// permute maps 0..n-1 onto itself in an order that the salt chooses, without
// storing it: an affine map with a multiplier coprime to n.
func permute(i, n int, salt uint64) int {
	if n < 3 {
		return i
	}
	un := uint64(n)
	a := mix(salt, un) % un
	for gcd(a, un) != 1 {
		a = (a + 1) % un
	}
	b := mix(salt, un, 7) % un
	return int((a*uint64(i) + b) % un)
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
