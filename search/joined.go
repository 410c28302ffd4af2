package search

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"mailquarry/search/analysis"
	"mailquarry/search/query"
)

// maxJoined is how many pieces a word may have that is looked for in one piece, too,
// and maxCode how many a code or a number may have.
const (
	maxJoined = 3
	maxCode   = 8
)

// spelled has a word found as well in the way that others write it: e-mail and
// email, data-base and database, INV-2024-0017 and INV20240017, 1.234,56 and 1234.56. A
// word written in one piece has its first letter alone before the hyphen, as in e-mail and
// x-ray: which others are made of two is not known.
func spelled(w query.Word) query.Node {
	if w.Exact || w.Fuzzy > 0 {
		return w
	}
	w.Text = withoutScheme(w.Text)
	if whole := norm.NFC.String(w.Text); withoutUmlauts(whole) != whole {
		one := w
		one.Text, one.Typed = withoutUmlauts(whole), w.Text
		return query.Or{Nodes: []query.Node{w, one}}
	}
	terms := analysis.Terms(w.Text)
	if other := otherNumber(w.Text); other != "" {
		return apart(w, other)
	}
	switch {
	case len(terms) > 1 && len(terms) <= maxJoined && hyphened(w.Text), len(terms) > 1 && len(terms) <= maxCode && isCode(w.Text):
		one := w
		one.Text = strings.Join(terms, "")
		return query.Or{Nodes: []query.Node{w, one}}
	case len(terms) == 1 && isOneLetterCompound(terms[0]):
		return apart(w, terms[0][:1], terms[0][1:])
	case len(terms) == 1 && isIBAN(terms[0]):
		return apart(w, inFours(terms[0])...)
	}
	if pieces := piecesOf(w.Text); len(terms) == 1 && len(pieces) > 1 {
		return apart(w, pieces...)
	}
	return w
}

// withoutUmlauts writes a word as those do who have no keys for the German letters, which
// names in addresses do, too. Who types it like that is not understood to mean the other:
// too many words of other languages look alike.
func withoutUmlauts(s string) string {
	return strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "Ä", "Ae", "Ö", "Oe", "Ü", "Ue").Replace(s)
}

// piecesOf gives the parts of a name in one piece, such as MailQuarry, or a code's letters
// and digits, as of AB12345; nil for other words.
func piecesOf(s string) []string {
	var pieces []string
	size := 0
	for t := range analysis.Tokens(s) {
		for p := range analysis.Parts(s, t) {
			pieces = append(pieces, p.Term)
			size += len(p.Term)
		}
	}
	if size == len(s) {
		return pieces
	}
	letters := strings.TrimRight(s, "0123456789")
	if digits := s[len(letters):]; len(digits) > 1 && letters != "" && len(letters) <= maxCode && strings.IndexFunc(letters, notLetter) < 0 {
		if year := digits[:min(4, len(digits))]; len(digits) > 6 && isYear(year) {
			return []string{letters, year, digits[4:]} // as of INV20240017
		}
		return []string{letters, digits}
	}
	return nil
}

func notLetter(r rune) bool { return r|0x20 < 'a' || r|0x20 > 'z' }

// apart has a word found in pieces as well.
func apart(w query.Word, pieces ...string) query.Node {
	return query.Or{Nodes: []query.Node{w, query.Phrase{Field: w.Field, Text: strings.Join(pieces, " "), At: w.At}}}
}

// The lengths of what groups of digits are, put together: telephone numbers and the
// like.
const (
	shortestNumber = 7
	longestNumber  = 20
)

// grouped has groups that stand side by side, as of an IBAN or a telephone number, found
// as one word, too. The groups themselves, and all else, are spelled.
func grouped(nodes []query.Node, spell func([]query.Node) []query.Node) []query.Node {
	var out []query.Node
	for i := 0; i < len(nodes); {
		n, one := groupAt(nodes[i:])
		if n < 2 {
			out = append(out, spell(nodes[i:i+1])...)
			i++
			continue
		}
		out = append(out, query.Or{Nodes: []query.Node{query.And{Nodes: spell(nodes[i : i+n])}, one}})
		i += n
	}
	return out
}

