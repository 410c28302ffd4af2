package extract

import "strings"

// A tag is bounded by its attributes, of which the tokenizer keeps a record each,
// rather than by its size: a picture may stand in it.
const (
	largeTag    = 1 << 20 // bytes from which on a tag's attributes are counted
	maxTagWords = 50_000
)

// boundedTags leaves the attributes of tags out that have more of them than any
// page has. All other bytes stay as they are.
func boundedTags(src string) string {
	if len(src) <= largeTag {
		return src
	}
	var out strings.Builder
	kept := 0
	for at := 0; ; {
		open := strings.IndexByte(src[at:], '<')
		if open < 0 {
			break
		}
		open += at
		size := strings.IndexAny(src[open+1:], "<>")
		if size < 0 {
			size = len(src) - open - 1
		}
		at = open + 1 + size
		if tag := src[open:at]; size > largeTag && letter(tag[1]) && tagWords(tag) > maxTagWords {
			out.WriteString(src[kept : open+strings.IndexAny(tag, tagBlanks)])
			kept = at
		}
	}
	if kept == 0 {
		return src
	}
	return out.String() + src[kept:]
}

// tagBlanks part a tag's name and its attributes.
const tagBlanks = " \t\r\n\f/"

func tagWords(tag string) (n int) {
	for i := range len(tagBlanks) {
		n += strings.Count(tag, tagBlanks[i:i+1])
	}
	return n
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
