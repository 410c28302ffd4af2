package extract

import (
	"archive/zip"
	"bytes"
	"errors"
	"path"
	"strings"
)

// pack is a document that is a ZIP archive of parts: OOXML and ODF.
type pack struct {
	r     *reading
	d     document
	parts map[string]*zip.File // by name, lower case with forward slashes
	names []string             // as they come
	read  map[string]bool      // parts that were read as documents of their own
}

func openPack(r *reading, d document) (*pack, error) {
	z, err := zip.NewReader(bytes.NewReader(d.raw), int64(len(d.raw)))
	if z == nil || err != nil && len(z.File) == 0 {
		return nil, failed("damaged: its directory cannot be read")
	}
	p := &pack{r: r, d: d, parts: make(map[string]*zip.File, min(len(z.File), maxMembers)), read: map[string]bool{}}
	for i, f := range z.File {
		if i >= maxMembers {
			r.fault(outcome{TooLarge, "too many parts"})
			break
		}
		name := partName(f.Name)
		if p.parts[name] == nil {
			p.parts[name] = f
			p.names = append(p.names, name)
		}
	}
	return p, nil
}

func partName(s string) string {
	return strings.TrimPrefix(strings.ToLower(strings.ReplaceAll(s, `\`, "/")), "/")
}

// bytes reads a part; nil when there is none. Of a part that is damaged or too
// large it gives the first part, and notes the fault. Its error is errFull.
func (p *pack) bytes(name string) ([]byte, error) {
	f := p.parts[partName(name)]
	if f == nil {
		return nil, nil
	}
	const isEncrypted = 1
	if f.Flags&isEncrypted != 0 {
		p.r.fault(outcome{Encrypted, "needs a password"})
		return nil, nil
	}
	src, err := f.Open()
	if err != nil {
		p.r.fault(outcome{Failed, "damaged, or packed in a way that is not supported"})
		return nil, nil
	}
	defer src.Close()
	b, err := p.r.inflate(src, int64(min(f.CompressedSize64, uint64(len(p.d.raw)))))
	if err == nil {
		return b, nil
	}
	p.r.fault(p.r.ended(err))
	if errors.Is(err, errFull) && len(b) == 0 {
		return nil, err
	}
	return b, nil
}

// embedded reads a part as a document of its own, once.
func (p *pack) embedded(name string) error {
	name = partName(name)
	if p.read[name] || p.parts[name] == nil {
		return nil
	}
	p.read[name] = true
	b, err := p.bytes(name)
	if err != nil || len(b) == 0 {
		return err
	}
	base := path.Base(name)
	if probe := newProbe(b); probe.ole() {
		if _, f := p.r.registry.sniff(document{raw: b}); f == nil {
			// Most often it is what Office wraps a file in, or another program's document.
			return p.r.readObject(document{raw: b, depth: p.d.depth})
		}
	}
	return p.r.child(Step{Kind: Member, Name: base}, document{name: base, raw: b, depth: p.d.depth})
}

// check notes what a scanner could not read of a part.
func (p *pack) check(x *xmlScanner) {
	switch {
	case x.deep:
		p.r.fault(outcome{TooLarge, "too many or too large: nested elements"})
	case x.short:
		p.r.fault(outcome{Partial, "a part of it ends too soon"})
	}
}
