package files

import (
	"bytes"
	"path/filepath"
	"strconv"
	"strings"
)

// kind is what a file holds.
type kind int

const (
	kindUnknown kind = iota // to be told from its first bytes
	kindMessage
	kindMbox
	kindOther
	kindError
)

// kindOf tells a file's kind from its name. A name that says nothing (MH's
// bare numbers, files of a Maildir, mboxes without extension, archives that name messages by
// digest or as text) leaves it to the content.
func kindOf(name string) kind {
	if _, ok := maildirFlags(name); ok {
		return kindUnknown
	}
	ext := strings.ToLower(filepath.Ext(name))
	switch ext {
	case ".eml":
		return kindMessage
	case ".mbox", ".mbx":
		return kindMbox
	case "", ".txt":
		return kindUnknown
	}
	_, err := strconv.Atoi(ext[1:])
	if err == nil || len(ext) > 9 {
		return kindUnknown
	}
	return kindOther
}

// sniffLen is how much of a file sniff looks at.
const sniffLen = 1024

// sniff tells a file's kind from its first bytes.
func sniff(head []byte) kind {
	head = head[:min(len(head), sniffLen)]
	line, _, _ := bytes.Cut(head, []byte("\n"))
	if separator(line) {
		return kindMbox
	}
	if looksLikeHeader(head) {
		return kindMessage
	}
	return kindOther
}

// looksLikeHeader wants the first line to be a header field and one of the
// usual fields of mail to be near: prose such as "Note: ..." is not mail.
func looksLikeHeader(head []byte) bool {
	seen := 0
	for line := range bytes.Lines(head) {
		if line[0] == ' ' || line[0] == '\t' {
			continue
		}
		name, _, ok := bytes.Cut(line, []byte(":"))
		if !ok || len(name) == 0 || bytes.ContainsAny(name, " \t\x00") {
			return seen >= 2
		}
		switch strings.ToLower(string(name)) {
		case "received", "return-path", "delivered-to", "from", "to", "date", "message-id", "subject", "mime-version", "envelope-to":
			seen++
		}
	}
	return seen >= 2
}
