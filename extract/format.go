package extract

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// format is one kind of document: how to tell it, and how to read it.
type format struct {
	name    string // Result.Type
	version int    // changes whenever the same bytes may give another text
	// extensions and media are the names' endings and the media types that
	// hint at the format, lower case.
	extensions, media []string
	// is tells from the bytes; nil where they cannot tell.
	is func(*probe) bool
	// text says that the bytes are characters, so that a document which could be
	// anything in them is taken for this format when its name says so.
	text bool
	// read writes the text. An *outcome as its error is the document's state;
	// any other is a fault of this document's reading. What was written
	// before stays.
	read func(*reading, document) error
}

// formats are all that can be read. The first whose bytes match is taken, so
// the particular stand before the general: a DOCX is a ZIP, too. To add a format
// write its file and add its line here.
func formats() []format {
	return []format{
		pdfFormat(),
		msgFormat(),
		tnefFormat(),
		pkcs7Format(),
		pgpFormat(),
		sealedFormat(),
		docFormat(),
		xlsFormat(),
		pptFormat(),
		rtfFormat(),
		docxFormat(),
		pptxFormat(),
		xlsbFormat(),
		xlsxFormat(),
		odtFormat(),
		odsFormat(),
		odpFormat(),
		zipFormat(),
		sevenZipFormat(),
		gzipFormat(),
		bzip2Format(),
		xzFormat(),
		zstdFormat(),
		tarFormat(),
		calendarFormat(),
		contactFormat(),
		htmlFormat(),
		mailFormat(),
		xmlFormat(),
		jsonFormat(),
		csvFormat(),
		textFormat(),
	}
}

// sniffVersion changes whenever the same bytes may be taken for another format.
const sniffVersion = 3

// registry is the formats as they are looked up.
type registry struct {
	list   []format
	byName map[string]*format
	hints  map[string]string // ".ext" and media type to the format's name
}

func newRegistry() *registry {
	r := &registry{list: formats(), byName: map[string]*format{}, hints: map[string]string{}}
	for i := range r.list {
		f := &r.list[i]
		r.byName[f.name] = f
		for _, e := range f.extensions {
			r.hints["."+e] = f.name
		}
		for _, m := range f.media {
			r.hints[m] = f.name
		}
	}
	return r
}

// made lists readers and their versions as Result.Made does. What no reader is
// there for has version 0, so that it is read when there is one.
func (r *registry) made(used map[string]bool) string {
	parts := []string{"sniff/" + strconv.Itoa(sniffVersion)}
	for _, name := range slices.Sorted(maps.Keys(used)) {
		parts = append(parts, name+"/"+strconv.Itoa(r.version(name)))
	}
	return strings.Join(parts, " ")
}

// guess stands with the number of formats for what none of them knows for its own,
// which a new one may.
const guess = "guess"

// guessed tells whether a document is of a type that nothing reads, or taken for
// text because it is nothing else.
func (r *registry) guessed(typ string, d document) bool {
	if typ == typeText {
		return r.extensionType(d.name) == ""
	}
	return r.byName[typ] == nil && typ != imageName
}

// whole stands for all readers: for a document whose worker did not live to say
// what it read.
const whole = "all"

func (r *registry) version(name string) int {
	if f := r.byName[name]; f != nil {
		return f.version
	}
	switch name {
	case pdfiumName:
		return pdfiumVersion
	case imageName:
		return pictureVersion
	case ocrName, noOCRName:
		return ocrVersion
	case guess:
		return len(r.list)
	}
	if name != whole {
		return 0
	}
	sum := 1000*len(r.list) + pdfiumVersion
	for i := range r.list {
		sum += r.list[i].version
	}
	return sum
}

// Versions tells which results are out of date. It may be used by several
// goroutines.
type Versions struct{ r *registry }

// NewVersions makes a Versions of the formats that this program reads.
func NewVersions() *Versions { return &Versions{newRegistry()} }

// Current tells whether a Result's Made is what the same bytes would give today.
func (v *Versions) Current(made string) bool {
	sniffed := false
	for part := range strings.FieldsSeq(made) {
		name, number, ok := strings.Cut(part, "/")
		n, err := strconv.Atoi(number)
		if !ok || err != nil {
			return false
		}
		if name == "sniff" {
			sniffed = n == sniffVersion
			continue
		}
		if name == ocrName || name == tesseractName {
			continue // kept when OCR is off; when it is on, AwaitsOCR tells
		}
		if n != v.r.version(name) {
			return false
		}
	}
	return sniffed
}

// missedPDFium says of a text that PDFium was to read it and could not be started. It is
// of no version, so that such a text is never current and is made again.
const missedPDFium = " no-pdfium"

// ByOCR tells whether pictures were looked at for text: reading the document
// again without OCR would lose that.
func ByOCR(made string) bool {
	return slices.ContainsFunc(strings.Fields(made), func(part string) bool { return strings.HasPrefix(part, ocrName+"/") })
}

// AwaitsOCR tells whether there were pictures that nobody has looked at for text,
// or not in the way that they are now. A newer Tesseract alone is no reason to
// look at years of scans again.
func AwaitsOCR(made string) bool {
	return slices.ContainsFunc(strings.Fields(made), func(part string) bool {
		name, number, _ := strings.Cut(part, "/")
		return name == noOCRName || name == ocrName && number != strconv.Itoa(ocrVersion)
	})
}
