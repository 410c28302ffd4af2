package demo

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
)

//go:embed lang/*.txt
var langFiles embed.FS

// language is the material of one language.
type language struct {
	code   string
	values map[string][]string
	topics map[string]*topic
	order  []string // topic names as in the file, for choices that do not depend on maps
}

// topic is what people write about.
type topic struct {
	name                    string
	subjects, lines, answer []string
}

// languages parses all language files, by code.
func languages() (map[string]*language, error) {
	files, err := fs.Glob(langFiles, "lang/*.txt")
	if err != nil {
		return nil, fmt.Errorf("list language files: %w", err)
	}
	all := make(map[string]*language, len(files))
	for _, name := range files {
		text, err := langFiles.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		code := strings.TrimSuffix(strings.TrimPrefix(name, "lang/"), ".txt")
		if all[code], err = parseLanguage(code, string(text)); err != nil {
			return nil, fmt.Errorf("parse %s: %w", name, err)
		}
	}
	return all, nil
}

// parseLanguage reads a language file; see the package comment.
func parseLanguage(code, text string) (*language, error) {
	l := &language{code: code, values: map[string][]string{}, topics: map[string]*topic{}}
	var t *topic
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		mark, rest, _ := strings.Cut(line, " ")
		switch {
		case line == "" || mark == "#":
		case mark == "==":
			t = &topic{name: rest}
			l.topics[rest] = t
			l.order = append(l.order, rest)
		case t == nil:
			key, value, ok := strings.Cut(line, ":")
			if !ok {
				return nil, fmt.Errorf("line %d: neither a value nor a topic", n)
			}
			l.values[key] = strings.Split(strings.TrimSpace(value), "|")
		case mark == "?":
			t.subjects = append(t.subjects, rest)
		case mark == "-":
			t.lines = append(t.lines, rest)
		case mark == ">":
			t.answer = append(t.answer, rest)
		default:
			return nil, fmt.Errorf("line %d: not of a topic", n)
		}
	}
	return l, nil
}

// one gives the first value of a key.
func (l *language) one(key string) string {
	if v := l.values[key]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// space is what stands between sentences.
func (l *language) space() string {
	if _, ok := l.values["join"]; ok {
		return ""
	}
	return " "
}

// rtl tells whether the language is written from right to left.
func (l *language) rtl() bool { return l.one("dir") == "rtl" }
