package extract

import (
	"archive/zip"
	"bytes"
	"io"
	"path"
	"slices"
	"strings"
)

const odfMedia = "application/vnd.oasis.opendocument."

// odtFormat reads texts as LibreOffice and others write them, odsFormat sheets,
// odpFormat slides and drawings (OASIS OpenDocument, and what OpenOffice.org 1
// wrote before).
func odtFormat() format {
	return odfFormat("odt", strings.Fields("odt ott odm fodt sxw stw"), []string{"text", "text-template", "text-master", "text-web"},
		"application/vnd.sun.xml.writer")
}

func odsFormat() format {
	return odfFormat("ods", strings.Fields("ods ots fods sxc stc"), []string{"spreadsheet", "spreadsheet-template"}, "application/vnd.sun.xml.calc")
}

func odpFormat() format {
	return odfFormat("odp", strings.Fields("odp otp fodp odg otg fodg odf odc sxi sti sxd std"),
		[]string{"presentation", "presentation-template", "graphics", "graphics-template", "formula", "chart"}, "application/vnd.sun.xml.impress", "application/vnd.sun.xml.draw", "application/vnd.sun.xml.math")
}

func odfFormat(name string, extensions, kinds []string, old ...string) format {
	media := slices.Clone(old)
	for _, k := range kinds {
		media = append(media, odfMedia+k)
	}
	return format{
		name: name, version: 2, extensions: extensions, media: media,
		is: func(p *probe) bool {
			said := odfType(p)
			for _, m := range media {
				if said == m {
					return true
				}
			}
			return false
		},
		read: readODF,
	}
}

// odfType gives what a document says that it is: an archive in its first member,
// which is not packed; flat XML in its root element.
func odfType(p *probe) string {
	if p.begins("PK\x03\x04") {
		return odfMember(p)
	}
	if i := bytes.Index(p.head, []byte(":document")); i > 0 && p.begins("<?xml", "<office", "\xef\xbb\xbf<?xml") {
		tag := p.head[i:]
		if end := bytes.IndexByte(tag, '>'); end > 0 {
			return xmlAttr(tag[len(":document"):end], "mimetype")
		}
	}
	return ""
}

// odfMember reads the member that says what an archive is. Before OpenDocument
// that was its list of members.
func odfMember(p *probe) string {
	names := p.zip()
	if p.mime != "" || !names["content.xml"] || !names["mimetype"] && !names["meta-inf/manifest.xml"] {
		return p.mime
	}
	p.mime = "unknown"
	z, err := zip.NewReader(bytes.NewReader(p.raw), int64(len(p.raw)))
	if err != nil {
		return p.mime
	}
	for _, f := range z.File[:min(len(z.File), maxMembers)] {
		switch {
		case strings.EqualFold(f.Name, "mimetype"):
			p.mime = strings.TrimSpace(string(head(f, 100)))
			return p.mime
		case strings.EqualFold(f.Name, "META-INF/manifest.xml"):
			x := newXML(head(f, 16<<10))
			for kind := x.next(); kind != xmlEnd; kind = x.next() {
				if kind == xmlOpen && x.name == "file-entry" && x.attr("full-path") == "/" {
					p.mime = x.attr("media-type")
					break
				}
			}
		}
	}
	return p.mime
}

// head reads the first bytes of a member.
func head(f *zip.File, most int64) []byte {
	src, err := f.Open()
	if err != nil {
		return nil
	}
	defer src.Close()
	b, _ := io.ReadAll(io.LimitReader(src, most)) // of a damaged one, what comes before the damage
	return b
}

func readODF(r *reading, d document) error {
	if !bytes.HasPrefix(d.raw, []byte("PK")) {
		return readFlatODF(r, d)
	}
	p, err := openPack(r, d)
	if err != nil {
		return err
	}
	if sealed, err := odfSealed(p); err != nil || sealed {
		if sealed {
			return encrypted()
		}
		return err
	}
	if p.parts["content.xml"] == nil {
		return failed("damaged: its main part is missing")
	}
	meta, err := p.bytes("meta.xml")
	if err != nil {
		return err
	}
	if err := readProperties(r, meta); err != nil {
		return err
	}
	o := &odf{pack: p, r: r}
	for _, part := range []string{"content.xml", "styles.xml"} {
		if err := o.part(part); err != nil {
			return err
		}
	}
	return o.objects("")
}

// odfSealed tells whether the content is encrypted.
func odfSealed(p *pack) (bool, error) {
	b, err := p.bytes("META-INF/manifest.xml")
	if err != nil {
		return false, err
	}
	x := newXML(b)
	for kind := x.next(); kind != xmlEnd; kind = x.next() {
		if kind == xmlOpen && x.name == "encryption-data" {
			return true, nil
		}
	}
	return p.parts["encrypted-package"] != nil && p.parts["content.xml"] == nil, nil
}

func readFlatODF(r *reading, d document) error {
	o := &odf{pack: &pack{r: r, d: d}, r: r}
	if i := bytes.Index(d.raw, []byte(":meta>")); i > 0 {
		if end := bytes.Index(d.raw[i:], []byte(":meta>")); end >= 0 {
			rest := d.raw[i+len(":meta>"):]
			if end := bytes.Index(rest, []byte(":meta>")); end >= 0 {
				if err := readProperties(r, rest[:end]); err != nil {
					return err
				}
			}
		}
	}
	return o.read(newXML(d.raw))
}

// odf reads an OpenDocument.
type odf struct {
	*pack
	r     *reading
	cells int
	// repeated counts the bytes that were written again.
	repeated int
	inner    []string // objects that lie in the document, as it names them
}

// part reads a part of the archive, when it has it.
func (o *odf) part(name string) error {
	b, err := o.bytes(name)
	if err != nil || len(b) == 0 {
		return err
	}
	return o.read(newXML(b))
}

// objects reads the charts, formulas and documents that the document named.
func (o *odf) objects(dir string) error {
	for i := 0; i < len(o.inner); i++ { // objects may name further ones
		name := strings.TrimPrefix(o.inner[i], "./")
		if name == "" || strings.Contains(name, ":") {
			continue
		}
		name = partName(path.Join(dir, name))
		if o.pack.read[name] {
			continue
		}
		if o.parts[name] != nil { // bytes of another program
			if err := o.embedded(name); err != nil {
				return err
			}
			continue
		}
		o.pack.read[name] = true
		if err := o.part(name + "/content.xml"); err != nil {
			return err
		}
	}
	return nil
}

func (o *odf) read(x *xmlScanner) error {
	w := odfReader{odf: o, x: x, to: &prose{}}
	err := w.all()
	o.check(x)
	return err
}
