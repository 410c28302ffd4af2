package graphsim

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// object writes one JSON object, leaving out what was not selected. It is
// written by hand because a page of messages is most of what the server does.
type object struct {
	buf   []byte
	sel   selection
	extra map[string]any // these win over what is written under their name
	// sparse leaves out null properties, as users/delta does.
	sparse bool
	any    bool
}

func (o *object) open()  { o.buf = append(o.buf, '{'); o.any = false }
func (o *object) close() { o.buf = append(o.buf, '}'); o.any = true }

// name starts a member whatever is selected.
func (o *object) name(n string) {
	if o.any {
		o.buf = append(o.buf, ',')
	}
	o.any = true
	o.buf = appendJSONString(o.buf, n)
	o.buf = append(o.buf, ':')
}

// wants tells whether to write a property of the default set.
func (o *object) wants(name string) bool { return o.wantsIf(name, true) }

func (o *object) wantsIf(name string, byDefault bool) bool {
	if _, over := o.extra[name]; over {
		return false
	}
	return o.sel.has(strings.ToLower(name), byDefault)
}

func (o *object) str(name, v string) {
	if o.wants(name) {
		o.name(name)
		o.buf = appendJSONString(o.buf, v)
	}
}

// always writes a string member that no $select removes.
func (o *object) always(name, v string) {
	o.name(name)
	o.buf = appendJSONString(o.buf, v)
}

// nullable writes a string property that is null when empty.
func (o *object) nullable(name, v string) {
	if v != "" {
		o.str(name, v)
		return
	}
	o.null(name)
}

func (o *object) null(name string) {
	if !o.sparse && o.wants(name) {
		o.name(name)
		o.buf = append(o.buf, "null"...)
	}
}

func (o *object) bool(name string, v bool) {
	if o.wants(name) {
		o.name(name)
		o.buf = strconv.AppendBool(o.buf, v)
	}
}

func (o *object) int(name string, v int) {
	if o.wants(name) {
		o.name(name)
		o.buf = strconv.AppendInt(o.buf, int64(v), 10)
	}
}

func (o *object) time(name string, v time.Time) {
	if o.wants(name) {
		o.name(name)
		o.buf = append(o.buf, '"')
		o.buf = v.UTC().AppendFormat(o.buf, "2006-01-02T15:04:05Z")
		o.buf = append(o.buf, '"')
	}
}

func (o *object) strs(name string, v []string) {
	if !o.wants(name) {
		return
	}
	o.name(name)
	o.buf = append(o.buf, '[')
	for i, s := range v {
		if i > 0 {
			o.buf = append(o.buf, ',')
		}
		o.buf = appendJSONString(o.buf, s)
	}
	o.buf = append(o.buf, ']')
}

// raw writes a value that is JSON already.
func (o *object) raw(name string, v []byte) {
	o.name(name)
	o.buf = append(o.buf, v...)
}

// extras writes the extra members: those that $select leaves in, and those
// that no $select can name, in a fixed order.
func (o *object) extras(names []string, known func(string) bool) {
	for _, n := range names {
		if known(n) && !o.sel.has(strings.ToLower(n), true) {
			continue
		}
		v, err := json.Marshal(o.extra[n])
		if err != nil {
			continue
		}
		o.raw(n, v)
	}
}

const hexDigits = "0123456789abcdef"

// appendJSONString writes a JSON string. Bytes that are not UTF-8 become
// U+FFFD.
func appendJSONString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
			b = append(b, s[start:i]...)
			b = append(b, "\ufffd"...)
			i++
			start = i
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}
