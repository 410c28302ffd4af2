package rfc822

import "strings"

// Unflow joins the lines of a format=flowed text (RFC 3676) that were broken
// only to fit. delsp tells that the blank at a soft break is no part of the text.
func Unflow(s string, delsp bool) string {
	var out strings.Builder
	out.Grow(len(s))
	prevDepth, soft := 0, false
	for i, line := range strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
		depth := len(line) - len(strings.TrimLeft(line, ">"))
		text := line[depth:]
		text = strings.TrimPrefix(text, " ")
		signature := text == "-- "
		joined := soft && depth == prevDepth && !signature
		if !joined {
			if i > 0 {
				out.WriteByte('\n')
			}
			if depth > 0 {
				out.WriteString(strings.Repeat(">", depth) + " ")
			}
		}
		soft = strings.HasSuffix(text, " ") && !signature
		if soft && delsp {
			text = text[:len(text)-1]
		}
		out.WriteString(text)
		prevDepth = depth
	}
	return out.String()
}

// Unenrich reads text/enriched (RFC 1896) as plain text: commands are left
// out, << is <, and a single line break is a blank.
func Unenrich(s string) string {
	var out strings.Builder
	breaks, param := 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '<' && i+1 < len(s) && s[i+1] == '<':
			i++
			out.WriteByte('<')
		case c == '<':
			end := strings.IndexByte(s[i:], '>')
			if end < 0 || end > 64 {
				out.WriteByte(c)
				continue
			}
			switch strings.ToLower(s[i+1 : i+end]) {
			case "param":
				param++
			case "/param":
				param = max(0, param-1)
			}
			i += end
		case param > 0 || c == '\r':
		case c == '\n':
			breaks++
			if breaks == 1 && (i+1 >= len(s) || s[i+1] != '\n' && s[i+1] != '\r') {
				out.WriteByte(' ')
			} else if breaks > 1 {
				out.WriteByte('\n')
			}
			continue
		default:
			out.WriteByte(c)
		}
		if s[i] != '\r' {
			breaks = 0
		}
	}
	return out.String()
}
