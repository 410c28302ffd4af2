package query

import (
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// languages are the codes of languages by their names, in English and in the language
// itself. They are made at the first call.
var languages = sync.OnceValue(func() map[string]string {
	names := map[string]string{}
	for _, code := range strings.Fields(`am ar bg bn ca cs da de el en es et eu fa fi fr ga gl gu he hi hr hu hy id it ja ka km kn ko lo lt lv ml mr my
		ne nl no pa pl pt ro ru si sk sl sr sv ta te th tr uk ur vi zh`) {
		tag := language.Make(code)
		names[strings.ToLower(display.English.Languages().Name(tag))] = code
		names[strings.ToLower(display.Self.Name(tag))] = code
	}
	return names
})

// languageNamed gives the code of a language by its code or its name, in lower case.
func languageNamed(s string) (code string, ok bool) {
	if len(s) == 2 {
		_, err := language.ParseBase(s)
		return s, err == nil
	}
	code, ok = languages()[s]
	return code, ok
}
