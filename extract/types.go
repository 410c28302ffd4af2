package extract

import (
	"bytes"
	"path"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// The types that this package reads.
const (
	typePDF      = "pdf"
	typeHTML     = "html"
	typeText     = "text"
	typeCSV      = "csv"
	typeCalendar = "calendar"
	typeContact  = "contact"
	typeMail     = "mail"
	typeXML      = "xml"
	typeJSON     = "json"
)

// sniffBytes is how much of a document's beginning its type is told from.
const sniffBytes = 8 << 10

// readable tells of the types that readText reads.
func readable(typ string) bool {
	switch typ {
	case typeHTML, typeText, typeCSV, typeCalendar, typeContact, typeMail, typeXML, typeJSON:
		return true
	}
	return false
}

// sniff tells a document's type. What its bytes say counts most; where they
// only say "text", "zip" or nothing, its name and then its declared type decide.
func sniff(name, contentType string, head []byte) string {
	byName := extensionType(name)
	byDeclared := mediaType(contentType)
	byBytes := bytesType(head)
	switch byBytes {
	case "", "archive", "ole":
		for _, t := range []string{byName, byDeclared} {
			if t != "" && !readable(t) && t != typePDF {
				return t
			}
		}
		if byBytes != "" {
			return strings.Replace(byBytes, "ole", "", 1)
		}
		// Neither binary of a known kind nor clearly text: believe a name that
		// says text only if the bytes could be some.
		if couldBeText(head) {
			if byName != "" {
				return byName
			}
			return byDeclared
		}
		return ""
	case typeText, typeXML, typeHTML, typeJSON, typeCSV:
		return textType(byBytes, byName, byDeclared)
	}
	return byBytes
}

// textType chooses among the text-like types. A name wins, then the declared
// type, unless they name a format that is no text.
func textType(byBytes, byName, byDeclared string) string {
	for _, t := range []string{byName, byDeclared} {
		switch {
		case t == typeText && byBytes == typeHTML && byName == "":
			return typeHTML
		case readable(t):
			return t
		case t == "rtf":
			return t
		}
	}
	if byBytes == typeCSV {
		// Any prose with commas in two lines looks like CSV.
		return typeText
	}
	return byBytes
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

// bytesType tells a type from the first bytes, "" when they say nothing.
func bytesType(head []byte) string {
	if i := bytes.Index(head[:min(len(head), 1024)], []byte("%PDF-")); i >= 0 {
		return typePDF
	}
	if len(head) == 0 {
		return ""
	}
	m := mimetype.Detect(head)
	for ; m != nil; m = m.Parent() {
		if t := mediaType(m.String()); t != "" {
			return t
		}
		if m.Is("application/x-ole-storage") {
			return "ole"
		}
	}
	return ""
}

// mediaType gives the type for a media type, "" for one that says nothing.
func mediaType(s string) string {
	s, _, _ = strings.Cut(strings.ToLower(s), ";")
	s = strings.TrimSpace(s)
	if t, ok := mediaTypes()[s]; ok {
		return t
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

func mediaTypes() map[string]string {
	const ooxml = "application/vnd.openxmlformats-officedocument."
	const odf = "application/vnd.oasis.opendocument."
	return map[string]string{
		"application/pdf": typePDF, "application/x-pdf": typePDF,
		"text/html": typeHTML, "application/xhtml+xml": typeHTML,
		"text/csv": typeCSV, "text/tab-separated-values": typeCSV,
		"text/calendar": typeCalendar, "application/ics": typeCalendar,
		"text/vcard": typeContact, "text/x-vcard": typeContact, "text/directory": typeContact,
		"message/rfc822": typeMail, "message/global": typeMail,
		"text/xml": typeXML, "application/xml": typeXML, "image/svg+xml": "image",
		"application/json": typeJSON, "application/x-ndjson": typeJSON, "application/geo+json": typeJSON,
		"message/delivery-status": typeText, "message/disposition-notification": typeText, "text/rfc822-headers": typeText,
		"application/javascript": typeText, "application/x-sh": typeText, "application/sql": typeText, "application/x-yaml": typeText,
		"application/rtf": "rtf", "text/rtf": "rtf",
		"application/msword": "doc", "application/vnd.ms-excel": "xls", "application/vnd.ms-powerpoint": "ppt",
		"application/vnd.ms-outlook": "msg", "application/vnd.ms-tnef": "tnef", "application/ms-tnef": "tnef",
		ooxml + "wordprocessingml.document": "docx", ooxml + "spreadsheetml.sheet": "xlsx",
		ooxml + "presentationml.presentation": "pptx",
		odf + "text":                          "odt", odf + "spreadsheet": "ods", odf + "presentation": "odp",
		"application/epub+zip": "epub", "application/zip": "archive", "application/x-zip-compressed": "archive",
		"application/gzip": "archive", "application/x-7z-compressed": "archive", "application/x-rar-compressed": "archive",
		"application/x-tar": "archive", "application/x-bzip2": "archive", "application/x-xz": "archive", "application/zstd": "archive",
		"application/pkcs7-signature": "signature", "application/x-pkcs7-signature": "signature",
		"application/pgp-signature": "signature", "application/pkcs7-mime": "encrypted", "application/pgp-encrypted": "encrypted",
		"application/postscript": "postscript", "application/octet-stream": "", "text/plain": typeText,
	}
}

// extensionType gives the type for a file name, "" when its ending is unknown.
func extensionType(name string) string {
	ext := strings.ToLower(strings.TrimPrefix(path.Ext(strings.TrimSpace(name)), "."))
	switch ext {
	case "htm", "html", "xhtml":
		return typeHTML
	case "csv", "tsv":
		return typeCSV
	case "ics", "ical", "ifb", "vcs":
		return typeCalendar
	case "vcf", "vcard":
		return typeContact
	case "eml", "mht", "mhtml", "nws":
		return typeMail
	case "xml", "xsl", "xsd", "rss", "atom", "kml", "gpx":
		return typeXML
	case "json", "ndjson", "jsonl", "geojson":
		return typeJSON
	case "txt", "text", "log", "md", "markdown", "rst", "tex", "ini", "conf", "cfg", "yml", "yaml", "toml", "diff", "patch",
		"c", "h", "cc", "cpp", "hpp", "cs", "java", "go", "rs", "py", "rb", "pl", "php", "js", "ts", "css", "sh", "bat", "ps1",
		"sql", "vb", "vbs", "asc", "srt", "properties", "gradle", "swift", "kt", "scala", "lua", "r", "m", "asm":
		return typeText
	case "pdf":
		return typePDF
	case "docx", "docm", "dotx", "dotm":
		return "docx"
	case "xlsx", "xlsm", "xltx", "xltm", "xlsb":
		return "xlsx"
	case "pptx", "pptm", "potx", "ppsx", "ppsm":
		return "pptx"
	case "doc", "dot":
		return "doc"
	case "xls", "xlt":
		return "xls"
	case "ppt", "pps", "pot":
		return "ppt"
	case "odt", "ods", "odp", "rtf", "msg", "epub":
		return ext
	case "png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "webp", "heic", "svg", "ico", "emf", "wmf":
		return "image"
	case "mp3", "wav", "m4a", "ogg", "flac", "wma":
		return "audio"
	case "mp4", "mov", "avi", "mkv", "wmv", "webm", "mpg", "mpeg":
		return "video"
	case "zip", "gz", "tgz", "7z", "rar", "tar", "bz2", "xz", "zst":
		return "archive"
	case "p7s", "sig":
		return "signature"
	case "p7m":
		return "encrypted"
	case "dat":
		if strings.EqualFold(name, "winmail.dat") {
			return "tnef"
		}
	case "ps", "eps":
		return "postscript"
	}
	return ""
}
