package extract

import (
	"bytes"
	"path"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// The types that texts have.
const (
	typeHTML = "html"
	typeText = "text"
	typeCSV  = "csv"
	typeXML  = "xml"
	typeJSON = "json"
)

// sniff tells a document's type, and the format that reads it or nil. What the
// bytes say counts most; where they only say that they are text, or nothing, the
// name and then the declared type decide.
func (r *registry) sniff(d document) (string, *format) {
	p := newProbe(d.raw)
	for i := range r.list {
		if f := &r.list[i]; f.is != nil && f.is(p) {
			return f.name, f
		}
	}
	typ := r.byHints(d, p)
	return typ, r.byName[typ]
}

// byHints tells the type of bytes that no format knows for its own.
func (r *registry) byHints(d document, p *probe) string {
	byBytes := bytesType(p.head)
	named, declared := r.extensionType(d.name), r.mediaType(d.contentType)
	switch byBytes {
	case typeText, typeXML, typeHTML, typeJSON, typeCSV:
		return r.textType(byBytes, named, declared)
	case "", "ole", "archive":
	default:
		return byBytes
	}
	for _, t := range []string{named, declared} {
		if t != "" && !r.isText(t) {
			return t
		}
	}
	if byBytes != "" {
		return byBytes
	}
	// Neither binary of a known kind nor clearly text: believe a name that says
	// text only if the bytes could be some.
	if couldBeText(p.head) {
		for _, t := range []string{named, declared} {
			if r.isText(t) {
				return t
			}
		}
	}
	return ""
}

func (r *registry) isText(typ string) bool { return r.byName[typ] != nil && r.byName[typ].text }

// textType chooses among the text-like types. A name wins, then the declared
// type, unless they name a format that is no text.
func (r *registry) textType(byBytes, named, declared string) string {
	for _, t := range []string{named, declared} {
		switch {
		case t == typeText && byBytes == typeHTML && named == "":
			return typeHTML
		case r.isText(t):
			return t
		}
	}
	if byBytes == typeCSV {
		// Any prose with commas in two lines looks like CSV.
		return typeText
	}
	return byBytes
}

// hinted is the type of a document that has no bytes.
func hinted(r *registry, d document) string {
	if t := r.extensionType(d.name); t != "" {
		return t
	}
	return r.mediaType(d.contentType)
}

// couldBeText tells whether bytes without a known signature are plausibly text
// in some charset: hardly any control characters.
func couldBeText(head []byte) bool {
	if bytes.HasPrefix(head, []byte{0xFF, 0xFE}) || bytes.HasPrefix(head, []byte{0xFE, 0xFF}) || looksUTF16(head) {
		return true
	}
	bad := 0
	for _, c := range head {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1b {
			bad++
		}
	}
	return bad <= 2 || bad*100 <= len(head)
}

// bytesType tells a type from the first bytes where no format of ours does, ""
// when they say nothing.
func bytesType(head []byte) string {
	if len(head) == 0 {
		return ""
	}
	for m := mimetype.Detect(head); m != nil; m = m.Parent() {
		s, _, _ := strings.Cut(m.String(), ";")
		switch s {
		case "text/html":
			return typeHTML
		case "text/xml", "application/xml":
			return typeXML
		case "application/json", "application/x-ndjson", "application/geo+json":
			return typeJSON
		case "text/csv", "text/tab-separated-values":
			return typeCSV
		}
		if t := otherMedia(s); t != "" {
			return t
		}
	}
	return ""
}

// mediaType gives the type for a media type, "" for one that says nothing.
func (r *registry) mediaType(s string) string {
	s, _, _ = strings.Cut(strings.ToLower(s), ";")
	s = strings.TrimSpace(s)
	if t, ok := r.hints[s]; ok && s != "" {
		return t
	}
	return otherMedia(s)
}

// otherMedia gives the type for media types that nothing here reads, and for
// families of them.
func otherMedia(s string) string {
	switch s {
	case "application/octet-stream", "":
		return ""
	case "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature":
		return "signature"
	case "application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted":
		return "encrypted"
	case "application/postscript":
		return "postscript"
	case "image/svg+xml":
		return "image"
	case "application/x-rar-compressed", "application/vnd.rar", "application/vnd.ms-cab-compressed":
		return "archive"
	case "application/x-ole-storage":
		return "ole"
	case "application/epub+zip":
		return "epub"
	}
	major, minor, _ := strings.Cut(s, "/")
	switch {
	case major == "image" || major == "audio" || major == "video" || major == "font":
		return major
	case major == "text":
		return typeText
	case strings.HasSuffix(minor, "+xml"):
		return typeXML
	case strings.HasSuffix(minor, "+json"):
		return typeJSON
	}
	return ""
}

// extensionType gives the type for a file name, "" when its ending is unknown.
func (r *registry) extensionType(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	ext := path.Ext(name)
	if t, ok := r.hints[ext]; ok && ext != "" {
		return t
	}
	switch strings.TrimPrefix(ext, ".") {
	case "png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "webp", "heic", "svg", "ico", "emf", "wmf":
		return "image"
	case "mp3", "wav", "m4a", "ogg", "flac", "wma":
		return "audio"
	case "mp4", "mov", "avi", "mkv", "wmv", "webm", "mpg", "mpeg":
		return "video"
	case "rar", "cab":
		return "archive"
	case "epub":
		return "epub"
	case "p7s", "sig":
		return "signature"
	case "p7m":
		return "encrypted"
	case "ps", "eps":
		return "postscript"
	}
	return ""
}
