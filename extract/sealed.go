package extract

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"  //nolint:gosec // what documents are encrypted with is not ours to choose
	"crypto/sha1" //nolint:gosec // as above
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"hash"
	"strconv"
	"strings"

	"github.com/richardlehane/mscfb"
)

// sealedFormat is what Office makes of an encrypted OOXML document: a compound
// file around it ([MS-OFFCRYPTO] 2.3). Office itself opens one without asking
// when it is encrypted with a password that everybody knows, as it is where only
// changes are to be kept from people; so it is read here, too.
func sealedFormat() format {
	return format{name: "ooxml", version: 2, is: isSealed, read: readSealed}
}

// knownPasswords are those that Excel and PowerPoint try before they ask.
func knownPasswords() []string { return []string{"VelvetSweatshop", "/01Hannes Ruescher/01"} }

// maxSpins bounds how often a password is hashed: the document says how often.
const maxSpins = 1_000_000

// isSealed tells of a compound file whose outermost storage holds an encrypted
// document: one that is embedded in another does not count.
func isSealed(p *probe) (is bool) {
	if !p.oleHas("EncryptedPackage") && !p.oleHas("ENCRYPTEDPACKAGE") {
		return false
	}
	defer func() {
		if recover() != nil {
			is = false
		}
	}()
	f, err := mscfb.New(bytes.NewReader(p.raw))
	if err != nil {
		return !p.oleHas("WordDocument") && !p.oleHas("Workbook")
	}
	for range maxOLEEntries {
		e, err := f.Next()
		if err != nil {
			break
		}
		if len(e.Path) == 0 && strings.EqualFold(e.Name, "EncryptedPackage") {
			return true
		}
	}
	return false
}

func readSealed(r *reading, d document) error {
	o, err := openOLE(r, d.raw)
	if err != nil {
		return encrypted()
	}
	open := sealOf(o.bytes("EncryptionInfo"))
	if open == nil {
		return encrypted()
	}
	for _, password := range knownPasswords() {
		decrypt := open(wideBytes(password))
		if decrypt == nil {
			continue
		}
		raw := o.bytes("EncryptedPackage")
		return r.instead(document{name: d.name, raw: decrypt(raw), depth: d.depth})
	}
	return encrypted()
}

// opener tries a password, in UTF-16. It gives nil for a wrong one, else what
// decrypts the package.
type opener func(password []byte) (decrypt func(blob) []byte)

// sealOf reads how a document is encrypted; nil when that is no way known here.
func sealOf(info blob) opener {
	const standard, agile, extensible = 2, 4, 3
	switch major, minor := info.u16(0), info.u16(2); {
	case minor == extensible:
		return nil
	case minor == standard && major >= 2 && major <= 4:
		return standardSeal(info.from(4))
	case minor == agile && major == agile:
		return agileSeal(info.from(8))
	}
	return nil
}

// cryptoHeader is how a document is encrypted that names a provider of
// cryptography ([MS-OFFCRYPTO] 2.3.2 and 2.3.3).
type cryptoHeader struct {
	algorithm, keySize     int
	salt, verifier, digest []byte
}

// The algorithms that it may name.
const (
	cryptoRC4    = 0x6801
	cryptoAES128 = 0x660E
	cryptoAES256 = 0x6610
)

// readCryptoHeader reads one after its version, false when it cannot be right.
func readCryptoHeader(b blob) (h cryptoHeader, ok bool) {
	size := b.u32(4)
	header, rest := b.sub(8, size), b.from(8+size)
	h.algorithm, h.keySize = header.u32(8), header.u32(16)/8
	if h.algorithm == 0 { // "as the flags say"
		const fAES = 0x20
		if h.algorithm = cryptoRC4; header.u32(0)&fAES != 0 {
			h.algorithm = cryptoAES128
		}
	}
	if h.keySize == 0 {
		const smallest = 5
		h.keySize = smallest
	}
	h.salt, h.verifier, h.digest = rest.sub(4, 16), rest.sub(20, 16), rest.sub(40, 32)
	if h.algorithm == cryptoRC4 {
		h.digest = rest.sub(40, sha1.Size)
	}
	return h, rest.u32(0) == 16 && len(h.verifier) == 16 && len(h.digest) >= sha1.Size
}

// standardSeal is the encryption of Office 2007.
func standardSeal(b blob) opener {
	h, ok := readCryptoHeader(b)
	if !ok || h.algorithm < cryptoAES128 || h.algorithm > cryptoAES256 || len(h.digest) != 32 {
		return nil
	}
	return func(password []byte) func(blob) []byte {
		const spins = 50_000
		sum := spun(sha1.New, h.salt, password, spins)
		block, err := aes.NewCipher(standardKey(digest(sha1.New, sum, make([]byte, 4)), h.keySize))
		if err != nil {
			return nil
		}
		if want := digest(sha1.New, ecb(block, h.verifier)); !bytes.Equal(want, ecb(block, h.digest)[:len(want)]) {
			return nil
		}
		return func(p blob) []byte { return ecb(block, p.from(8)).sub(0, packageSize(p)) }
	}
}

// standardKey makes a key of a hash ([MS-OFFCRYPTO] 2.3.4.7).
func standardKey(sum []byte, size int) []byte {
	var key []byte
	for _, pad := range []byte{0x36, 0x5c} {
		b := bytes.Repeat([]byte{pad}, 64)
		for i, c := range sum {
			b[i] ^= c
		}
		key = append(key, digest(sha1.New, b)...)
	}
	return key[:min(size, len(key))]
}

