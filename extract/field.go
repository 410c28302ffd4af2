package extract

import "strings"

// instruction is what the code of a field in a word processor's document says.
type instruction struct {
	target string // where a hyperlink leads, or what is taken in from elsewhere
	tip    string // what a hyperlink says when one points at it
	text   string // what is shown, if there is no result
}

// fieldInstruction reads a field's code, such as HYPERLINK "https://example.org".
func fieldInstruction(code string) instruction {
	code = strings.TrimSpace(code)
	end := 0
	for end < len(code) && (code[end]|0x20 >= 'a' && code[end]|0x20 <= 'z') {
		end++
	}
	word, rest := strings.ToUpper(code[:end]), strings.TrimSpace(code[end:])
	switch word {
	case "HYPERLINK":
		args, tip := fieldArguments(rest)
		return instruction{target: linkTarget(strings.Join(args[:min(len(args), 1)], "")), tip: tip}
	case "INCLUDEPICTURE", "INCLUDETEXT", "INCLUDE", "IMPORT", "RD":
		args, _ := fieldArguments(rest)
		return instruction{target: sourceTarget(args[:min(len(args), 1)])}
	case "DDE", "DDEAUTO", "LINK": // a program or kind, a file, a part of it
		args, _ := fieldArguments(rest)
		return instruction{target: sourceTarget(args)}
	case "MACROBUTTON":
		_, text, _ := strings.Cut(rest, " ")
		return instruction{text: text}
	case "EQ":
		return instruction{text: equation(rest)}
	}
	return instruction{}
}

// sourceTarget gives what a field takes in from elsewhere; the pictures that a
// mail brought with it are no elsewhere.
func sourceTarget(args []string) string {
	s := strings.ReplaceAll(strings.Join(args, " "), `\\`, `\`)
	if len(s) > 4 && strings.EqualFold(s[:4], "cid:") {
		return ""
	}
	if target := linkTarget(s); target != "" {
		return target
	}
	return s
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

// maxFieldArguments bounds the arguments of one field.
const maxFieldArguments = 8

// fieldArguments gives the arguments that are neither switches nor their values,
// and the value of the switch for a tip.
func fieldArguments(s string) (args []string, tip string) {
	isSwitch := func() bool { return len(s) > 1 && s[0] == '\\' && s[1] != '\\' }
	for s = strings.TrimSpace(s); s != "" && len(args) < maxFieldArguments; s = strings.TrimSpace(s) {
		var word string
		if !isSwitch() {
			word, s = fieldWord(s)
			args = append(args, word)
			continue
		}
		name := s[1]
		if s = strings.TrimSpace(s[2:]); strings.IndexByte("lLtToOcC*@#", name) < 0 || s == "" || isSwitch() {
			continue
		}
		if word, s = fieldWord(s); name == 'o' || name == 'O' {
			tip = word
		}
	}
	return args, tip
}

// fieldWord gives the word that a field's code begins with, quoted or not, and
// what follows it.
func fieldWord(s string) (word, rest string) {
	if s[0] == '"' || strings.HasPrefix(s, "“") {
		s = strings.TrimPrefix(strings.TrimPrefix(s, `"`), "“")
		end := strings.IndexAny(s, "\"”")
		if end < 0 {
			return s, ""
		}
		return s[:end], strings.TrimPrefix(strings.TrimPrefix(s[end:], `"`), "”")
	}
	end := strings.IndexAny(s, " \t\r\n\"“")
	if end < 0 {
		return s, ""
	}
	return s[:end], s[end:]
}

// says tells whether a link's text shows its target already.
func says(text, target string) bool {
	text, target = strings.ToLower(strings.TrimSpace(text)), strings.ToLower(target)
	bare := strings.TrimPrefix(strings.TrimPrefix(target, "https://"), "http://")
	return strings.Contains(text, strings.TrimSuffix(bare, "/"))
}
