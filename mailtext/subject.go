package mailtext

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// answerPrefixes are what mail programs put before the subject of an answer, of
// what is forwarded, and of the answer to an invitation, without the colon.
var answerPrefixes = sync.OnceValue(func() map[string]bool {
	const words = "re r rif res resp ref aw antw antwort sv vs svar odp vá ynt ang bls atb ri rép réf hl απ σχετ отв ответ на відп отг rv tl 回复 答复 回覆 答覆 返信 답장 회신 השב תשובה رد ตอบกลับ " +
		"fw fwd fs wg wtr tr i doorst enc vl vb pd ilt i̇lt tov trs yml πρθ пер перес пересл ct 転送 转发 轉寄 转寄 전달 הועבר ส่งต่อ " +
		"accepted declined tentative canceled cancelled zugesagt abgelehnt abgesagt accepté refusé annulé aceptado rechazado cancelado accettato rifiutato annullato"
	set := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}
	return set
})

// maxPrefixes bounds how many prefixes are taken off one subject.
const maxPrefixes = 50

// BaseSubject is what a subject has in common with those of its answers: lower
// case, one blank between words, and without what mail programs and lists put
// before it (Re:, AW:, FW [2]:, [list]) and behind it ((fwd)).
func BaseSubject(subject string) string {
	s := strings.Join(strings.Fields(strings.ToLower(norm.NFC.String(subject))), " ")
	for range maxPrefixes {
		rest, ok := withoutPrefix(s)
		if !ok {
			break
		}
		s = rest
	}
	return strings.TrimSpace(strings.TrimSuffix(s, "(fwd)"))
}

// BareSubject is a subject as its author wrote it, with one blank between words and
// without what mail programs and lists put before it.
func BareSubject(subject string) string {
	s := []rune(strings.Join(strings.Fields(norm.NFC.String(subject)), " "))
	base := strings.ToLower(string(s)) // of as many letters
	for range maxPrefixes {
		rest, ok := withoutPrefix(base)
		if !ok {
			break
		}
		base = rest
	}
	return string(s[max(0, len(s)-utf8.RuneCountInString(base)):])
}

// withoutPrefix takes off one prefix, if there is one and something behind it.
func withoutPrefix(s string) (string, bool) {
	if rest, ok := strings.CutPrefix(s, "["); ok {
		tag, rest, closed := strings.Cut(rest, "]")
		rest = strings.TrimSpace(rest)
		return rest, closed && rest != "" && len(tag) <= 40
	}
	i := strings.IndexAny(s, ":：")
	if i <= 0 || i > 40 {
		return s, false
	}
	_, size := utf8.DecodeRuneInString(s[i:])
	word := strings.TrimRightFunc(s[:i], func(r rune) bool { return unicode.IsDigit(r) || strings.ContainsRune(" []()^", r) })
	return strings.TrimSpace(s[i+size:]), answerPrefixes()[word]
}

// nameless are the subjects that mail programs give a message without one.
var nameless = sync.OnceValue(func() map[string]bool {
	const subjects = "no subject,none,kein betreff,ohne betreff,sans objet,sin asunto,senza oggetto,nessun oggetto,sem assunto,geen onderwerp,intet emne,inget ämne,ingen emne," +
		"ei aihetta,brak tematu,bez předmětu,bez predmetu,nincs tárgy,fără subiect,без темы,без теми,χωρίς θέμα,konu yok,无主题,無主旨,件名なし,제목 없음"
	set := map[string]bool{}
	for s := range strings.SplitSeq(subjects, ",") {
		set[s] = true
	}
	return set
})

// Telling tells whether a base subject says enough for messages that share it to
// be of one conversation: two words or eight letters. A character of Chinese,
// Japanese or Korean says as much as two letters. "No subject" says nothing.
func Telling(base string) bool {
	if nameless()[strings.Trim(base, "()<>[]. ")] {
		return false
	}
	letters := 0
	for _, r := range base {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
			letters += 2
		case unicode.IsLetter(r):
			letters++
		}
	}
	words := strings.FieldsFunc(base, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) })
	return letters >= 8 || len(words) >= 2 && letters >= 4
}
