package extract

import "strings"

// textFormat reads what needs no reader: prose, source code, logs, Markdown.
func textFormat() format {
	return format{
		name: typeText, version: 2, text: true,
		extensions: strings.Fields(`txt text log md markdown rst tex ini conf cfg yml yaml toml diff patch
			c h cc cpp hpp cs java go rs py rb pl php js ts css sh bat ps1 sql vb vbs asc srt properties gradle
			swift kt scala lua r m asm`),
		media: []string{
			"text/plain", "message/delivery-status", "message/disposition-notification", "text/rfc822-headers", "text/markdown",
			"application/javascript", "application/x-sh", "application/sql", "application/x-yaml",
		},
		read: readPlain,
	}
}

// csvFormat reads tables as they are written: their words are found, and rows
// stay lines.
func csvFormat() format {
	return format{
		name: typeCSV, version: 2, text: true, extensions: []string{"csv", "tsv"}, media: []string{"text/csv", "text/tab-separated-values"},
		read: readPlain,
	}
}

func readPlain(r *reading, d document) error {
	raw, cut := decodable(d.raw)
	if err := r.block(decodeText(raw, d.contentType)); err != nil || !cut {
		return err
	}
	return r.stop("text")
}

func htmlFormat() format {
	return format{
		name: typeHTML, version: 3, text: true, extensions: strings.Fields("htm html xhtml"), media: []string{"text/html", "application/xhtml+xml"},
		read: func(r *reading, d document) error {
			raw, cut := decodable(d.raw)
			src := htmlSource(raw, d.contentType)
			for _, s := range aboutHTML(src) {
				if err := r.property(s); err != nil {
					return err
				}
			}
			t := htmlText(src, r.limits.Text)
			if err := r.block(t.text); err != nil || !t.cut && !cut {
				return err
			}
			return r.stop("text")
		},
	}
}
