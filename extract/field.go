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
	case "EQ":
		return instruction{text: equation(rest)}
	}
	return instruction{}
}

// equation gives the words of a formula field: \o\ad(\s\up 9(over),under) says
// "over under". Phonetic guides are written so.
func equation(code string) string {
	var out strings.Builder
	for i := 0; i < len(code); {
		switch c := code[i]; {
		case c == '\\' && i+1 < len(code) && strings.IndexByte(`\(),;`, code[i+1]) >= 0:
			out.WriteByte(code[i+1])
			i += 2
		case c == '\\':
			i += equationSwitch(code[i:])
		case strings.IndexByte("(),;", c) >= 0:
			out.WriteByte(' ')
			i++
		default:
			out.WriteByte(c)
			i++
		}
	}
	return strings.Join(strings.Fields(out.String()), " ")
}

// equationSwitch gives the length of the switch that a code begins with, and of
// its value.
func equationSwitch(code string) int {
	rest := strings.TrimLeft(code[1:], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	if strings.HasPrefix(rest, "*") { // \* jc2, \* "Font:X"
		rest = strings.TrimLeft(rest[1:], " ")
		if quoted, ok := strings.CutPrefix(rest, `"`); ok {
			_, rest, _ = strings.Cut(quoted, `"`)
			return len(code) - len(rest)
		}
		if end := strings.IndexAny(rest, ` \(`); end >= 0 {
			return len(code) - len(rest[end:])
		}
		return len(code)
	}
	rest = strings.TrimLeft(strings.TrimLeft(rest, " "), "0123456789")
	return max(1, len(code)-len(rest))
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