// groupAt tells how many of the first nodes are groups of one number or IBAN, and that as
// one word.
func groupAt(nodes []query.Node) (n int, one query.Word) {
	joined, digits, most := "", true, 0
	for i, node := range nodes {
		w, ok := node.(query.Word)
		if !ok || w.Exact && !areDigits(w.Text) || w.Fuzzy > 0 || i > 0 && w.Field != one.Field {
			break // +49 asks for an exact word, or begins a telephone number
		}
		if i == 0 {
			one = w
			one.Exact = false
		}
		bare := strings.ToLower(strings.Trim(w.Text, "+()-/."))
		if bare == "" || strings.IndexFunc(bare, func(r rune) bool { return notLetter(r) && (r < '0' || r > '9') && r != '-' && r != '/' }) >= 0 {
			break
		}
		bare = strings.NewReplacer("-", "", "/", "").Replace(bare)
		joined += bare
		digits = digits && areDigits(bare)
		if len(joined) > longestIBAN {
			break
		}
		if i > 0 && (digits && len(joined) >= shortestNumber && len(joined) <= longestNumber || isIBAN(joined)) {
			most, one.Text = i+1, joined
		}
	}
	return most, one
}

// hyphened tells whether nothing but letters, hyphens and apostrophes is in a word.
func hyphened(s string) bool {
	found := false
	for _, r := range s {
		switch {
		case r == '-' || r == '\u2010' || r == '\u2011' || r == '\'' || r == '\u2019':
			found = true
		case r < utf8.RuneSelf && (r|0x20 < 'a' || r|0x20 > 'z'):
			return false
		}
	}
	return found
}

// isOneLetterCompound tells the words that are written with their first letter apart.
func isOneLetterCompound(term string) bool {
	switch term {
	case "email", "emails", "ebook", "ebooks", "ecommerce", "elearning", "esignature", "einvoice", "einvoicing", "xray", "xrays", "tshirt", "tshirts", "ubahn", "sbahn":
		return true
	}
	return false
}

// inAllSpellings has all words of a query found in the ways that they are written.
func inAllSpellings(n query.Node) query.Node {
	all := func(nodes []query.Node) []query.Node {
		out := make([]query.Node, len(nodes))
		for i, one := range nodes {
			out[i] = inAllSpellings(one)
		}
		return out
	}
	switch n := n.(type) {
	case query.And:
		return query.And{Nodes: grouped(n.Nodes, all)}
	case query.Or:
		return query.Or{Nodes: all(n.Nodes)}
	case query.Not:
		return query.Not{Node: inAllSpellings(n.Node)}
	case query.Thread:
		return query.Thread{Node: inAllSpellings(n.Node)}
	case query.Word:
		if node := inDomain(n); node != nil {
			return node
		}
		return spelled(n)
	case query.Phrase:
		if other := turnedName(n.Field, n.Text); other != "" {
			turned := n
			turned.Text = other
			return query.Or{Nodes: []query.Node{phraseSpelled(n), phraseSpelled(turned)}}
		}
		return phraseSpelled(n)
	case query.Near:
		return nearSpelled(n)
	}
	return n
}

// phraseSpelled has a phrase found as well with its words in the ways that others write
// them, all at once.
func phraseSpelled(n query.Phrase) query.Node {
	words := strings.Fields(n.Text)
	found, respelled := false, false
	for i, word := range words {
		if all := spellings(query.Word{Field: n.Field, Text: word}); len(all) > 1 {
			switch other := all[1].(type) {
			case query.Word:
				words[i], found = other.Text, true
				respelled = respelled || other.Typed != ""
			case query.Phrase:
				words[i], found = other.Text, true
			}
		}
	}
	if !found {
		return n
	}
	other := n
	if other.Text = strings.Join(words, " "); respelled {
		other.Typed = n.Text
	}
	return query.Or{Nodes: []query.Node{n, other}}
}

// spellings are the ways in which a word is written, its own first.
func spellings(n query.Node) []query.Node {
	w, ok := n.(query.Word)
	if !ok {
		return []query.Node{n}
	}
	if or, ok := spelled(w).(query.Or); ok {
		return or.Nodes
	}
	return []query.Node{n}
}

// maxNearSpellings is in how many ways words near each other are looked for.
const maxNearSpellings = 8

// nearSpelled has words near each other found in each of the ways that they are written.
func nearSpelled(n query.Near) query.Node {
	ways := [][]query.Node{nil}
	for _, node := range n.Nodes {
		all := spellings(node)
		if len(ways)*len(all) > maxNearSpellings {
			all = all[:1]
		}
		var longer [][]query.Node
		for _, way := range ways {
			for _, one := range all {
				longer = append(longer, append(slices.Clone(way), one))
			}
		}
		ways = longer
	}
	if len(ways) == 1 {
		return n
	}
	or := query.Or{}
	for _, way := range ways {
		one := n
		one.Nodes = way
		or.Nodes = append(or.Nodes, one)
	}
	return or
}
