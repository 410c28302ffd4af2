package rfc822

import (
	"bytes"
	"sort"
	"strconv"
	"strings"
)

// maxParams bounds the parameters of one field.
const maxParams = 200

// Params reads a field such as Content-Type: its value in lower case and its
// parameters by lower-case name, decoded from RFC 2231 and RFC 2047 forms.
func Params(value []byte) (string, map[string]string) {
	pieces := splitParams(value)
	first := bytes.TrimSpace(stripComment(pieces[0]))
	kind := strings.ToLower(string(first))
	if i := strings.IndexAny(kind, " \t"); i >= 0 {
		kind = kind[:i]
	}
	out := map[string]string{}
	pieced := map[string][]section{}
	for _, p := range pieces[1:] {
		k, v, ok := bytes.Cut(p, []byte("="))
		if !ok {
			continue
		}
		name := strings.ToLower(string(bytes.TrimSpace(k)))
		val := unquote(bytes.TrimSpace(v))
		base, rest, star := strings.Cut(name, "*")
		if !star {
			if _, dup := out[name]; !dup && name != "" {
				out[name] = oneLine(Words(val))
			}
			continue
		}
		s := section{value: val, encoded: rest == "" || strings.HasSuffix(rest, "*")}
		s.n, _ = strconv.Atoi(strings.TrimSuffix(rest, "*"))
		pieced[base] = append(pieced[base], s)
	}
	for name, sections := range pieced {
		out[name] = oneLine(joinSections(sections))
	}
	return kind, out
}

type section struct {
	n       int
	encoded bool
	value   []byte
}

// joinSections puts an RFC 2231 parameter's sections together.
func joinSections(sections []section) string {
	sort.SliceStable(sections, func(i, j int) bool { return sections[i].n < sections[j].n })
	charset := ""
	var b []byte
	for i, s := range sections {
		v := s.value
		if s.encoded {
			if i == 0 {
				if parts := bytes.SplitN(v, []byte("'"), 3); len(parts) == 3 {
					charset, v = string(parts[0]), parts[2]
				}
			}
			v = unpercent(v)
		}
		b = append(b, v...)
	}
	if charset == "" {
		return Words(b)
	}
	return Text(b, charset)
}

func unpercent(v []byte) []byte {
	out := make([]byte, 0, len(v))
	for i := 0; i < len(v); i++ {
		if v[i] == '%' && i+2 < len(v) && hexVal(v[i+1]) >= 0 && hexVal(v[i+2]) >= 0 {
			out = append(out, byte(hexVal(v[i+1])<<4|hexVal(v[i+2])))
			i += 2
			continue
		}
		out = append(out, v[i])
	}
	return out
}

// splitParams parts a value at the semicolons outside quotes; there is always
// a first piece.
func splitParams(value []byte) [][]byte {
	var out [][]byte
	start, quoted := 0, false
	for i := 0; i < len(value) && len(out) < maxParams; i++ {
		switch c := value[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case c == ';' && !quoted:
			out = append(out, value[start:i])
			start = i + 1
		}
	}
	return append(out, value[min(start, len(value)):])
}

func unquote(v []byte) []byte {
	if len(v) == 0 || v[0] != '"' {
		return stripComment(v)
	}
	out := make([]byte, 0, len(v))
	for i := 1; i < len(v); i++ {
		switch c := v[i]; {
		case c == '"':
			return out
		case c == '\\' && i+1 < len(v) && (v[i+1] == '"' || v[i+1] == '\\'):
			i++
			out = append(out, v[i])
		default:
			out = append(out, c)
		}
	}
	return out
}

func stripComment(v []byte) []byte {
	if i := bytes.Index(v, []byte(" (")); i >= 0 {
		v = v[:i]
	}
	return bytes.TrimSpace(v)
}
