package analysis

import (
	"strings"
	"unicode/utf8"
)

// koreanParticles are what Korean writes onto a noun without making another word of it.
var koreanParticles = strings.Fields(`은 는 이 가 을 를 의 에 에서 에게 에는 에도 에서는 께 께서 한테 으로 로 으로는 로는 으로서 로서 으로써 로써 와 과 와의 과의 도 만 까지 부터 보다 처럼 마다
	이나 나 이며 및 들 들은 들이 들을 들의 들에게`)

// Particled lists a term and, where it is Korean, the term with each of the particles that
// may stand behind it: words next to each other are so whatever particles they have.
func Particled(term string) []string {
	list := []string{term}
	if last, _ := utf8.DecodeLastRuneInString(term); last < 0xAC00 || last > 0xD7A3 {
		return list
	}
	for _, p := range koreanParticles {
		if len(term)+len(p) <= MaxTerm {
			list = append(list, term+p)
		}
	}
	return list
}
