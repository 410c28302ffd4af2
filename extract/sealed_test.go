package extract

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"  //nolint:gosec // as below
	"crypto/sha1" //nolint:gosec // what documents are encrypted with is not ours to choose
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math/bits"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func blocks(s []byte) []byte { return append(s, make([]byte, -len(s)&(aes.BlockSize-1))...) }

func sealCBC(key, iv, src []byte) []byte {
	b, _ := aes.NewCipher(key)
	out := blocks(append([]byte{}, src...))
	cipher.NewCBCEncrypter(b, iv).CryptBlocks(out, out)
	return out
}

func sized(doc []byte) []byte { return binary.LittleEndian.AppendUint64(nil, uint64(len(doc))) }

// agileFile is a document encrypted as Office does since 2010.
func agileFile(doc []byte, password string, spins, toldSpins int) []byte {
	salt, keySalt, secret := []byte("0123456789abcdef"), []byte("fedcba9876543210"), []byte("the key of 32 bytes is this one!")
	sum := spun(sha512.New, keySalt, wideBytes(password), spins)
	part := func(src []byte, purpose string) string {
		return base64.StdEncoding.EncodeToString(sealCBC(digest(sha512.New, sum, []byte(purpose))[:32], keySalt, src))
	}
	input := []byte("sixteen bytes...")
	info := fmt.Sprintf(`<encryption><keyData saltSize="16" blockSize="16" keyBits="256" hashSize="64" cipherAlgorithm="AES" cipherChaining="ChainingModeCBC" hashAlgorithm="SHA512" saltValue="%s"/>`+
		`<keyEncryptors><keyEncryptor><p:encryptedKey spinCount="%d" saltSize="16" blockSize="16" keyBits="256" hashSize="64" cipherAlgorithm="AES" cipherChaining="ChainingModeCBC" hashAlgorithm="SHA512" saltValue="%s" encryptedVerifierHashInput="%s" encryptedVerifierHashValue="%s" encryptedKeyValue="%s"/></keyEncryptor></keyEncryptors></encryption>`,
		base64.StdEncoding.EncodeToString(salt), toldSpins, base64.StdEncoding.EncodeToString(keySalt),
		part(input, "\xfe\xa7\xd2\x76\x3b\x4b\x9e\x79"), part(digest(sha512.New, input), "\xd7\xaa\x0f\x6d\x30\x61\x34\x4e"), part(secret, "\x14\x6e\x0b\xe7\xab\xac\xd0\xd6"))
	pack := sized(doc)
	for i := 0; i*4096 < len(doc); i++ {
		iv := digest(sha512.New, salt, binary.LittleEndian.AppendUint32(nil, uint32(i)))[:16]
		pack = append(pack, sealCBC(secret, iv, doc[i*4096:min(len(doc), (i+1)*4096)])...)
	}
	return oleFile(oleEntry{name: "EncryptionInfo", data: "\x04\x00\x04\x00\x40\x00\x00\x00" + info}, oleEntry{name: "EncryptedPackage", data: string(pack)})
}

// standardFile is a document encrypted as Office 2007 does.
func standardFile(doc []byte, password string) []byte {
	salt, verifier := "0123456789abcdef", []byte("sixteen bytes...")
	sum := spun(sha1.New, []byte(salt), wideBytes(password), 50_000)
	b, _ := aes.NewCipher(standardKey(digest(sha1.New, sum, make([]byte, 4)), 16))
	seal := func(src []byte) []byte {
		out := blocks(append([]byte{}, src...))
		for i := 0; i < len(out); i += aes.BlockSize {
			b.Encrypt(out[i:], out[i:])
		}
		return out
	}
	header := (&le{}).u32(0x24, 0, cryptoAES128, 0x8004, 128, 0x18, 0, 0).str(wide("provider\x00"))
	info := (&le{}).u16(3, 2).u32(0x24, len(header.b)).str(string(header.b)).
		u32(16).str(salt).str(string(seal(verifier))).u32(20).str(string(seal(digest(sha1.New, verifier))))
	return oleFile(oleEntry{name: "EncryptionInfo", data: string(info.b)}, oleEntry{name: "EncryptedPackage", data: string(sized(doc)) + string(seal(doc))})
}

