package mailhtml

import (
	"regexp"
	"strings"
)

// properties that a mail may set. Those that take a message out of its place
// (position, transform, z-index), fetch, animate or generate are missing on
// purpose.
var properties = set(
	"color", "background-color", "background",
	"font", "font-family", "font-size", "font-style", "font-weight", "font-variant",
	"line-height", "letter-spacing", "word-spacing",
	"text-align", "text-decoration", "text-indent", "text-transform", "vertical-align", "white-space",
	"word-break", "overflow-wrap", "word-wrap", "direction", "unicode-bidi",
	"width", "height", "max-width", "min-width", "max-height", "min-height",
	"margin", "margin-top", "margin-right", "margin-bottom", "margin-left",
	"padding", "padding-top", "padding-right", "padding-bottom", "padding-left",
	"border", "border-top", "border-right", "border-bottom", "border-left",
	"border-color", "border-style", "border-width", "border-collapse", "border-spacing", "border-radius",
	"border-top-width", "border-right-width", "border-bottom-width", "border-left-width",
	"list-style-type", "display", "table-layout", "float", "clear",
)

// paints are the properties that make a message depend on a light background.
var paints = set("color", "background-color", "background")

var (
	// A value is words, numbers, quoted names and colours; nothing in it can
	// open a function, an escape or a comment.
	styleValue    = regexp.MustCompile(`^[\pL\pN #%.,'"/-]{1,200}$`)
	styleColour   = regexp.MustCompile(`(?i:\b(rgb|rgba|hsl|hsla))\( *[0-9.%]+( *[, /] *[0-9.%]+| +[0-9.%]+){2,3} *\)`)
	plainColour   = regexp.MustCompile(`^(#[0-9a-fA-F]{3,8}|[a-zA-Z]{3,30})$`)
	negativeValue = regexp.MustCompile(`(^|[ ,])-[0-9.]`)
	importantRule = regexp.MustCompile(`(?i)\s*!\s*important\s*$`)
	forbiddenWord = regexp.MustCompile(`(?i)url|expression|javascript|import|image|binding|behavio`)
)

// maxStyle bounds the bytes read of one style attribute.
const maxStyle = 4096

// filterStyle writes the declarations of a style attribute anew as far as they
// are harmless. It also tells whether they set a colour.
func filterStyle(style string) (kept string, coloured bool) {
	if len(style) > maxStyle || strings.ContainsAny(style, "\\{}<>@`") || strings.Contains(style, "/*") {
		return "", false
	}
	var out []string
	for declaration := range strings.SplitSeq(style, ";") {
		name, value, ok := strings.Cut(declaration, ":")
		if !ok {
			continue
		}
		name = strings.ToLower(strings.TrimSpace(name))
		value = importantRule.ReplaceAllString(strings.TrimSpace(value), "")
		value = strings.Join(strings.Fields(value), " ")
		if !properties[name] || !harmless(value) {
			continue
		}
		if name == "background" {
			// The short form also takes pictures and positions; only a colour
			// is meant to stay.
			if !plainColour.MatchString(value) && styleColour.FindString(value) != value {
				continue
			}
			name = "background-color"
		}
		coloured = coloured || paints[name]
		out = append(out, name+": "+value)
	}
	return strings.Join(out, "; "), coloured
}

// harmless tells whether a value is made of words, numbers and colours only.
func harmless(value string) bool {
	if value == "" || forbiddenWord.MatchString(value) || negativeValue.MatchString(value) {
		return false
	}
	if strings.Count(value, `"`)%2 != 0 || strings.Count(value, "'")%2 != 0 {
		return false
	}
	return styleValue.MatchString(styleColour.ReplaceAllString(value, "colour"))
}
