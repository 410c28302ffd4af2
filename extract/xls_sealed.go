package extract

import (
	"bytes"
	"crypto/md5"  //nolint:gosec // what documents are encrypted with is not ours to choose
	"crypto/rc4"  //nolint:gosec // as above
	"crypto/sha1" //nolint:gosec // as above
	"encoding/binary"
	"math/bits"
)

// An encrypted workbook says so in a record, after which the data of nearly all
// records are encrypted, but not their numbers and sizes ([MS-XLS] 2.2.10).
// Excel encrypts with a password that everybody knows where only changes are to
// be kept from people, and opens such a workbook without asking.

// unseal decrypts a workbook's stream with a password that everybody knows; nil
// when it has another. The record is the one that says how it is encrypted.
func unseal(stream, record blob, biff8 bool) blob {
	for _, password := range knownPasswords() {
		var decrypt func(at, size int, data []byte)
		switch {
		case !biff8:
			decrypt = xorCipher(password, record.u16(0), record.u16(2))
		case record.u16(0) == 0:
			decrypt = xorCipher(password, record.u16(2), record.u16(4))
		default:
			decrypt = streamCipher(password, record.from(2))
		}
		if decrypt != nil {
			return unsealed(stream, decrypt)
		}
	}
	return nil
}

// unsealed is a workbook's stream with the data of its records decrypted, the
// record that speaks of encryption passed over.
func unsealed(stream blob, decrypt func(at, size int, data []byte)) blob {
	out := bytes.Clone(stream)
	for at := 0; at+4 <= len(out); {
		id, size := blob(out).u16(at), blob(out).u16(at+2)
		data := blob(out).sub(at+4, size)
		skip := 0
		switch id {
		case xlsFilePass:
			binary.LittleEndian.PutUint16(out[at:], xlsPassed)
			skip = len(data)
		case xlsBOF, 0x0138, 0x0194, 0x0195, 0x0196, 0x00E1, 0x0160: // [MS-XLS] lists them
			skip = len(data)
		case xlsBoundSheet:
			skip = min(4, len(data))
		}
		if skip < len(data) {
			decrypt(at+4+skip, size, data[skip:])
		}
		at += 4 + size
	}
	return out
}

// xlsPassed is the number of no record.
const xlsPassed = 0xFFFF

// xorCipher is what was called encryption in Excel 5 ([MS-OFFCRYPTO] 2.3.7); nil
// for a wrong password.
func xorCipher(password string, key, verifier int) func(at, size int, data []byte) {
	sum := 0
	for i := len(password) - 1; i >= -1; i-- {
		c := len(password)
		if i >= 0 {
			c = int(password[i])
		}
		sum = (sum>>14&1 | sum<<1&0x7fff) ^ c
	}
	if sum^0xCE4B != verifier {
		return nil
	}
	pad := "\xBB\xFF\xFF\xBA\xFF\xFF\xB9\x80\x00\xBE\x0F\x00\xBF\x0F\x00"
	array := []byte(password + pad)[:16]
	for i := range array {
		array[i] = bits.RotateLeft8(array[i]^byte(key>>(8*(i&1))), 2)
	}
	return func(at, size int, data []byte) {
		for i, c := range data {
			data[i] = bits.RotateLeft8(c, 3) ^ array[(at+size+i)&15]
		}
	}
}

// streamCipher is RC4 as it was used before and after Windows brought its own
// ([MS-OFFCRYPTO] 2.3.5 and 2.3.6); nil for a wrong password.
func streamCipher(password string, b blob) func(at, size int, data []byte) {
	var key func(block uint32) []byte
	var verifier, want []byte
	hash := md5.New
	switch major, minor := b.u16(0), b.u16(2); {
	case major == 1 && minor == 1:
		const short = 5
		salt := b.sub(4, 16)
		first := digest(hash, wideBytes(password))[:short]
		sum := digest(hash, bytes.Repeat(append(bytes.Clone(first), salt...), 16))[:short]
		key = func(block uint32) []byte { return digest(hash, sum, binary.LittleEndian.AppendUint32(nil, block)) }
		verifier, want = b.sub(20, 16), b.sub(36, 16)
	case major >= 2 && major <= 4 && minor == 2:
		h, ok := readCryptoHeader(b.from(4))
		if !ok || h.algorithm != cryptoRC4 {
			return nil
		}
		hash = sha1.New
		sum := digest(hash, h.salt, wideBytes(password))
		key = func(block uint32) []byte {
			k := digest(hash, sum, binary.LittleEndian.AppendUint32(nil, block))
			const shortest, filled = 5, 16
			if k = k[:min(h.keySize, filled)]; len(k) == shortest {
				k = append(k, make([]byte, filled-shortest)...)
			}
			return k
		}
		verifier, want = h.verifier, h.digest
	default:
		return nil
	}
	c := rc4At{key: key}
	verifier, want = bytes.Clone(verifier), bytes.Clone(want)
	c.apply(0, verifier)
	c.apply(len(verifier), want)
	if len(want) == 0 || !bytes.Equal(digest(hash, verifier), want) {
		return nil
	}
	return func(at, _ int, data []byte) { c.apply(at, data) }
}

// rc4At decrypts what stands at any place of a stream, of which each kilobyte has
// a key of its own. It is cheap as long as the places grow.
type rc4At struct {
	key   func(block uint32) []byte
	now   *rc4.Cipher
	block int
	used  int // of the block's key stream
}

const rc4Block = 1024

func (c *rc4At) apply(at int, data []byte) {
	for len(data) > 0 {
		block, in := at/rc4Block, at%rc4Block
		if c.now == nil || c.block != block || c.used > in {
			now, err := rc4.NewCipher(c.key(uint32(block)))
			if err != nil {
				return
			}
			c.now, c.block, c.used = now, block, 0
		}
		var unused [rc4Block]byte
		c.now.XORKeyStream(unused[:in-c.used], unused[:in-c.used])
		n := min(len(data), rc4Block-in)
		c.now.XORKeyStream(data[:n], data[:n])
		c.used = in + n
		at, data = at+n, data[n:]
	}
}
