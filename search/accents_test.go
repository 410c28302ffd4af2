package search_test

import (
	"strings"
	"testing"

	"mailquarry/search"
)

// TestAccentsAsTypedFirst promises that a word is found with and without its accents, and
// that messages come first in which it has those that were typed: or none, if none were.
func TestAccentsAsTypedFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mailbox(eva, "Eva", "Inbox=inbox")
	for key, text := range map[string]string{
		"a": "the résumé is here", "b": "the resume is here", "c": "the re\u0301sumé is here", "d": "the resumé is here", "e": "the RESUME is here",
		"m": "ask Müller again", "n": "ask Muller again", "o": "ask Mueller again", "p": "ask muller again", "q": "ask MÜLLER again",
		"s": "die Straße dort", "t": "die Strasse dort",
	} {
		w.store(letter{box: eva, folder: "Inbox", key: key, subject: "x", text: text})
	}
	w.index()
	for query, want := range map[string]struct{ first, others string }{
		"résumé":        {"ac", "bde"},
		"RÉSUMÉ":        {"ac", "bde"},
		"resume":        {"be", "acd"},
		"resumé":        {"d", "abce"},
		"+résumé":       {"ac", "bde"},
		"body:résumé":   {"ac", "bde"},
		"résumé here":   {"ac", "bde"},
		"Müller":        {"mq", "nop"},
		"Muller":        {"np", "mq"},
		"Mueller":       {"o", ""},
		"Mu\u0308ller":  {"mq", "nop"},
		"body:Müller":   {"mq", "nop"},
		"Straße":        {"s", "t"},
		"Strasse":       {"t", "s"},
		"résumé OR ask": {"", "abcdemnopq"},
	} {
		got := strings.Join(strings.Fields(keysOf(w.find(search.Request{Text: query}))), "")
		if len(got) != len(want.first)+len(want.others) || !sameLetters(got[:len(want.first)], want.first) || !sameLetters(got[len(want.first):], want.others) {
			t.Errorf("%s finds %s, want first %s, then %s", query, got, want.first, want.others)
		}
	}
}

func sameLetters(a, b string) bool {
	return len(a) == len(b) && strings.Trim(a, b) == "" && strings.Trim(b, a) == ""
}

// TestManyWordsAreWorthSomething promises scores to a query of hundreds of words: that they
// are looked for as they were typed, too, leaves none of them out.
func TestManyWordsAreWorthSomething(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mailbox(eva, "Eva", "Inbox=inbox")
	for key, text := range map[string]string{"a": "walnut and nothing else of it", "b": "walnut chestnut hazelnut", "c": "something else"} {
		w.store(letter{box: eva, folder: "Inbox", key: key, subject: "x", text: text})
	}
	w.index()
	words := []string{"walnut", "chestnut", "hazelnut"}
	for a := 'a'; a <= 'z'; a++ {
		for b := 'p'; b <= 'w'; b++ {
			words = append(words, "q"+string(a)+string(b))
		}
	}
	res := w.find(search.Request{Text: strings.Join(words[:190], " OR ")})
	if len(res.Hits) != 2 || res.Hits[0].InternetMessageID != "b@x" || !(res.Hits[1].Score > 0) || !(res.Hits[0].Score > res.Hits[1].Score) {
		t.Errorf("%d hits, %+v", len(res.Hits), res.Hits)
	}
}

// TestSpellingTypedFirst promises that messages come first that spell a name as it was
// typed, also in a phrase and near other words, however rare the other spelling is.
func TestSpellingTypedFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mailbox(eva, "Eva", "Inbox=inbox")
	for _, key := range strings.Split("abcdefgh", "") {
		w.store(letter{box: eva, folder: "Inbox", key: key, subject: "x", text: "please ask Frau Müller again"})
	}
	w.store(letter{box: eva, folder: "Inbox", key: "o", subject: "x", text: "please ask Frau Mueller again"})
	w.index()
	for _, query := range []string{"Müller", `"Müller"`, `"Frau Müller"`, "Frau NEAR/2 Müller", "body:Müller", `body:"Frau Müller"`} {
		got := strings.Fields(keysOf(w.find(search.Request{Text: query})))
		if len(got) != 9 || got[8] != "o" {
			t.Errorf("%s finds %v, want o last of nine", query, got)
		}
	}
}
