package mailtext

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// The limits of telling a language: how much of a text is looked at.
const (
	maxLanguageText  = 8 << 10
	maxLanguageWords = 120
)

// Language tells the language of a text by its ISO 639-1 code, "" when it is too
// short or unlike any that is known. Of a text in several languages it is the one
// of most of its beginning. Addresses count for nothing.
func Language(text string) string {
	w := wordsOf(text)
	best, most := scriptNone, 0
	for s, n := range w.letters {
		// A character of Chinese is worth a syllable or a word.
		if sc := script(s); sc == scriptHan || sc == scriptKana || sc == scriptHangul {
			n *= 3
		}
		if n > most {
			best, most = script(s), n
		}
	}
	if most < minLetters {
		return ""
	}
	switch best {
	case scriptHan, scriptKana:
		if w.letters[scriptKana]*20 > w.letters[scriptHan] {
			return "ja"
		}
		return "zh"
	case scriptLatin, scriptCyrillic, scriptArabic, scriptDevanagari:
		return tongues()[best].best(w.words[best], w.letters[best])
	}
	return scriptLanguages()[best].code
}

// minLetters is how many letters tell anything.
const minLetters = 10

// script is a way of writing.
type script int

const (
	scriptNone script = iota
	scriptLatin
	scriptCyrillic
	scriptArabic
	scriptDevanagari
	scriptHan
	scriptKana
	scriptHangul
	scriptOther // the first of those that stand for a language
)

type scriptLanguage struct {
	code  string
	table *unicode.RangeTable
}

// scriptLanguages are the languages that a script tells, by script.
func scriptLanguages() []scriptLanguage {
	return []scriptLanguage{
		scriptNone: {}, scriptLatin: {"", unicode.Latin}, scriptCyrillic: {"", unicode.Cyrillic}, scriptArabic: {"", unicode.Arabic},
		scriptDevanagari: {"", unicode.Devanagari}, scriptHan: {"zh", unicode.Han}, scriptKana: {"ja", unicode.Hiragana}, scriptHangul: {"ko", unicode.Hangul},
		scriptOther: {"el", unicode.Greek},
		{"he", unicode.Hebrew},
		{"hy", unicode.Armenian},
		{"ka", unicode.Georgian},
		{"th", unicode.Thai},
		{"bn", unicode.Bengali},
		{"ta", unicode.Tamil},
		{"te", unicode.Telugu},
		{"gu", unicode.Gujarati},
		{"pa", unicode.Gurmukhi},
		{"kn", unicode.Kannada},
		{"ml", unicode.Malayalam},
		{"si", unicode.Sinhala},
		{"km", unicode.Khmer},
		{"lo", unicode.Lao},
		{"my", unicode.Myanmar},
		{"am", unicode.Ethiopic},
	}
}

// scripts is how many there are.
const scripts = int(scriptOther) + 17

func scriptOf(r rune) script {
	switch {
	case r < 0x250:
		return scriptLatin
	case r >= 0x400 && r < 0x530:
		return scriptCyrillic
	case r >= 0x4e00 && r < 0xa000, r >= 0x3400 && r < 0x4dc0:
		return scriptHan
	case r >= 0x3040 && r < 0x3100, r >= 0xff66 && r < 0xffa0:
		return scriptKana
	case r >= 0x1e00 && r < 0x1f00:
		return scriptLatin
	}
	for s, l := range scriptLanguages() {
		if l.table != nil && unicode.Is(l.table, r) {
			return script(s)
		}
	}
	return scriptNone
}

// worded is what a text's beginning is made of.
type worded struct {
	letters [scripts]int
	words   [scripts][]string // in lower case
}

// wordsOf takes a text apart. What is between blanks and is no words but an
// address, a number, code or a name of a program's is passed over.
func wordsOf(text string) worded {
	var w worded
	text = text[:min(len(text), maxLanguageText)]
	n := 0
	for chunk := range strings.FieldsSeq(text) {
		if n >= maxLanguageWords {
			break
		}
		chunk, kind := bared(chunk)
		switch kind {
		case codeChunk:
			continue
		case plainChunk:
			w.letters[scriptLatin] += len(chunk)
			lower := strings.ToLower(chunk)
			if chunk[0] < 'a' {
				lower += " "
			}
			w.words[scriptLatin] = append(w.words[scriptLatin], lower)
			n++
			continue
		}
		for chunk != "" {
			var word string
			word, chunk = nextWord(chunk)
			if word == "" {
				continue
			}
			r, _ := utf8.DecodeRuneInString(word)
			s := scriptOf(r)
			w.letters[s] += letters(word, s, &w)
			if s == scriptLatin && !unicode.IsLower(r) {
				// Mostly a name, or a noun: it counts if it is known.
				word = strings.ToLower(word) + " "
			}
			w.words[s] = append(w.words[s], strings.ToLower(word))
			n++
		}
	}
	return w
}

