package extract

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/ledongthuc/pdf"
)

// The limits on what a document says beside its pages.
const (
	maxOutline   = 5000    // entries
	maxPDFFields = 5000    // form fields
	maxTreeDepth = 32      // of names, fields and outline entries
	maxXMP       = 1 << 20 // bytes
)

// about writes what stands beside the pages: comments and the targets of links,
// form fields that no page shows, title and author, the outline's titles, and the files that are attached. Its
// error is errFull.
func (d *pdfDoc) about(r *reading, depth int) error {
	for _, write := range []func() error{
		func() error { return writeNotes(r, d.notes) },
		func() error { return d.writeFields(r) },
		func() error { return writeXFA(r, xfaLines(d.xfa(), d.shown.String())) },
		func() error { return d.writeProperties(r) },
		func() error { return d.writeAttached(r, depth) },
	} {
		var err error
		if recovered(func() { err = write() }) == nil && err != nil {
			return err
		}
	}
	return nil
}

// writeProperties writes what the document's information dictionary says and
// what only its XMP metadata say, and the titles of its outline.
func (d *pdfDoc) writeProperties(r *reading) error {
	seen := map[string]bool{"": true}
	tell := func(s string) error {
		s = strings.TrimSpace(s)
		if seen[s] {
			return nil
		}
		seen[s] = true
		return r.property(s)
	}
	for _, key := range []string{"Title", "Author", "Subject", "Keywords"} {
		var v string
		_ = recovered(func() { v = d.r.Trailer().Key("Info").Key(key).Text() })
		if err := tell(v); err != nil {
			return err
		}
	}
	var meta []byte
	_ = recovered(func() { meta = d.stream(d.r.Trailer().Key("Root").Key("Metadata")) })
	for _, v := range xmpValues(meta[:min(len(meta), maxXMP)]) {
		if err := tell(v); err != nil {
			return err
		}
	}
	for _, v := range d.outline() {
		if err := tell(v); err != nil {
			return err
		}
	}
	return nil
}

// xmpValues gives title, authors, description and keywords of XMP metadata.
func xmpValues(meta []byte) (values []string) {
	dec := xml.NewDecoder(bytes.NewReader(meta))
	dec.Strict = false
	wanted := map[string]bool{"title": true, "creator": true, "description": true, "subject": true, "Keywords": true}
	inside := ""
	for len(values) < 100 {
		t, err := dec.RawToken()
		if err != nil {
			return values
		}
		switch t := t.(type) {
		case xml.StartElement:
			if inside == "" && wanted[t.Name.Local] {
				inside = t.Name.Local
			}
		case xml.EndElement:
			if t.Name.Local == inside {
				inside = ""
			}
		case xml.CharData:
			if s := strings.TrimSpace(string(t)); inside != "" && s != "" {
				values = append(values, s)
			}
		}
	}
	return values
}

// outline gives the titles of the document's outline, in its order.
func (d *pdfDoc) outline() (titles []string) {
	left := maxOutline
	var walk func(v pdf.Value, depth int)
	walk = func(v pdf.Value, depth int) {
		for ; v.Kind() == pdf.Dict && left > 0 && depth < maxTreeDepth; v = v.Key("Next") {
			left--
			titles = append(titles, v.Key("Title").Text())
			walk(v.Key("First"), depth+1)
		}
	}
	_ = recovered(func() { walk(d.r.Trailer().Key("Root").Key("Outlines").Key("First"), 0) })
	return titles
}

// pdfField is a form field with what it takes over from the fields above it.
type pdfField struct {
	kind  string
	value pdf.Value
	flags int64
}

// writeFields writes the values of form fields that have no appearance, or one
// without text: the pages do not show those; and what nobody sees without pointing
// at a field, or opening it.
func (d *pdfDoc) writeFields(r *reading) error {
	left := maxPDFFields
	var lines, asides []string
	var walk func(v pdf.Value, f pdfField, depth int)
	walk = func(v pdf.Value, f pdfField, depth int) {
		if left--; left < 0 || depth > maxTreeDepth || v.Kind() != pdf.Dict {
			return
		}
		if k := v.Key("FT"); k.Kind() == pdf.Name {
			f.kind = k.Name()
		}
		if x := v.Key("V"); !x.IsNull() {
			f.value = x
		}
		if x := v.Key("Ff"); !x.IsNull() {
			f.flags = x.Int64()
		}
		kids := v.Key("Kids")
		for i := 0; i < kids.Len() && left > 0; i++ {
			_ = recovered(func() { walk(kids.Index(i), f, depth+1) })
		}
		if kids.Len() == 0 {
			if !d.appears(v.Key("AP").Key("N"), f) {
				lines = append(lines, f.shown(v)...)
			}
			asides = append(asides, f.hidden(v)...)
		}
		asides = append(asides, v.Key("TU").Text()) // what a field is for
	}
	fields := d.r.Trailer().Key("Root").Key("AcroForm").Key("Fields")
	for i := 0; i < fields.Len() && left > 0; i++ {
		_ = recovered(func() { walk(fields.Index(i), pdfField{}, 0) })
	}
	if err := writeLines(r, Form, lines); err != nil {
		return err
	}
	asides = slices.DeleteFunc(asides, func(s string) bool { return slices.Contains(lines, s) })
	return writeLines(r, Fields, asides)
}

