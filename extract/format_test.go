package extract

import "testing"

// TestNewFormatIsApplied promises that a format which is added reads again what
// none knew for its own, and nothing else.
func TestNewFormatIsApplied(t *testing.T) {
	t.Parallel()
	made := func(name, raw string) string {
		reg := newRegistry()
		r := newReading(reg, defaultLimits(), &collected{})
		r.document(document{name: name, raw: []byte(raw)})
		return reg.made(r.used)
	}
	today := NewVersions()
	tomorrow := NewVersions()
	tomorrow.r.list = append(tomorrow.r.list, format{name: "foo", version: 1})
	for name, c := range map[string]struct {
		in    string
		again bool
	}{
		"a.foo":     {"\x01\x02\x03\x80\x90\xff unknown", true},
		"b.foo":     {"foo: words that anything could have\n", true},
		"notes.txt": {"words of a note\n", false},
		"a.html":    {"<html><body>words</body></html>", false},
		"a.png":     {"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", false},
		"a.zip":     {"PK\x05\x06" + string(make([]byte, 18)), false},
	} {
		m := made(name, c.in)
		if !today.Current(m) || tomorrow.Current(m) == c.again {
			t.Errorf("%s, made by %q: current %v, with a new format %v", name, m, today.Current(m), tomorrow.Current(m))
		}
	}
}