// TestSealed promises the text of a document that Office opens without asking for
// a password, as the kind of document that it is, and of any other that a
// password is needed, after a bounded time.
func TestSealed(t *testing.T) {
	t.Parallel()
	const known, other = "VelvetSweatshop", "secret"
	doc := []byte(`<?xml version="1.0"?><a>` + strings.Repeat("hazel ", 1000) + "walnut</a>")
	for name, c := range map[string]struct {
		raw   []byte
		typ   string
		state State
	}{
		"agile":                           {agileFile(doc, known, 1000, 1000), "xml", OK},
		"agile, PowerPoint's":             {agileFile(doc, "/01Hannes Ruescher/01", 10, 10), "xml", OK},
		"agile, of another password":      {agileFile(doc, other, 1000, 1000), "ooxml", Encrypted},
		"agile, hashed for hours":         {agileFile(doc, known, 1, 2_000_000_000), "ooxml", Encrypted},
		"standard":                        {standardFile(doc, known), "xml", OK},
		"standard, of another password":   {standardFile(doc, other), "ooxml", Encrypted},
		"encrypted in a way of its own":   {oleFile(oleEntry{name: "EncryptionInfo", data: "\x04\x00\x03\x00"}, oleEntry{name: "EncryptedPackage", data: "x"}), "ooxml", Encrypted},
		"nothing is said of how":          {oleFile(oleEntry{name: "EncryptedPackage", data: "x"}), "ooxml", Encrypted},
		"agile, encrypted again, in turn": {agileFile(agileFile(doc, known, 10, 10), known, 10, 10), "ooxml", OK},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			typ, text, o := readBytes(c.raw, "a.xlsx")
			if o.state != c.state || typ != c.typ && c.state == Encrypted || strings.Contains(text, "walnut") != (c.state == OK) {
				t.Errorf("%s as %s (%s), %d bytes of text", o.state, typ, o.reason, len(text))
			}
			if took := time.Since(start); took > time.Minute {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// sealedWorkbook encrypts a workbook's stream; seal encrypts as decrypting does,
// or the other way round.
func sealedWorkbook(filePass *le, seal func(at, size int, data []byte)) []byte {
	plain := blob(workbookStream(filePass))
	for at := 0; at+4 <= len(plain); {
		id, size := plain.u16(at), plain.u16(at+2)
		switch data := plain.sub(at+4, size); id {
		case xlsBOF, xlsFilePass:
		case xlsBoundSheet:
			seal(at+8, size, data[4:])
		default:
			seal(at+4, size, data)
		}
		at += 4 + size
	}
	return oleFile(oleEntry{name: "Workbook", data: string(plain)})
}

// workbookStream is a workbook of one sheet with a long text in a cell, and what
// stands behind its first record.
func workbookStream(filePass *le) []byte {
	cell := (&le{}).u16(0, 0, 0).long(strings.Repeat("hazel ", 400) + "walnut")
	for range 2 {
		head := (&le{}).rec(xlsBOF, bof(5)).rec(xlsFilePass, filePass)
		at := len(head.b) + 4 + 4 + 2 + 2 + len("Nuts") + 4
		head.rec(xlsBoundSheet, (&le{}).u32(at).u16(0).short("Nuts")).rec(xlsEOF, &le{})
		if len(head.b) == at {
			return head.rec(xlsBOF, bof(0x10)).rec(xlsLabel, cell).rec(xlsEOF, &le{}).b
		}
	}
	return nil
}

// TestSealedWorkbook promises the same of older workbooks.
func TestSealedWorkbook(t *testing.T) {
	t.Parallel()
	rc4Pass := func(password string) (*le, func(at, size int, data []byte)) {
		salt := "0123456789abcdef"
		first := digest(md5.New, wideBytes(password))[:5]
		sum := digest(md5.New, []byte(strings.Repeat(string(first)+salt, 16)))[:5]
		c := rc4At{key: func(n uint32) []byte { return digest(md5.New, sum, binary.LittleEndian.AppendUint32(nil, n)) }}
		verifier := []byte("sixteen bytes...")
		want := digest(md5.New, verifier)
		c.apply(0, verifier)
		c.apply(16, want)
		return (&le{}).u16(1, 1, 1).str(salt).str(string(verifier)).str(string(want)), func(at, _ int, data []byte) { c.apply(at, data) }
	}
	for _, c := range []struct {
		password string
		state    State
	}{{"VelvetSweatshop", OK}, {"secret", Encrypted}} {
		pass, seal := rc4Pass(c.password)
		typ, text, o := readBytes(sealedWorkbook(pass, seal), "a.xls")
		if typ != "xls" || o.state != c.state || strings.Contains(text, "hazel walnut") != (c.state == OK) || strings.Contains(text, "Nuts") != (c.state == OK) {
			t.Errorf("RC4 with %q: %s as %s (%s): %.200q", c.password, o.state, typ, o.reason, text)
		}
		pass, seal = xorPass(c.password)
		typ, text, o = readBytes(sealedWorkbook(pass, seal), "a.xls")
		if typ != "xls" || o.state != c.state || strings.Contains(text, "hazel walnut") != (c.state == OK) {
			t.Errorf("XOR with %q: %s as %s (%s): %.200q", c.password, o.state, typ, o.reason, text)
		}
	}
}

// xorPass is how Excel 5 encrypted, with a key that need not be the password's.
func xorPass(password string) (*le, func(at, size int, data []byte)) {
	key := 0x5A3C
	sum := 0
	for i := len(password) - 1; i >= 0; i-- {
		sum = (sum>>14&1 | sum<<1&0x7fff) ^ int(password[i])
	}
	sum = (sum>>14&1 | sum<<1&0x7fff) ^ len(password) ^ 0xCE4B
	array := []byte(password + "\xBB\xFF\xFF\xBA\xFF\xFF\xB9\x80\x00\xBE")[:16]
	for i := range array {
		array[i] = bits.RotateLeft8(array[i]^byte(key>>(8*(i%2))), 2)
	}
	return (&le{}).u16(0, key, sum), func(at, size int, data []byte) {
		for i, c := range data {
			data[i] = bits.RotateLeft8(c^array[(at+size+i)%16], 5)
		}
	}
}

// TestSealedByOffice promises to read what Office itself encrypted.
func TestSealedByOffice(t *testing.T) {
	t.Parallel()
	dir := filepath.Join("..", "corpora", "office", "poi", "test-data")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("corpora are absent: run make corpora")
	}
	for name, want := range map[string]string{
		"poifs/protected_agile.docx": "", "poifs/protect.xlsx": "", "spreadsheet/50833.xls": "test cell value",
	} {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if typ, text, o := readBytes(raw, name); o.state != OK || text == "" || !strings.Contains(text, want) || !strings.HasSuffix(name, typ) {
			t.Errorf("%s: %s as %s (%s): %.100q", name, o.state, typ, o.reason, text)
		}
	}
	// What its own password opens shows that others would, too.
	raw, err := os.ReadFile(filepath.Join(dir, "spreadsheet/35897-type4.xls"))
	if err != nil {
		t.Fatal(err)
	}
	o, err := openOLE(newReading(newRegistry(), defaultLimits(), &wordText{}), raw)
	if err != nil {
		t.Fatal(err)
	}
	b := blob(o.bytes("Workbook"))
	for at := 0; at+4 < len(b); at += 4 + b.u16(at+2) {
		if b.u16(at) == xlsFilePass && streamCipher("freedom", b.from(at+6)) == nil {
			t.Error("the password of a workbook is not known for its own")
		}
	}
}

// FuzzSealed promises that any word on how a document is encrypted can be read.
func FuzzSealed(f *testing.F) {
	f.Add([]byte("\x04\x00\x04\x00\x40\x00\x00\x00<keyData/><encryptedKey spinCount='9'/>"), []byte("\x01\x00\x00\x00\x00\x00\x00\x00x"), false)
	f.Add([]byte("\x03\x00\x02\x00\x24\x00\x00\x00\x20\x00\x00\x00"), []byte("x"), false)
	f.Add([]byte("\x01\x00\x01\x00\x01\x00"), []byte("\x09\x08\x00\x00\x2f\x00\x01\x00x"), true)
	f.Fuzz(func(_ *testing.T, how, raw []byte, old bool) {
		if old {
			unseal(raw, how, true)
			unseal(raw, how, false)
			unsealed(raw, streamDecrypter())
			return
		}
		if open := sealOf(how); open != nil {
			if decrypt := open(wideBytes("x")); decrypt != nil {
				decrypt(raw)
			}
		}
	})
}

// streamDecrypter decrypts with a key that fits nothing.
func streamDecrypter() func(at, size int, data []byte) {
	c := rc4At{key: func(uint32) []byte { return []byte("key") }}
	return func(at, _ int, data []byte) { c.apply(at, data) }
}
