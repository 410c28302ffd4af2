package extract

import (
	"archive/zip"
	"bytes"
	"strings"
)

// probe is a document's bytes as a format's test looks at them. What is costly
// to find out is found out once.
type probe struct {
	raw  []byte
	head []byte // the first bytes of raw, at most sniffBytes

	zipRead bool
	zipped  map[string]bool // names in a ZIP archive's directory, lower case
	mime    string          // what an archive's own "mimetype" member says
}

// sniffBytes is how much of a document's beginning its type is told from.
const sniffBytes = 8 << 10

func newProbe(raw []byte) *probe { return &probe{raw: raw, head: raw[:min(len(raw), sniffBytes)]} }

// begins tells whether the bytes begin with one of the signatures.
func (p *probe) begins(signatures ...string) bool {
	for _, s := range signatures {
		if len(p.raw) >= len(s) && string(p.raw[:len(s)]) == s {
			return true
		}
	}
	return false
}

// zip gives the names in a ZIP archive's directory, lower case with forward
// slashes; nil when it is none or its directory cannot be read.
func (p *probe) zip() map[string]bool {
	if p.zipRead || !p.begins("PK") {
		return p.zipped
	}
	p.zipRead = true
	r, err := zip.NewReader(bytes.NewReader(p.raw), int64(len(p.raw)))
	if err != nil {
		return nil
	}
	p.zipped = make(map[string]bool, min(len(r.File), maxMembers))
	for i, f := range r.File {
		if i >= maxMembers {
			break
		}
		p.zipped[strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/"))] = true
	}
	return p.zipped
}

// ole tells whether the bytes are an OLE compound file: what Word, Excel,
// PowerPoint and Outlook wrote before their XML formats, and what encrypted
// documents of those lie in.
func (p *probe) ole() bool { return p.begins("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") }

// oleHas tells whether an OLE compound file has a stream or storage of a name, by
// which formats are told apart. It looks for
// directory entries rather than following the file's chains, which its reader
// does with all care.
func (p *probe) oleHas(name string) bool {
	if !p.ole() {
		return false
	}
	// A directory entry holds its name in UTF-16, NUL-ended, at its beginning;
	// entries lie at multiples of 128 bytes.
	want := make([]byte, 0, 2*len(name)+2)
	for i := range len(name) {
		want = append(want, name[i], 0)
	}
	want = append(want, 0, 0)
	for from := 512; from < len(p.raw); {
		i := bytes.Index(p.raw[from:], want)
		if i < 0 {
			return false
		}
		if at := from + i; at%128 == 0 {
			return true
		}
		from += i + 2
	}
	return false
}