// hidden is what a field offers to be chosen once it is opened.
func (f pdfField) hidden(v pdf.Value) []string {
	const combo = 1 << 17
	if f.kind != "Ch" || f.flags&combo == 0 {
		return nil
	}
	return pdfOptions(v)
}

// pdfOptions are the choices of a field, as they are shown.
func pdfOptions(v pdf.Value) (lines []string) {
	opt := v.Key("Opt")
	for i := 0; i < opt.Len() && i < maxPDFFields; i++ {
		o := opt.Index(i)
		if o.Kind() == pdf.Array {
			o = o.Index(o.Len() - 1)
		}
		lines = append(lines, o.Text())
	}
	return lines
}

// appears tells whether a field has an appearance. That of a text field counts only
// if it shows text: some programs leave it blank for the reader to fill in.
func (d *pdfDoc) appears(n pdf.Value, f pdfField) bool {
	if f.kind != "Tx" || n.Kind() != pdf.Stream {
		return !n.IsNull()
	}
	content := d.stream(n)
	return bytes.Contains(content, []byte("BT")) || bytes.Contains(content, []byte(" Do"))
}

// shown is what a program that fills in the appearance shows of a field: its
// value, and of a list that stands open all that could be chosen.
func (f pdfField) shown(v pdf.Value) (lines []string) {
	const combo, password = 1 << 17, 1 << 13
	switch {
	case f.kind == "Ch" && f.flags&combo == 0:
		return pdfOptions(v)
	case f.kind == "Btn":
		return []string{v.Key("MK").Key("CA").Text()}
	case f.kind == "Ch", f.kind == "Tx" && f.flags&password == 0:
		switch f.value.Kind() {
		case pdf.String:
			lines = append(lines, f.value.Text())
		case pdf.Array:
			for i := 0; i < f.value.Len() && i < maxPDFFields; i++ {
				lines = append(lines, f.value.Index(i).Text())
			}
		}
	}
	return lines
}

// writeAttached reads the files that are attached to the document or to a place
// on a page. Its error is errFull.
func (d *pdfDoc) writeAttached(r *reading, depth int) error {
	left := maxMembers
	var full error
	var walk func(v pdf.Value, level int)
	walk = func(v pdf.Value, level int) {
		if left--; left < 0 || level > maxTreeDepth || full != nil {
			return
		}
		names := v.Key("Names")
		for i := 0; i+1 < names.Len() && full == nil && left > 0; i += 2 {
			left--
			_ = recovered(func() { full = d.attached(r, names.Index(i+1), names.Index(i).Text(), depth) })
		}
		kids := v.Key("Kids")
		for i := 0; i < kids.Len() && full == nil && left > 0; i++ {
			_ = recovered(func() { walk(kids.Index(i), level+1) })
		}
	}
	_ = recovered(func() { walk(d.r.Trailer().Key("Root").Key("Names").Key("EmbeddedFiles"), 0) })
	for _, spec := range d.pinned {
		if full == nil {
			_ = recovered(func() { full = d.attached(r, spec, "", depth) })
		}
	}
	return full
}

// attached reads one attached file.
func (d *pdfDoc) attached(r *reading, spec pdf.Value, name string, depth int) error {
	for _, key := range []string{"UF", "F"} {
		if s := spec.Key(key).Text(); s != "" {
			name = s
			break
		}
	}
	file := spec.Key("EF").Key("F")
	if file.Kind() != pdf.Stream {
		file = spec.Key("EF").Key("UF")
	}
	if file.Kind() != pdf.Stream {
		return nil // a link to a file elsewhere
	}
	var src io.ReadCloser
	if recovered(func() { src = file.Reader() }) != nil {
		r.fault(outcome{Failed, "an attached file is damaged"})
		return nil
	}
	defer src.Close()
	return r.unpack(Step{Kind: Attachment, Name: name}, name, src, file.Key("Length").Int64(), depth)
}

// pin keeps the file attached to a place on a page for later.
func (d *pdfDoc) pin(annotation pdf.Value) {
	if annotation.Key("Subtype").Name() == "FileAttachment" && len(d.pinned) < maxAnnotations {
		d.pinned = append(d.pinned, annotation.Key("FS"))
	}
}

// aboutError gives the error of writing what stands beside the pages when it is
// of a shared limit, and else that of the pages.
func aboutError(pages, about error) error {
	if errors.Is(about, errFull) {
		return about
	}
	return pages
}
