package indexer

import (
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"mailquarry/internal/mail"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// maxMarks bounds the marks of one message.
const maxMarks = 500

// The least sizes in bytes of what counts as a picture, attached and within the
// text. Smaller ones are dots that tell a sender that his mail was opened, rules
// and signs.
const (
	minPicture       = 200
	minInlinePicture = 2 << 10
)

// marks gathers what a message is marked with, each once.
type marks []engine.Key

func (k *marks) add(name, value string) { k.asNamed(name, query.FoldKey(value)) }

// asNamed adds a value that people chose and see, in their spelling.
func (k *marks) asNamed(name, value string) {
	if value = bounded(strings.TrimSpace(value)); value == "" || len(*k) >= maxMarks {
		return
	}
	if key := (engine.Key{Name: name, Value: value}); !slices.Contains(*k, key) {
		*k = append(*k, key)
	}
}

// bounded cuts a value to MaxKey bytes, between two characters.
func bounded(s string) string {
	if len(s) <= engine.MaxKey {
		return s
	}
	n := engine.MaxKey
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return strings.TrimSpace(s[:n])
}

// marksOf gives the marks of a message.
func marksOf(m mail.Message, doc *engine.Document, parts []mail.Part, at whereabouts) []engine.Key {
	k := make(marks, 0, 16)
	k.state(m, at)
	if d := domainOf(m.From.Address); d != "" {
		k.add(engine.KeyDomain, d)
	}
	if way := at.direction(m); way != "" && !m.IsDraft && !at.drafts {
		k.add(engine.KeyDirection, way)
	}
	for i, p := range parts {
		k.part(p, doc.Attachments[i].Type)
	}
	if hasLink(doc.Body) {
		k.add(engine.KeyHas, "link")
	}
	if m.HasInvite {
		k.add(engine.KeyHas, "invite")
	}
	for _, c := range m.Categories {
		k.asNamed(engine.KeyCategory, norm.NFC.String(c))
	}
	k.add(engine.KeyList, m.ListID)
	for _, a := range m.DeliveredTo {
		k.add(engine.KeyDelivered, a)
	}
	for _, h := range m.Headers {
		k.add(engine.KeyHeader, h.Name+"="+h.Value)
	}
	k.domains(engine.KeyToDomain, m.To)
	k.domains(engine.KeyCcDomain, m.Cc)
	k.domains(engine.KeyBccDomain, m.Bcc)
	return k
}

// maxDomains is how many domains of recipients a message is marked with at most.
const maxDomains = 1000

// domains adds the domains of recipients.
func (k *marks) domains(name string, list []mail.Address) {
	seen := map[string]bool{}
	for _, a := range list {
		d := bounded(query.FoldKey(domainOf(a.Address)))
		if d == "" || seen[d] || len(seen) == maxDomains {
			continue
		}
		seen[d] = true
		*k = append(*k, engine.Key{Name: name, Value: d})
	}
}

// state adds what the message is and what its owner has done with it.
func (k *marks) state(m mail.Message, at whereabouts) {
	k.add(engine.KeyKind, string(m.Kind))
	importance := m.Importance
	if importance == "" {
		importance = "normal"
	}
	k.add(engine.KeyImportant, importance)
	draft := m.IsDraft || at.drafts
	for _, is := range []struct {
		value string
		so    bool
	}{
		{"read", m.IsRead},
		{"flagged", m.IsFlagged},
		{"draft", draft},
		{"sent", !draft && (at.sent || at.own[strings.ToLower(m.From.Address)])},
		{"important", importance == "high"},
	} {
		if is.so {
			k.add(engine.KeyIs, is.value)
		}
	}
}

// part adds what an attachment is: by its name, by what it was found to be, and
// by what its sender said.
func (k *marks) part(p mail.Part, found string) {
	ext := strings.TrimPrefix(path.Ext(p.Name), ".")
	if len(ext) <= 20 && !strings.ContainsFunc(ext, func(r rune) bool { return r <= ' ' }) {
		k.add(engine.KeyExt, ext)
	}
	k.add(engine.KeyExt, found)
	declared, _, _ := strings.Cut(p.ContentType, ";")
	declared = query.FoldKey(declared)
	if known := mediaType(ext, found); known != "" && (declared == "" || declared == "application/octet-stream") {
		declared = known
	}
	if strings.Count(declared, "/") == 1 {
		k.add(engine.KeyMIME, declared)
	}
	picture := found == "image" || strings.HasPrefix(declared, "image/")
	if picture && (p.Size >= minInlinePicture || !p.Inline && (p.Size >= minPicture || p.Size <= 0)) {
		k.add(engine.KeyHas, "image")
	}
	if declared == "text/calendar" || strings.EqualFold(ext, "ics") {
		k.add(engine.KeyHas, "invite")
	}
}

// mediaType tells the media type of what came without one, by its extension or
// else by what it was found to be.
func mediaType(ext, found string) string {
	types := map[string]string{
		"pdf": "application/pdf", "doc": "application/msword", "xls": "application/vnd.ms-excel", "ppt": "application/vnd.ms-powerpoint",
		"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		"pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
		"odt":  "application/vnd.oasis.opendocument.text", "ods": "application/vnd.oasis.opendocument.spreadsheet",
		"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "tif": "image/tiff", "tiff": "image/tiff", "bmp": "image/bmp",
		"webp": "image/webp", "heic": "image/heic", "svg": "image/svg+xml", "mp3": "audio/mpeg", "wav": "audio/wav", "m4a": "audio/mp4", "mp4": "video/mp4",
		"mov": "video/quicktime", "avi": "video/x-msvideo", "zip": "application/zip", "7z": "application/x-7z-compressed", "rar": "application/vnd.rar",
		"txt": "text/plain", "csv": "text/csv", "html": "text/html", "htm": "text/html", "xml": "application/xml", "json": "application/json",
		"rtf": "application/rtf", "eml": "message/rfc822", "mail": "message/rfc822", "msg": "application/vnd.ms-outlook", "ics": "text/calendar",
		"calendar": "text/calendar", "vcf": "text/vcard", "contact": "text/vcard",
	}
	if t, ok := types[strings.ToLower(ext)]; ok {
		return t
	}
	return types[found]
}

// hasLink tells whether a text holds a web address.
func hasLink(s string) bool {
	for _, begins := range []string{"http://", "https://", "www."} {
		if begins != "www." && !strings.Contains(s, "://") {
			continue // a colon is rarer than an h, and found sooner
		}
		for rest, before := s, byte(' '); ; {
			i := strings.Index(rest, begins)
			if i < 0 {
				break
			}
			if i > 0 {
				before = rest[i-1]
			}
			rest = rest[i+len(begins):]
			if next, _ := utf8.DecodeRuneInString(rest); !isLetter(rune(before)) && next > ' ' && next != utf8.RuneError {
				return true
			}
			before = '/'
		}
	}
	return false
}

func isLetter(c rune) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// domainOf is the domain of an address, "" where it has none.
func domainOf(address string) string {
	i := strings.LastIndexByte(address, '@')
	if i <= 0 || i == len(address)-1 {
		return ""
	}
	return strings.ToLower(strings.TrimSuffix(strings.TrimSpace(address[i+1:]), "."))
}
