package extract

import "bytes"

// An object that was embedded through the first version of OLE is a name of its
// program and that program's data ([MS-OLEDS] 2.2).

// readOLE1 reads an object as RTF holds it.
func (r *reading) readOLE1(b blob, depth int) error {
	const embedded = 2
	if b.u32(4) != embedded {
		return nil
	}
	b = b.from(8)
	var class []byte
	for i := range 3 { // class, topic, item
		n := b.u32(0)
		if i == 0 {
			class = bytes.TrimRight(b.sub(4, n), "\x00")
		}
		b = b.from(4 + n)
	}
	data := b.sub(4, b.u32(0))
	if string(class) == "Package" {
		return r.readPackage(data, depth)
	}
	return r.readEmbedded("", data, depth)
}

// readNative reads the stream "\1Ole10Native": a file that was dragged into a
// document.
func (r *reading) readNative(b blob, depth int) error {
	return r.readPackage(b.sub(4, b.u32(0)), depth)
}

// readPackage reads what the Packager wraps a file in: its label, its path, and
// the file.
func (r *reading) readPackage(b blob, depth int) error {
	label, rest := b.from(2).cstring()
	_, rest = rest.cstring() // the path it came from
	if rest.u16(2) != 3 {    // 1 is a link
		return nil
	}
	rest = rest.from(4)
	rest = rest.from(4 + rest.u32(0)) // the path it is unpacked to
	return r.readEmbedded(pageText(pageWestern, label), rest.sub(4, rest.u32(0)), depth)
}

// readEmbedded reads a document that is embedded in another. What is no document
// but a program's own data or a picture of it is passed over in silence.
func (r *reading) readEmbedded(name string, raw []byte, depth int) error {
	if len(raw) == 0 {
		return nil
	}
	d := document{name: name, raw: raw, depth: depth}
	if name == "" {
		_, f := r.registry.sniff(d)
		switch {
		case f == nil && newProbe(raw).ole():
			return r.readObject(d)
		case f == nil || f.text:
			return nil
		}
	} else if err := r.at(Step{Kind: Member, Name: name}, func() error { return r.line(name) }); err != nil {
		return err
	}
	return r.child(Step{Kind: Member, Name: name}, d)
}

// readObject reads a compound file that is no document itself but holds one.
func (r *reading) readObject(d document) error {
	if d.depth++; d.depth > r.limits.Depth {
		return nil // what lies in it would be too deep
	}
	if err := r.member(); err != nil {
		return err
	}
	o, err := openOLE(r, d.raw)
	if err != nil {
		return nil //nolint:nilerr // most of what is embedded is no document
	}
	return r.embeddedStorage(o, d)
}
