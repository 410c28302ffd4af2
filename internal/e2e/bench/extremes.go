package main

import (
	"fmt"
	"net/url"
	"strings"
)

// hardest lists searches that cost much: those that stand for many words, that look
// at many places, that find everything, and that are long.
func hardest(d *drawer) []hard {
	var list []hard
	add := func(name string, values url.Values) { list = append(list, hard{name, values}) }
	for _, q := range []string{
		"*a*", "*e* *a*", "*", "?*", "a*", "e* OR a* OR s* OR t*", "-*a*", "*a* -*e*", "*ing *tion *ment", "??*",
		"body:*a*", "body:e*", "quoted:*a*", "subject:*a* body:*e*", "body:the", "quoted:the", `body:"of the"`, "-body:the",
		"a* NEAR/5 b*", "*a* NEAR/10 *e*", "the NEAR/1000 of", "the ADJ/50 of ADJ/50 to", "(a* OR b*) NEAR/20 (c* OR d*)",
		`"of the"`, `"the of to and in"`, `"of the a*"`, `"in the" "of the" "to the" "on the"`, `+the +of +to +and +in`,
		"meeting~2", "the~2", "a~2 b~2", "con~2 NEAR/5 pro~2", "from:/.*a.*/", "from:/.*@.*/", "recipients:/.*@enron.com/", "subject:/.*(a|e).*(o|u).*/",
		"from:*a*", "to:*@enron.com", "to:enron.com", "participants:enron", "filename:*", "header:subject=*",
		"thread:{the}", "thread:{from:enron.com}", "-thread:{meeting}", "-newsletter", "-the", "-(the OR of OR to)", "date:1980..2030", "size:0..10M",
		"the OR of OR to OR and OR in OR for OR is OR on OR that OR this", "in:inbox OR in:sent OR -in:inbox", `subject:re OR subject:fw`,
	} {
		add("`"+q+"`", url.Values{"q": {q}})
	}
	for _, s := range []string{"newest", "sender"} {
		add("`*a*` by "+s, url.Values{"q": {"*a*"}, "sort": {s}})
	}
	long(d, add)
	whole(add)
	return list
}

// long adds searches of many words.
func long(d *drawer, add func(string, url.Values)) {
	words := func(band string, n int) []string {
		var all []string
		for range n {
			w, _ := d.pick(d.bands[band], 1)
			all = append(all, w...)
		}
		return all
	}
	put := func(name, joint string, words []string, before, behind string) {
		for i, w := range words {
			words[i] = before + w + behind
		}
		add(name, url.Values{"q": {strings.Join(words, joint)}})
	}
	put("a thousand rare words joined by OR", " OR ", words(rare, 1000), "", "")
	var short []string
	for i := range 1000 {
		short = append(short, fmt.Sprintf("%c%c", 'a'+i%26, 'a'+i/26%26))
	}
	add("a thousand words of two letters joined by OR", url.Values{"q": {"{" + strings.Join(short, " ") + "}"}})
	put("200 middling words joined by OR", " OR ", words(mid, 200), "", "")
	put("200 middling words joined by OR, exact", " OR ", words(mid, 200), "+", "")
	put("200 common words joined by OR", " OR ", words(common, 200), "", "")
	put("200 rejected words", " ", words(mid, 200), "-", "")
	put("200 middling words joined by AND", " ", words(mid, 200), "", "")
	put("ten misspelled words joined by OR", " OR ", words(mid, 10), "", "~2")
	put("100 misspelled words joined by OR", " OR ", words(mid, 100), "", "~2")
	put("50 words in bodies joined by OR", " OR ", words(common, 50), "body:", "")
	put("50 wildcards joined by OR", " OR ", words(common, 50), "*", "*")
	var starts []string
	for a := 'a'; a <= 'z'; a++ {
		for b := 'a'; b <= 'd'; b++ {
			starts = append(starts, fmt.Sprintf("%c%c", a, b))
		}
	}
	put("104 beginnings of two letters joined by OR", " OR ", starts, "", "*")
	put("30 words near each other", " NEAR/50 ", words(common, 30), "", "")
	add("a phrase of 50 words", url.Values{"q": {`"` + strings.Join(words(common, 50), " ") + `"`}})
	add("40 brackets within each other", url.Values{"q": {strings.Repeat("(a* OR -", 40) + "the" + strings.Repeat(")", 40)}})
	add("a word of 3000 letters, misspelled", url.Values{"q": {strings.Repeat("abcdefghij", 300) + "~2"}})
	add("a hostile expression", url.Values{"q": {"from:/" + strings.Repeat("(.*a.*b?)", 40) + "/"}})
	for _, n := range []int{8, 30} {
		add(fmt.Sprintf("%d words as one remembers them, any of them", n), url.Values{"q": {strings.Join(words(mid, n), " ")}, "match": {"any"}})
	}
	add("a word that is nowhere, and what it may have been", url.Values{"q": {"informtaionn mesage"}, "match": {"auto"}})
}

// whole adds searches that find nearly everything and count, sort and join it.
func whole(add func(string, url.Values)) {
	const facets = "mailbox,folder,sender,domain,recipient,year,month,type,category,size,language"
	for _, s := range []string{"relevance", "newest", "oldest", "size", "sender"} {
		add("everything by "+s+", all facets of 1,000 values", url.Values{"q": {""}, "sort": {s}, "facets": {facets}, "facet_size": {"1000"}})
	}
	add("everything, each copy, all facets of 10,000 values, 100 hits", url.Values{"q": {""}, "copies": {"each"}, "facets": {facets}, "facet_size": {"10000"}, "limit": {"100"}})
	for _, s := range []string{"relevance", "newest"} {
		add("`the` by "+s+", all facets, 100 hits", url.Values{"q": {"the"}, "sort": {s}, "facets": {facets}, "limit": {"100"}})
		add("conversations of everything by "+s+", all facets", url.Values{"q": {""}, "sort": {s}, "group": {"conversation"}, "facets": {facets}})
		add("conversations of `the` by "+s, url.Values{"q": {"the"}, "sort": {s}, "group": {"conversation"}})
	}
	add("`*a*`, all facets", url.Values{"q": {"*a*"}, "facets": {facets}})
	add("`the`, explained, 100 hits", url.Values{"q": {"the"}, "explain": {"1"}, "limit": {"100"}})
}
