package extract

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// clue is what an element's attributes say about the text in it.
type clue int

const (
	noClue           clue = iota
	quoteElement          // what is in the element is quoted
	restIsQuote           // all that follows is quoted
	restWithHeader        // the same, if it begins with a line that has a colon
	signatureElement      // what is in the element is a signature
	gmailContainer        // holds a quote, the line before it, and answers
	appendPoint           // Outlook's mark of where its quote begins
)

func (c clue) rest() bool { return c == restIsQuote || c == restWithHeader }

// clueOf tells what mail programs mean by an element: Outlook in its kinds,
// Gmail, Apple Mail, Thunderbird, Yahoo, Proton, Zimbra and others.
func clueOf(a atom.Atom, t tagAttrs) clue {
	if a == atom.Hr {
		return hrClue(t)
	}
	if holder(a) < 0 {
		return noClue
	}
	if c := idClue(t.id); c != noClue {
		return c
	}
	if c := classClue(a, t.class); c != noClue {
		return c
	}
	switch t.marker {
	case "__QUOTED_TEXT__", "__HEADERS__":
		return quoteElement
	case "__SIG_PRE__", "__SIG_POST__":
		return signatureElement
	}
	switch t.name {
	case "quote", "quoted-content", "messageReplySection":
		return quoteElement
	case "messageSignatureSection":
		return signatureElement
	}
	switch {
	case a == atom.Blockquote && (strings.EqualFold(t.kind, "cite") || strings.HasPrefix(t.cite, "mid:") || strings.Contains(t.cite, "@")):
		return quoteElement
	case a == atom.Div && outlookRule(t.style):
		return restWithHeader
	}
	return noClue
}

// idClue reads an id. Outlook on the web writes x_ before those of what it
// quotes, once for each time.
func idClue(id string) clue {
	for strings.HasPrefix(id, "x_") {
		id = id[2:]
	}
	switch id {
	case "":
		return noClue
	case "divRplyFwdMsg":
		return restWithHeader
	case "appendonsend":
		return appendPoint
	case "mail-editor-reference-message-container", "AppleOriginalContents", "reply-intro", "qt", "OLK_SRC_BODY_SECTION":
		return quoteElement
	case "Signature", "signature", "ms-outlook-mobile-signature", "AppleMailSignature", "_rc_sig", "composer_signature",
		"ymail_android_signature", "ymail_ios_signature", "ms-outlook-ios-signature":
		return signatureElement
	}
	switch {
	case strings.HasPrefix(id, "yahoo_quoted"), strings.HasPrefix(id, "ydp") && strings.HasSuffix(id, "yahoo_quoted"):
		return quoteElement
	case strings.HasPrefix(id, "sig") && len(id) > 3 && strings.Trim(id[3:], "0123456789") == "":
		return signatureElement
	}
	return noClue
}

// classClue reads the classes of an element.
func classClue(a atom.Atom, class string) clue {
	if class == "" {
		return noClue
	}
	found := noClue
	// No program writes more than a handful.
	for i, c := range strings.Fields(class[:min(len(class), 500)]) {
		if i == 20 {
			break
		}
		for strings.HasPrefix(c, "x_") {
			c = c[2:]
		}
		switch c {
		case "gmail_quote", "gmail_quote_container":
			if a == atom.Blockquote {
				return quoteElement
			}
			found = gmailContainer
		case "gmail_attr", "moz-cite-prefix", "yahoo_quoted", "tutanota_quote", "front-blockquote":
			return quoteElement
		case "protonmail_quote":
			// The element around the header and the quote, or the quote alone.
			return quoteElement
		case "gmail_signature", "gmail_signature_prefix", "moz-signature", "io-ox-signature", "ms-outlook-mobile-signature":
			return signatureElement
		}
		switch {
		case strings.HasPrefix(c, "ydp") && strings.HasSuffix(c, "yahoo_quoted"):
			return quoteElement
		case strings.HasPrefix(c, "ydp") && strings.HasSuffix(c, "signature"), strings.HasPrefix(c, "protonmail_signature_block"):
			return signatureElement
		}
	}
	return found
}

// hrClue reads a rule: some programs part what they quote by one.
func hrClue(t tagAttrs) clue {
	id := t.id
	for strings.HasPrefix(id, "x_") {
		id = id[2:]
	}
	if id == "stopSpelling" || id == "zwchr" || t.marker == "__DIVIDER__" {
		return restWithHeader
	}
	return noClue
}

// outlookRule tells of the line that Outlook for the desktop draws above the
// header of what it quotes: above a block only, thin, grey or light blue.
func outlookRule(style string) bool {
	if len(style) < 30 || len(style) > 500 {
		return false
	}
	s := strings.ToLower(strings.ReplaceAll(style, " ", ""))
	s = strings.Join(strings.Fields(s), "")
	if !strings.Contains(s, "border:none;") {
		return false
	}
	return strings.Contains(s, "border-top:solid#e1e1e11.0pt") || strings.Contains(s, "border-top:solid#b5c4df1.0pt") ||
		strings.Contains(s, "border-top:#e1e1e11.0ptsolid") || strings.Contains(s, "border-top:#b5c4df1.0ptsolid") ||
		strings.Contains(s, "border-top:1.0ptsolid#e1e1e1") || strings.Contains(s, "border-top:1ptsolid#e1e1e1") ||
		strings.Contains(s, "border-top:1ptsolidrgb(225,225,225)") || strings.Contains(s, "border-top:1ptsolidrgb(181,196,223)")
}
