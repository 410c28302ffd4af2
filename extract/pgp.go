package extract

// pgpFormat tells of what was encrypted with OpenPGP, written as text (RFC 9580
// 6.2). A text that is only signed is a text.
func pgpFormat() format {
	return format{
		name: "pgp", version: 1, extensions: []string{"pgp", "gpg"},
		is: func(p *probe) bool {
			return p.begins("-----BEGIN PGP MESSAGE", "-----BEGIN PGP SIGNATURE", "-----BEGIN PGP PUBLIC KEY", "-----BEGIN PGP PRIVATE KEY")
		},
		read: func(_ *reading, d document) error {
			p := newProbe(d.raw)
			switch {
			case p.begins("-----BEGIN PGP SIGNATURE"):
				return &outcome{Empty, "a signature, of something that is not in it"}
			case p.begins("-----BEGIN PGP PUBLIC KEY", "-----BEGIN PGP PRIVATE KEY"):
				return &outcome{Empty, "a key"}
			}
			return &outcome{Encrypted, "needs a key"}
		},
	}
}
