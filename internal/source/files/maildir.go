package files

import (
	"encoding/base64"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maildirFlags reads the flags behind ":2," in a Maildir file name, if it has
// them; file systems without ":" use ";" or "!" instead. T (to be deleted) does
// not keep a message out: it is still there.
func maildirFlags(name string) (f Flags, ok bool) {
	i := strings.LastIndex(name, "2,")
	if i < 1 || !strings.ContainsRune(":;!", rune(name[i-1])) {
		return f, false
	}
	letters := name[i+2:]
	if strings.ContainsFunc(letters, func(r rune) bool { return (r|0x20) < 'a' || (r|0x20) > 'z' }) {
		return f, false
	}
	for _, c := range letters {
		switch c {
		case 'S':
			f.Read = true
		case 'F':
			f.Flagged = true
		case 'D':
			f.Draft = true
		}
	}
	return f, true
}

// dottedFolder splits a Maildir++ folder name (".Clients.North") into its path.
func dottedFolder(name string) []string {
	var path []string
	for s := range strings.SplitSeq(name, ".") {
		if s != "" {
			path = append(path, imapName(s))
		}
	}
	return path
}

// imapName decodes IMAP's modified UTF-7 (RFC 3501, 5.1.3), in which servers
// write folder names to disk. What is not well-formed stays as it is.
func imapName(s string) string {
	if !strings.Contains(s, "&") {
		return s
	}
	var out strings.Builder
	rest := s
	for {
		before, after, found := strings.Cut(rest, "&")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		code, tail, ok := strings.Cut(after, "-")
		if !ok {
			return s
		}
		text, ok := imapRun(code)
		if !ok {
			return s
		}
		out.WriteString(text)
		rest = tail
	}
}

// imapRun decodes one run between "&" and "-".
func imapRun(code string) (string, bool) {
	if code == "" {
		return "&", true
	}
	b, err := base64.RawStdEncoding.DecodeString(strings.ReplaceAll(code, ",", "/"))
	if err != nil || len(b) == 0 || len(b)%2 != 0 {
		return "", false
	}
	u := make([]uint16, 0, len(b)/2)
	for i := 0; i < len(b); i += 2 {
		u = append(u, uint16(b[i])<<8|uint16(b[i+1]))
	}
	text := string(utf16.Decode(u))
	return text, !strings.ContainsRune(text, utf8.RuneError)
}
