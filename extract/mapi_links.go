package extract

import (
	"strings"

	"golang.org/x/net/html"
)

// maxBodyLinks bounds the links of a body that are written besides its text.
const maxBodyLinks = 200

// html gives a message's HTML.
func (p mapiProps) html() string {
	cs := p.htmlCharset()
	if src := p.text(mapiHTML, cs); src != "" {
		return src
	}
	return htmlSource(p[mapiHTML].raw, "text/html; charset="+cs)
}

// plainBody writes a message's plain text, and where the links of its HTML lead,
// which may lie in its RTF.
func (r *reading) plainBody(plain string, p mapiProps) error {
	plain = PlainLinks(plain)
	if err := r.block(plain); err != nil {
		return err
	}
	var targets []string
	switch {
	case len(p[mapiHTML].raw) > 0:
		targets = htmlTargets(p.html())
	case len(p[mapiRTF].raw) > 0:
		src, err := unpackRTF(p[mapiRTF].raw)
		if r.inflated += int64(len(src)); err != nil || r.inflated > r.limits.Inflated {
			return nil //nolint:nilerr // the text itself has been read
		}
		targets = rtfTargets(string(src))
	}
	const compared = 1 << 20 // bytes of the text
	told, shown := map[string]bool{}, plain[:min(len(plain), compared)]
	for _, s := range targets {
		if told[s] || says(shown, s) {
			continue
		}
		told[s] = true
		if err := r.line("(" + s + ")"); err != nil {
			return err
		}
	}
	return nil
}

// htmlTargets gives where the links of HTML lead.
func htmlTargets(src string) []string {
	var targets []string
	z := html.NewTokenizer(strings.NewReader(boundedTags(src)))
	z.SetMaxBuf(0)
	for len(targets) < maxBodyLinks {
		switch z.Next() {
		case html.ErrorToken:
			return targets
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			if s := string(name); s != "a" && s != "area" {
				continue
			}
			if target := linkTarget(attrs(z, more).href); target != "" {
				targets = append(targets, target)
			}
		}
	}
	return targets
}

// rtfTargets gives where the links of RTF lead, and of the HTML that RTF may be
// wrapped round.
func rtfTargets(src string) []string {
	var targets []string
	for _, mark := range []string{`HYPERLINK "`, `href="`} {
		for rest := src; len(targets) < maxBodyLinks; {
			i := strings.Index(rest, mark)
			if i < 0 {
				break
			}
			rest = rest[i+len(mark):]
			const longest = 8 << 10 // with line ends and escapes
			end := strings.IndexByte(rest[:min(len(rest), longest)], '"')
			if end < 0 {
				continue
			}
			s := rtfPlain(rest[:end])
			if mark == `href="` {
				s = html.UnescapeString(s)
			}
			if target := linkTarget(s); target != "" {
				targets = append(targets, target)
			}
			rest = rest[end:]
		}
	}
	return targets
}

// rtfPlain undoes the escapes of RTF in an address, where they are few.
func rtfPlain(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\r' || c == '\n':
		case c == '\\' && i+3 < len(s) && s[i+1] == '\'' && hexValue(s[i+2]) >= 0 && hexValue(s[i+3]) >= 0:
			out.WriteByte(byte(hexValue(s[i+2])<<4 | hexValue(s[i+3])))
			i += 3
		case c == '\\' && i+1 < len(s):
			i++
			out.WriteByte(s[i])
		default:
			out.WriteByte(c)
		}
	}
	return out.String()
}
