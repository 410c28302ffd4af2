package extract

import "strings"

// instruction is what the code of a field in a word processor's document says.
type instruction struct {
	target string // where a hyperlink leads
	text   string // what is shown, if there is no result
}

// fieldInstruction reads a field's code, such as HYPERLINK "https://example.org".
func fieldInstruction(code string) instruction {
	code = strings.TrimSpace(code)
	word, rest, _ := strings.Cut(code, " ")
	switch strings.ToUpper(word) {
	case "HYPERLINK":
		return instruction{target: linkTarget(fieldArgument(rest))}
	case "MACROBUTTON":
		_, text, _ := strings.Cut(strings.TrimSpace(rest), " ")
		return instruction{text: text}
	}
	return instruction{}
}

// fieldArgument gives the first argument that is no switch or a switch's value.
func fieldArgument(s string) string {
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		var arg string
		if s[0] == '"' || strings.HasPrefix(s, "“") {
			s = strings.TrimPrefix(strings.TrimPrefix(s, `"`), "“")
			end := strings.IndexAny(s, "\"”")
			if end < 0 {
				return s
			}
			return s[:end]
		}
		arg, s, _ = strings.Cut(s, " ")
		switch {
		case arg == `\l` || arg == `\t` || arg == `\o`:
			// The switch's value follows it.
			s = strings.TrimSpace(s)
			if strings.HasPrefix(s, `"`) {
				_, s, _ = strings.Cut(s[1:], `"`)
			} else {
				_, s, _ = strings.Cut(s, " ")
			}
		case strings.HasPrefix(arg, `\`):
		default:
			return arg
		}
	}
	return ""
}

// says tells whether a link's text shows its target already.
func says(text, target string) bool {
	text, target = strings.ToLower(strings.TrimSpace(text)), strings.ToLower(target)
	bare := strings.TrimPrefix(strings.TrimPrefix(target, "https://"), "http://")
	return strings.Contains(text, strings.TrimSuffix(bare, "/"))
}
