package main

import (
	"archive/zip"
	"html"
	"io"
	"maps"
	"os"
	"regexp"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"
)

// shownParts says in which parts of a document that is an archive of XML the words
// stand that people see, and between which tags. It is far simpler than what
// package extract does, and knows nothing of it.
var shownParts = map[string]struct{ parts, text, paragraph, drop *regexp.Regexp }{
	"docx": {
		regexp.MustCompile(`^word/(document|footnotes|endnotes|comments|header\d*|footer\d*)\.xml$`),
		regexp.MustCompile(`<w:(?:t|delText)(?: [^>]*)?>([^<]*)</w:|<w:(?:tab|br|cr|ptab)[ />]`), regexp.MustCompile(`</w:p>`),
		regexp.MustCompile(`(?s)<mc:Fallback>.*?</mc:Fallback>|<w:moveFrom .*?</w:moveFrom>`),
	},
	"pptx": {
		regexp.MustCompile(`^ppt/(slides/slide|notesSlides/notesSlide)\d+\.xml$`),
		regexp.MustCompile(`<a:t(?: [^>]*)?>([^<]*)</a:t>|<a:br/?>`), regexp.MustCompile(`</a:p>`),
		regexp.MustCompile(`(?s)<mc:Fallback.*?</mc:Fallback>|<a:fld [^>]*type="slidenum".*?</a:fld>`),
	},
	"xlsx": {
		regexp.MustCompile(`^xl/(sharedStrings|comments\d*|drawings/drawing\d*)\.xml$`),
		regexp.MustCompile(`<(?:x:|a:)?t(?: [^>]*)?>([^<]*)</(?:x:|a:)?t>`), regexp.MustCompile(`</(?:x:|a:)?(?:si|p|comment)>`),
		regexp.MustCompile(`(?s)<mc:Fallback.*?</mc:Fallback>|<rPh .*?</rPh>`),
	},
	"odt": {
		regexp.MustCompile(`^content\.xml$`), regexp.MustCompile(`>([^<]+)|<text:(?:s|tab|line-break)[ />]`), regexp.MustCompile(`</text:(?:p|h)>`),
		regexp.MustCompile(`(?s)^.*<office:body|<text:tracked-changes>.*?</text:tracked-changes>|<text:note-citation.*?</text:note-citation>|<dc:date>.*?</dc:date>`),
	},
}

var (
	anyPart = regexp.MustCompile(`\.(xml|rels|vml)$`)
	anyText = regexp.MustCompile(`>([^<]+)<|="([^"]*)"`)
	anyTag  = regexp.MustCompile(`<[^>]*>`)
	aside   = regexp.MustCompile(`<office:binary-data>[^<]*</office:binary-data>|<text:page-number>[^<]*</text:page-number>`)
	blank   = regexp.MustCompile(`<(?:text:(?:line-break|tab|s)|w:(?:tab|br|cr|ptab)|a:br)(?: [^>]*)?/?>`)
)

// flatText is what a flat ODF document shows.
func flatText(s string) string {
	rule := shownParts["odt"]
	s = blank.ReplaceAllString(aside.ReplaceAllString(s, ""), " ")
	var out strings.Builder
	for _, p := range rule.paragraph.Split(rule.drop.ReplaceAllString(s, ""), -1) {
		out.WriteString(html.UnescapeString(anyTag.ReplaceAllString(p, "")) + "\n")
	}
	return out.String()
}

// rawText gives what stands in the bytes of an old document, read in each of the
// ways in which those hold text: as UTF-16 from either byte on, and in the code
// page of Western Europe.
func rawText(path string) string {
	b, err := os.ReadFile(path)
	if err != nil || len(b) < 2 {
		return ""
	}
	var all strings.Builder
	for _, from := range []int{0, 1} {
		half := make([]uint16, (len(b)-from)/2)
		for i := range half {
			half[i] = uint16(b[from+2*i]) | uint16(b[from+2*i+1])<<8
		}
		all.WriteString(string(utf16.Decode(half)) + "\n")
	}
	if western, err := charmap.Windows1252.NewDecoder().Bytes(b); err == nil {
		all.Write(western)
	}
	return all.String()
}

// holds tells whether a text has a word, be it with a code before it: a header of
// "&CPage &P" says "Page".
func holds(text, word string) bool { return len(word) >= 4 && strings.Contains(text, word) }

// partWords gives the words that the parts of a document show; all words that
// stand anywhere in it, be they joined over the tags within a paragraph, on either
// side of tags, or in attributes; and the text of each node. They are empty when
// the document cannot be opened.
func partWords(format, path string) (shown, all map[string]int, nodes string) {
	if format == "ods" || format == "odp" {
		format = "odt"
	}
	rule, known := shownParts[format]
	z, err := zip.OpenReader(path)
	if !known || err != nil {
		return nil, nil, ""
	}
	defer z.Close()
	var see, joined, apart strings.Builder
	for _, f := range z.File {
		if !anyPart.MatchString(f.Name) {
			continue
		}
		src, err := f.Open()
		if err != nil {
			return nil, nil, ""
		}
		b, err := io.ReadAll(io.LimitReader(src, 16<<20))
		_ = src.Close()
		if err != nil {
			return nil, nil, ""
		}
		s := string(b)
		for _, t := range anyText.FindAllStringSubmatch(s, -1) {
			apart.WriteString(html.UnescapeString(t[1]+" "+t[2]) + "\n")
		}
		inline := blank.ReplaceAllString(rule.paragraph.ReplaceAllString(s, "\n"), " ")
		joined.WriteString(html.UnescapeString(anyTag.ReplaceAllString(inline, "")) + "\n")
		if rule.parts.MatchString(f.Name) {
			for _, p := range rule.paragraph.Split(rule.drop.ReplaceAllString(s, ""), -1) {
				for _, t := range rule.text.FindAllStringSubmatch(p, -1) {
					if t[1] == "" {
						see.WriteByte(' ')
					}
					see.WriteString(html.UnescapeString(t[1]))
				}
				see.WriteByte('\n')
			}
		}
	}
	all = bag(joined.String())
	maps.Copy(all, bag(apart.String()))
	return lettered(bag(see.String())), lettered(all), apart.String()
}
