package extract

import (
	"cmp"
	"strings"

	"golang.org/x/net/html/atom"
)

// control tells of elements that stand in a line as a box of their own: what is in
// them is no part of the word beside them.
func control(a atom.Atom) bool {
	switch a {
	case atom.Img, atom.Area, atom.Input, atom.Textarea, atom.Button, atom.Select, atom.Optgroup, atom.Option, atom.Datalist,
		atom.Video, atom.Audio, atom.Object, atom.Embed, atom.Iframe, atom.Meter, atom.Progress, atom.Output:
		return true
	}
	return false
}

// control writes what such an element shows that stands in its attributes.
func (r *htmlReader) control(a atom.Atom, t tagAttrs) {
	r.out.space()
	switch a {
	case atom.Img:
		r.out.flow(cmp.Or(t.alt, t.title), false)
	case atom.Area:
		r.out.flow(cmp.Or(t.alt, t.title, t.label), false)
		r.aside(linkTarget(t.href))
	case atom.Input:
		r.out.flow(inputText(t), false)
	case atom.Textarea, atom.Select, atom.Button:
		r.out.flow(cmp.Or(t.placeholder, t.label, t.title), false)
	case atom.Optgroup, atom.Option:
		r.out.flow(t.label, false)
	}
	r.out.space()
}

// inputText is what a field shows: its value, or what it says when it is empty. The
// values of check boxes and hidden fields are for programs.
func inputText(t tagAttrs) string {
	const longest = 10_000
	shown := cmp.Or(t.value, t.placeholder)
	switch strings.ToLower(t.kind) {
	case "hidden", "password":
		return ""
	case "checkbox", "radio", "file", "color", "range":
		shown = ""
	case "image":
		shown = t.alt
	}
	shown = cmp.Or(shown, t.label, t.title)
	return shown[:min(len(shown), longest)]
}

// aside writes a link's target that has no text of its own.
func (r *htmlReader) aside(target string) {
	if target == "" {
		return
	}
	r.out.space()
	r.out.flow("("+target+")", false)
	r.out.space()
}
