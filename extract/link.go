package extract

import (
	"net/url"
	"strings"
)

// linkTarget gives the readable form of a link's target, "" for what is no
// place on the net. A mailto: shows as its address, and a link that a mail filter
// has rewritten as it was before.
func linkTarget(href string) string {
	href = strings.TrimSpace(href)
	// Filters rewrite what others have rewritten.
	for range 4 {
		inner := unwrapped(href)
		if inner == "" {
			break
		}
		href = inner
	}
	switch {
	case isWeb(href):
		return href
	case len(href) > 7 && strings.EqualFold(href[:7], "mailto:"):
		address, _, _ := strings.Cut(href[len("mailto:"):], "?")
		return address
	}
	return ""
}

func isWeb(s string) bool {
	scheme, _, ok := strings.Cut(s[:min(len(s), 9)], "://")
	return ok && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https"))
}

// unwrapped gives the link that a filter or a service has put into its own, ""
// when there is none: Safe Links of Microsoft 365, Proofpoint, Barracuda, and
// Google's redirections.
func unwrapped(href string) string {
	const longest = 16 << 10
	if len(href) > longest || !isWeb(href) {
		return ""
	}
	_, rest, _ := strings.Cut(href, "://")
	host, path, _ := strings.Cut(rest, "/")
	host, query, bare := strings.Cut(strings.ToLower(host), "?")
	if !bare {
		_, query, _ = strings.Cut(path, "?")
	}
	inner := ""
	switch {
	case strings.HasSuffix(host, ".safelinks.protection.outlook.com"), strings.HasSuffix(host, ".safelinks.protection.office365.us"),
		strings.HasSuffix(host, ".safelinks.o365.cn"), strings.HasSuffix(host, "teams.cdn.office.net") && strings.Contains(path, "safelinks"):
		inner = queryValue(query, "url")
	case host == "urldefense.com", host == "urldefense.us", host == "urldefense.proofpoint.com":
		inner = proofpoint(path, query)
	case host == "linkprotect.cudasvc.com":
		inner = queryValue(query, "a")
	case host == "www.google.com" && strings.HasPrefix(path, "url?"):
		if inner = queryValue(query, "q"); inner == "" {
			inner = queryValue(query, "url")
		}
	}
	if !isWeb(inner) && !strings.HasPrefix(inner, "mailto:") {
		return ""
	}
	return inner
}

// queryValue gives the value of a query's field, decoded.
func queryValue(query, name string) string {
	query, _, _ = strings.Cut(query, "#")
	for pair := range strings.SplitSeq(strings.ReplaceAll(query, "&amp;", "&"), "&") {
		if k, v, _ := strings.Cut(pair, "="); strings.EqualFold(k, name) {
			s, err := url.QueryUnescape(v)
			if err != nil {
				return ""
			}
			return s
		}
	}
	return ""
}

// proofpoint reads the three ways in which URL Defense has written links. Of the
// last, characters that it keeps apart stay asterisks.
func proofpoint(path, query string) string {
	if rest, ok := strings.CutPrefix(path, "v3/__"); ok {
		if end := strings.LastIndex(rest, "__;"); end >= 0 {
			return rest[:end]
		}
		return ""
	}
	u := queryValue(query, "u")
	if strings.HasPrefix(path, "v2/") {
		s, err := url.PathUnescape(strings.NewReplacer("-", "%", "_", "/").Replace(u))
		if err != nil {
			return ""
		}
		return s
	}
	return u
}

// PlainLinks gives a plain text with the links that a mail filter has rewritten as
// they were before. All else stays as it is.
func PlainLinks(text string) string {
	if !strings.Contains(text, "://") || !strings.Contains(text, "safelinks.") && !strings.Contains(text, "urldefense.") && !strings.Contains(text, "linkprotect.cudasvc.com") {
		return text
	}
	var out strings.Builder
	kept := 0
	for at := 0; ; {
		i := strings.Index(text[at:], "https://")
		if i < 0 {
			break
		}
		at += i
		end := len(text)
		if n := strings.IndexAny(text[at:], " \t\r\n<>\"\u00A0"); n >= 0 {
			end = at + n
		}
		link := strings.TrimRight(text[at:end], ".,;:!?)]'*_")
		if inner := unwrapped(link); inner != "" {
			out.WriteString(text[kept:at])
			out.WriteString(linkTarget(link))
			kept = at + len(link)
		}
		at = end
	}
	if kept == 0 {
		return text
	}
	return out.String() + text[kept:]
}