// packageSize is the size of the document in a package, of which only whole
// blocks are encrypted.
func packageSize(p blob) int { return int(min(p.u64(0), uint64(len(p)))) }

// ecb decrypts blocks one by one.
func ecb(block cipher.Block, src []byte) blob {
	n := block.BlockSize()
	out := make(blob, len(src)/n*n)
	for i := 0; i < len(out); i += n {
		block.Decrypt(out[i:], src[i:])
	}
	return out
}

// agileKey is one of the two ways of encrypting that agile encryption tells in
// XML: that of the package, and that of its key.
type agileKey struct {
	hash            func() hash.Hash
	salt            []byte
	spins, key      int
	input, sum, own []byte
}

func readAgileKey(x *xmlScanner) (k agileKey, ok bool) {
	decoded := func(name string) []byte {
		b, _ := base64.StdEncoding.DecodeString(x.attr(name)) // what is wrong in it is found out by its length
		return b
	}
	bits, _ := strconv.Atoi(x.attr("keyBits"))
	k.spins, _ = strconv.Atoi(x.attr("spinCount"))
	k.key = bits / 8
	k.salt, k.own = decoded("saltValue"), decoded("encryptedKeyValue")
	k.input, k.sum = decoded("encryptedVerifierHashInput"), decoded("encryptedVerifierHashValue")
	k.hash = hashNamed(x.attr("hashAlgorithm"))
	return k, k.hash != nil && x.attr("cipherAlgorithm") == "AES" && x.attr("cipherChaining") == "ChainingModeCBC" && k.spins <= maxSpins
}

func hashNamed(name string) func() hash.Hash {
	switch strings.ReplaceAll(name, "-", "") {
	case "MD5":
		return md5.New
	case "SHA1":
		return sha1.New
	case "SHA256":
		return sha256.New
	case "SHA384":
		return sha512.New384
	case "SHA512":
		return sha512.New
	}
	return nil
}

// agileSeal is the encryption of Office since 2010.
func agileSeal(b blob) opener {
	var data, key agileKey
	var hasData, hasKey bool
	x := newXML(b)
	for kind := x.next(); kind != xmlEnd; kind = x.next() {
		switch {
		case kind != xmlOpen:
		case x.name == "keyData":
			data, hasData = readAgileKey(x)
		case x.name == "encryptedKey" && !hasKey:
			key, hasKey = readAgileKey(x)
		}
	}
	if !hasData || !hasKey {
		return nil
	}
	return func(password []byte) func(blob) []byte {
		sum := spun(key.hash, key.salt, password, key.spins)
		part := func(src []byte, purpose ...byte) blob {
			return cbc(fitted(digest(key.hash, sum, purpose), key.key), fitted(key.salt, aes.BlockSize), src)
		}
		input := part(key.input, 0xfe, 0xa7, 0xd2, 0x76, 0x3b, 0x4b, 0x9e, 0x79).sub(0, len(key.salt))
		want := digest(key.hash, input)
		if len(input) == 0 || !bytes.Equal(want, part(key.sum, 0xd7, 0xaa, 0x0f, 0x6d, 0x30, 0x61, 0x34, 0x4e).sub(0, len(want))) {
			return nil
		}
		secret := part(key.own, 0x14, 0x6e, 0x0b, 0xe7, 0xab, 0xac, 0xd0, 0xd6).sub(0, data.key)
		return func(p blob) []byte { return data.segments(secret, p) }
	}
}

// segments decrypts a package, each piece of which is a chain of its own.
func (k *agileKey) segments(secret []byte, p blob) []byte {
	const segment = 4096
	size := packageSize(p)
	p = p.from(8)
	out := make(blob, 0, len(p))
	for i := 0; i*segment < len(p); i++ {
		iv := digest(k.hash, k.salt, binary.LittleEndian.AppendUint32(nil, uint32(i)))
		out = append(out, cbc(secret, fitted(iv, aes.BlockSize), p.sub(i*segment, segment))...)
	}
	return out.sub(0, size)
}

// cbc decrypts whole blocks with AES; nil with a key of no size that it has.
func cbc(key, iv, src []byte) blob {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil
	}
	out := make(blob, len(src)/aes.BlockSize*aes.BlockSize)
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(out, src[:len(out)])
	return out
}

// fitted makes a hash as long as a key has to be.
func fitted(b []byte, n int) []byte {
	const filler = 0x36
	const longest = 64
	n = max(0, min(n, longest))
	if len(b) < n {
		b = append(bytes.Clone(b), bytes.Repeat([]byte{filler}, n-len(b))...)
	}
	return b[:n]
}

// spun hashes a password many times, so that guessing is slow.
func spun(kind func() hash.Hash, salt, password []byte, spins int) []byte {
	sum := digest(kind, salt, password)
	h := kind()
	var n [4]byte
	for i := range spins {
		binary.LittleEndian.PutUint32(n[:], uint32(i))
		h.Reset()
		h.Write(n[:])
		h.Write(sum)
		sum = h.Sum(sum[:0])
	}
	return sum
}

func digest(kind func() hash.Hash, parts ...[]byte) []byte {
	h := kind()
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

// wideBytes is a string in UTF-16, as passwords are hashed.
func wideBytes(s string) []byte {
	b := make([]byte, 0, 2*len(s))
	for _, c := range s { // the passwords here are ASCII
		b = append(b, byte(c), 0)
	}
	return b
}
