package extract

import (
	"encoding/base64"
	"strings"
	"testing"
)

// asn writes a value; at any length, or, with its end marked, without one.
func asn(tag byte, endless bool, parts ...string) string {
	body := strings.Join(parts, "")
	switch {
	case endless:
		return string([]byte{tag, 0x80}) + body + "\x00\x00"
	case len(body) < 0x80:
		return string([]byte{tag, byte(len(body))}) + body
	}
	return string([]byte{tag, 0x82, byte(len(body) >> 8), byte(len(body))}) + body
}

const (
	oidData     = pkcs7OID + "\x01"
	oidSigned   = pkcs7OID + "\x02"
	oidEnvelope = pkcs7OID + "\x03"
)

// signedFile is a signature around a document, or beside it.
func signedFile(doc string, endless, pieces bool) string {
	content := asn(0x04, false, doc)
	if pieces {
		half := len(doc) / 2
		content = asn(0x24, endless, asn(0x04, false, doc[:half]), asn(0x04, false, doc[half:]))
	}
	inner := asn(0x30, endless, oidData, asn(0xa0, endless, content))
	if doc == "" {
		inner = asn(0x30, endless, oidData)
	}
	return asn(0x30, endless, oidSigned, asn(0xa0, endless, asn(0x30, endless, "\x02\x01\x01", asn(0x31, false), inner, asn(0x31, false))))
}

// TestSigned promises the text of what was only signed, as what it is, and of
// what was encrypted that a key is needed.
func TestSigned(t *testing.T) {
	t.Parallel()
	mail := "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhazel walnut\r\n--b\r\nContent-Disposition: attachment; filename=offer.txt\r\n\r\nalmond\r\n--b--\r\n"
	base64ed := base64.StdEncoding.EncodeToString([]byte(signedFile(mail, false, false)))
	sealed := asn(0x30, false, oidEnvelope, asn(0xa0, false, asn(0x30, false, "\x02\x01\x00")))
	for name, c := range map[string]struct {
		raw, file, typ string
		state          State
		want           []string
	}{
		"a message":               {signedFile(mail, false, false), "smime.p7m", "mail", OK, []string{"hazel walnut", "offer.txt", "almond"}},
		"in pieces, without ends": {signedFile(mail, true, true), "smime.p7m", "mail", OK, []string{"hazel walnut", "offer.txt", "almond"}},
		"in pieces":               {signedFile(mail, false, true), "", "mail", OK, []string{"hazel walnut", "almond"}},
		"in base64":               {base64ed, "smime.p7m", "mail", OK, []string{"hazel walnut"}},
		"in base64 with lines":    {"-----BEGIN PKCS7-----\n" + base64ed[:64] + "\n" + base64ed[64:] + "\n-----END PKCS7-----\n", "a.p7m", "mail", OK, []string{"hazel walnut"}},
		"an invoice":              {signedFile(`<?xml version="1.0"?><a>walnut</a>`, false, false), "invoice.xml.p7m", "xml", OK, []string{"walnut"}},
		"a text":                  {signedFile("walnut", false, false), "note.txt.p7m", "text", OK, []string{"walnut"}},
		"twice":                   {signedFile(signedFile("walnut", false, false), false, false), "note.txt.p7m.p7m", "pkcs7", OK, []string{"walnut"}},
		"a signature alone":       {signedFile("", false, false), "smime.p7s", "pkcs7", Empty, nil},
		"encrypted":               {sealed, "smime.p7m", "pkcs7", Encrypted, nil},
		"a store of keys":         {asn(0x30, false, "\x02\x01\x03", asn(0x30, false, oidData, asn(0xa0, false, "\x04\x00"))), "a.p12", "", Unsupported, nil},
		"cut":                     {signedFile(mail, false, false)[:190], "smime.p7m", "mail", OK, []string{"hazel walnut"}},
		"a part as it was":        {mail, "smime.p7m", "mail", OK, []string{"hazel walnut", "almond"}},
		"an encrypted part":       {"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte(sealed)), "smime.p7m", "mail", Encrypted, nil},
		"of OpenPGP":              {"-----BEGIN PGP MESSAGE-----\n\nhQEMA\n", "encrypted.asc", "pgp", Encrypted, nil},
		"a signature of OpenPGP":  {"-----BEGIN PGP SIGNATURE-----\n\nhQEMA\n", "signature.asc", "pgp", Empty, nil},
		"a text signed with it":   {"-----BEGIN PGP SIGNED MESSAGE-----\n\nwalnut\n", "a.asc", "text", OK, []string{"walnut"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			typ, text, o := readBytes([]byte(c.raw), c.file)
			if typ != c.typ || o.state != c.state {
				t.Errorf("%s as %s (%s)", o.state, typ, o.reason)
			}
			for _, w := range c.want {
				if !strings.Contains(text, w) {
					t.Errorf("there is no %q in %q", w, text)
				}
			}
		})
	}
}

// FuzzPKCS7 promises that any bytes can be read as a signature.
func FuzzPKCS7(f *testing.F) {
	f.Add([]byte(signedFile("walnut", true, true)))
	f.Add([]byte(signedFile("", false, false)))
	f.Add([]byte("-----BEGIN PKCS7-----\n" + base64.StdEncoding.EncodeToString([]byte(signedFile("walnut", false, false)))))
	f.Add([]byte(strings.Repeat("\x30\x80", 100) + oidSigned))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if pkcs7Format().is(newProbe(raw)) {
			fuzzRead(t, pkcs7Format(), document{name: "a.p7m", raw: raw})
		}
	})
}

// TestSavedMail promises that a message is read as one however it was saved: by
// an editor in UTF-16, or by a browser as a page.
func TestSavedMail(t *testing.T) {
	t.Parallel()
	mail := "Message-ID: <a@b>\r\nSubject: hazel\r\nFrom: Ann <ann@example.com>\r\n\r\nwalnut\r\n"
	page := "From: <Saved by a browser>\r\nSubject: hazel\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; type=\"text/html\"; boundary=b\r\n\r\n" +
		"--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Location: http://example.com/\r\n\r\n<p>wal=\r\nnut <b>gr=C3=BCn</b></p>\r\n" +
		"--b\r\nContent-Type: text/css\r\nContent-Location: http://example.com/a.css\r\n\r\nbody{color:red}\r\n" +
		"--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\nContent-Location: http://example.com/a.png\r\n\r\niVBORw0KGgo=\r\n--b--\r\n"
	be := []byte{}
	for _, c := range []byte(mail) {
		be = append(be, 0, c)
	}
	for name, raw := range map[string]string{"a.eml": "\xff\xfe" + wide(mail), "b.eml": wide(mail), "c.eml": string(be), "a.mht": page, "page": page} {
		typ, text, o := readBytes([]byte(raw), name)
		if typ != "mail" || o.state != OK || !strings.Contains(text, "walnut") || !strings.Contains(text, "hazel") {
			t.Errorf("%s: %s as %s (%s): %q", name, o.state, typ, o.reason, text)
		}
		if strings.Contains(text, "color:red") || strings.Contains(text, "<p>") {
			t.Errorf("%s: markup in %q", name, text)
		}
	}
}
