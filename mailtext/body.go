package mailtext

import "mailquarry/extract"

// Read gives the text of a message's body and what its stretches are, by what
// the body itself shows.
func Read(content string, html bool, subject string) (text string, spans []Span) {
	if !html {
		content = extract.PlainLinks(content)
		return content, Split(content, subject, nil)
	}
	text, said := extract.MarkedHTML(content)
	marks := make([]Mark, len(said))
	for i, m := range said {
		marks[i] = Mark{Kind: Quoted, Start: m.Start, End: m.End}
		if m.Kind == extract.HTMLSignature {
			marks[i].Kind = Signature
		}
	}
	return text, Split(text, subject, marks)
}

// LanguageOf tells the language of a message: of what its author wrote, and where
// that says too little, of all of it.
func LanguageOf(subject, text string, spans []Span) string {
	if l := Language(Part(text, spans, Own)); l != "" {
		return l
	}
	return Language(subject + "\n" + text)
}