// chunkKind is what stands between two blanks.
type chunkKind int

const (
	mixedChunk chunkKind = iota // any characters
	plainChunk                  // one word of ASCII's letters
	codeChunk                   // no words
)

// The signs that end a chunk, and those that no word of ASCII is written with.
const (
	chunkEnds = ",.;:!?()[]\"'„“”«»…-*>"
	codeSigns = "@_\\{}=<>()[]|#$%&+*~^0123456789`"
)

// byteKinds are ASCII's characters, by what they say of a chunk.
var byteKinds = sync.OnceValue(func() *[256]byteKind {
	var k [256]byteKind
	for c := range k {
		switch {
		case c >= utf8.RuneSelf:
			k[c] = wideByte
		case strings.IndexByte(codeSigns, byte(c)) >= 0:
			k[c] = codeByte
		case c|0x20 < 'a' || c|0x20 > 'z':
			k[c] = otherByte
		}
		if c < utf8.RuneSelf && strings.IndexByte(chunkEnds, byte(c)) >= 0 {
			k[c] |= endByte
		}
	}
	return &k
})

type byteKind uint8

const (
	codeByte byteKind = 1 << iota
	otherByte
	wideByte
	endByte
)

// bared takes the signs from a chunk's ends and tells what the rest is. Nearly all
// of most mail is in ASCII, for which a table says it.
func bared(chunk string) (string, chunkKind) {
	kinds := byteKinds()
	for chunk != "" && kinds[chunk[0]]&endByte != 0 {
		chunk = chunk[1:]
	}
	for chunk != "" && kinds[chunk[len(chunk)-1]]&endByte != 0 {
		chunk = chunk[:len(chunk)-1]
	}
	var seen byteKind
	for i := range len(chunk) {
		seen |= kinds[chunk[i]]
	}
	switch {
	case seen&wideByte != 0:
		if chunk = strings.Trim(chunk, chunkEnds); isCode(chunk) {
			return chunk, codeChunk
		}
		return chunk, mixedChunk
	case chunk == "", seen&codeByte != 0, len(chunk) > 100:
		return chunk, codeChunk
	case seen == 0:
		return chunk, plainChunk
	case strings.Contains(chunk, "://") || strings.HasPrefix(chunk, "www."):
		return chunk, codeChunk
	}
	return chunk, mixedChunk
}

// isCode tells of what is no words of a language, in Latin letters.
func isCode(chunk string) bool {
	for _, r := range chunk {
		if r >= 0x370 && r != '’' {
			return false
		}
	}
	return strings.ContainsAny(chunk, codeSigns) || strings.Contains(chunk, "://") || strings.HasPrefix(chunk, "www.") || len(chunk) > 100
}

// nextWord takes the first word from a text without blanks. The apostrophe after
// an article belongs to it.
func nextWord(chunk string) (word, rest string) {
	start := strings.IndexFunc(chunk, isWordRune)
	if start < 0 {
		return "", ""
	}
	chunk = chunk[start:]
	end := strings.IndexFunc(chunk, func(r rune) bool { return !isWordRune(r) })
	if end < 0 {
		return chunk, ""
	}
	word, rest = chunk[:end], chunk[end:]
	for _, apostrophe := range []string{"'", "’"} {
		if strings.HasPrefix(rest, apostrophe) && len(rest) > len(apostrophe) {
			return word + "'", rest[len(apostrophe):]
		}
	}
	return word, rest
}

// letters counts the letters of a word; those of Chinese and Japanese, which
// write no blanks, each for its script.
func letters(word string, s script, w *worded) int {
	if s != scriptHan && s != scriptKana {
		return utf8.RuneCountInString(word)
	}
	for _, r := range word {
		w.letters[scriptOf(r)]++
	}
	return 0
}

// isWordRune tells of what words are made of, the joiner of Persian with it.
func isWordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	}
	return unicode.IsLetter(r) || unicode.IsMark(r) || r == '\u200c' || r == '·'
}

// usualWords is how many of a language's most frequent words UsualWords gives.
const usualWords = 80

// UsualWords lists the most frequent words of a language, by its ISO 639-1 code, which
// say nothing about what a text is about; nil for one that is not known.
func UsualWords(code string) []string {
	for _, all := range [][]tongue{latinTongues(), cyrillicTongues(), arabicTongues(), devanagariTongues()} {
		for _, t := range all {
			if t.code != code {
				continue
			}
			words := strings.FieldsFunc(t.words, func(r rune) bool { return !isWordRune(r) })
			return words[:min(len(words), usualWords)]
		}
	}
	return nil
}
