package mailtext

import (
	"strings"
	"sync"
)

// clue is what a line holds, so that the patterns of a kind are worth trying: they
// cost more than all else.
type clue uint32

// The clues.
const (
	clueDigit   clue = 1 << iota // a digit
	clueClock                    // a digit, a colon and a digit
	clueDate                     // a digit, one of / . - and a digit
	clueAngle                    // >
	clueAt                       // @
	clueWrote                    // that somebody wrote
	clueForward                  // that something was forwarded
	clueDevice                   // what a phone writes
	clueLegal                    // what a lawyer writes
	clueList                     // what a mailing list writes
	clueSay                      // what introduces a quote without a date
)

// clueWords are the beginnings of words, in lower case, of which one stands in every
// line that the patterns of a kind match.
func clueWords() map[clue][]string {
	return map[clue][]string{
		clueWrote: {
			"wrote", "writes", "schrieb", "crit", "escribi", "scritto", "schreef", "geschreven", "escreveu", "skrev", "napisa", "написал", "пишет",
			"kirjoitti", "napsal", "írta", "yazdı", "scris", "年", "のメール", "さんは書きました",
		},
		clueForward: {"forward", "weitergeleitet", "transf", "réexp", "reenv", "inoltr", "doorgest", "caminhada", "転送"},
		clueDevice: {
			"sent ", "outlook", "gesendet", "verschickt", "versandt", "envoyé", "enviado", "inviato", "verzonden", "verstuurd", "gestuurd", "送信",
			"skicka", "sendt", "wysłane", "отправлено", "lähetetty", "meinem",
		},
		clueLegal: {
			"confiden", "privileg", "intended", "in error", "by mistake", "the environment", "vertraulich", "bestimmt", "destin", "établi", "dirig",
			"riservat", "vertrouwelijk", "bestemd", "機密", "宛先", "秘密", "受信者",
		},
		clueList: {"mailing list", "mailman/listinfo", "unsubscribe", "/options/", "google groups"},
		clueSay: {
			"wrote", "writes", "said", "schrieb", "schreibt", "crit", "escribi", "scritto", "scrive", "schreef", "escreveu", "skrev", "написал", "пишет",
			"napisał", "さんは書きました", "写道", "@",
		},
	}
}

// clueTable finds the words in one walk over a line: by its first two bytes a word is
// worth comparing.
type clueTable struct {
	first [1 << 16]uint8 // 1 + place in words
	words [][]clueWord
}

type clueWord struct {
	rest string // without the first two bytes
	clue clue
}

// clueTables are made at the first call: they are read only.
var clueTables = sync.OnceValue(func() *clueTable {
	t := &clueTable{}
	for c, words := range clueWords() {
		for _, w := range words {
			if len(w) == 1 {
				continue // it has a clue of its own
			}
			at := int(w[0])<<8 | int(w[1])
			if t.first[at] == 0 {
				t.words = append(t.words, nil)
				t.first[at] = uint8(len(t.words))
			}
			list := &t.words[t.first[at]-1]
			*list = append(*list, clueWord{w[2:], c})
		}
	}
	return t
})

// cluesOf tells what a line holds.
func cluesOf(l string) clue {
	for i := range len(l) {
		if l[i] >= 0x80 {
			l = strings.ToLower(l)
			break
		}
	}
	t := clueTables()
	var found clue
	last := byte(0)
	for i := range len(l) {
		c := l[i]
		switch {
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		case '0' <= c && c <= '9':
			found |= clueDigit
			if i > 1 && '0' <= l[i-2] && l[i-2] <= '9' {
				switch last {
				case ':':
					found |= clueClock
				case '/', '.', '-':
					found |= clueDate
				}
			}
		case c == '>':
			found |= clueAngle
		case c == '@':
			found |= clueAt | clueSay
		}
		if n := t.first[int(last)<<8|int(c)]; n != 0 {
			for _, w := range t.words[n-1] {
				if found&w.clue == 0 && i+1 < len(l) && (l[i+1] == w.rest[0] || l[i+1]|0x20 == w.rest[0]) && hasFolded(l[i+1:], w.rest) {
					found |= w.clue
				}
			}
		}
		last = c
	}
	return found
}

// hasFolded tells whether s begins with a word of lower case.
func hasFolded(s, word string) bool {
	return len(s) >= len(word) && (s[:len(word)] == word || strings.EqualFold(s[:len(word)], word))
}
