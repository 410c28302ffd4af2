package enginetest

import (
	"math/rand/v2"
	"strings"
	"time"

	"mailquarry/internal/mail"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// The vocabulary is small, so that queries find something, and has something of
// every script.
var vocabulary = strings.Fields(`alpha beta gamma delta alphabet alpine Über Straße café don't eva@contoso.com 2024 Q3
	会议 会 议程 データ 회의 회의록을 사회 회의 الكتاب مُحَمَّد שלום กำหนด x x2 re-use snake_case AND budget budgets budgeted Rechnung Rechnungen Stromrechnung Strom Stromrechnungsnummer Rechnungsnummer Abrechnung Nummer café cafés`)

func randomText(rng *rand.Rand, most int) string {
	words := make([]string, rng.IntN(most+1))
	for i := range words {
		// Squaring makes the first words the common ones.
		r := rng.Float64()
		words[i] = vocabulary[int(r*r*float64(len(vocabulary)))]
	}
	return strings.Join(words, []string{" ", "  ", ", ", "\n"}[rng.IntN(4)])
}

func randomAddress(rng *rand.Rand) mail.Address {
	names := []string{"", "Eva Muster", "Alpha Team", "李 会", "김회의"}
	addresses := []string{"", "eva.muster@contoso.com", "Eva.Muster@CONTOSO.com", "alpha@example.org", "/o=x/cn=beta"}
	return mail.Address{Name: names[rng.IntN(len(names))], Address: addresses[rng.IntN(len(addresses))]}
}

func randomAddresses(rng *rand.Rand, most int) []mail.Address {
	list := make([]mail.Address, rng.IntN(most+1))
	for i := range list {
		list[i] = randomAddress(rng)
	}
	return list
}

func day(n int) time.Time { return time.Date(2023, 11, 1, 12, 0, 0, 0, time.UTC).AddDate(0, 0, n) }

func randomDocument(rng *rand.Rand, id mail.MessageID) engine.Document {
	d := engine.Document{
		ID: id, Mailbox: mail.MailboxID(rng.IntN(5) + 1), Folder: mail.FolderID(rng.IntN(9) + 1),
		Subject: randomText(rng, 5), Body: randomText(rng, 40),
		From: randomAddresses(rng, 2), To: randomAddresses(rng, 2), Cc: randomAddresses(rng, 1), Bcc: randomAddresses(rng, 1),
		Language:      []string{"", "de", "en", "en", "fr"}[rng.IntN(5)],
		HasAttachment: rng.IntN(3) == 0, Gone: rng.IntN(5) == 0,
	}
	for at := 0; at < len(d.Body) && rng.IntN(3) > 0; {
		at = min(len(d.Body), at+1+rng.IntN(40))
		d.Parts = append(d.Parts, engine.BodyPart{Kind: engine.PartKind(rng.IntN(3)), End: at})
	}
	d.Size = int64(rng.IntN(5000)) << rng.IntN(16)
	if rng.IntN(3) > 0 {
		d.Copy = string(rune('a' + rng.IntN(80)))
	}
	for range max(0, rng.IntN(5)-1) {
		d.Threads = append(d.Threads, string(rune('a'+rng.IntN(400))))
	}
	for range max(0, rng.IntN(5)-2) {
		d.Keys = append(d.Keys, engine.Key{Name: engine.KeyCategory, Value: []string{"Red", "blue sky", "Ré"}[rng.IntN(3)]})
	}
	if rng.IntN(3) > 0 {
		d.Keys = append(d.Keys, engine.Key{Name: engine.KeyDomain, Value: []string{"contoso.com", "例え.jp"}[rng.IntN(2)]})
	}
	for range rng.IntN(4) {
		d.Keys = append(d.Keys, engine.Key{Name: []string{"is", "header"}[rng.IntN(2)], Value: []string{"read", "flagged", "x-mailer=re", "Ré X"}[rng.IntN(4)]})
	}
	if rng.IntN(10) > 0 {
		d.Date = day(rng.IntN(100)).Add(time.Duration(rng.IntN(3)) * time.Second)
	}
	switch rng.IntN(3) {
	case 0:
		d.Sent = d.Date
	case 1:
		d.Sent = day(rng.IntN(100))
	}
	for range max(0, rng.IntN(5)-2) {
		d.Attachments = append(d.Attachments, engine.Attachment{
			Name: randomText(rng, 2) + ".pdf", Type: []string{"", "pdf", "docx", "image"}[rng.IntN(4)], Text: randomText(rng, 10),
			Kind:  []string{"pdf", "docx", "image", "other"}[rng.IntN(4)],
			State: []string{"", "ok", "encrypted", "failed"}[rng.IntN(4)],
		})
	}
	return d
}

func randomQuery(rng *rand.Rand, depth int) query.Node {
	if depth > 0 && rng.IntN(3) > 0 {
		switch rng.IntN(5) {
		case 0, 1:
			return query.And{Nodes: randomQueries(rng, depth)}
		case 2, 3:
			return query.Or{Nodes: randomQueries(rng, depth)}
		default:
			return query.Not{Node: randomQuery(rng, depth-1)}
		}
	}
	fields := []query.Field{
		query.Any, query.Any, query.Any, query.From, query.To, query.Cc, query.Bcc, query.Recipients, query.Participants, query.Subject, query.Filename,
		query.Body, query.Quoted, query.Quoted, query.Attachment,
	}
	f := fields[rng.IntN(len(fields))]
	word := vocabulary[rng.IntN(len(vocabulary))]
	switch rng.IntN(21) {
	case 20:
		return query.Thread{Node: randomQuery(rng, 1)}
	case 0, 1, 2:
		return query.Word{Field: f, Text: word, Exact: rng.IntN(4) == 0}
	case 3, 4:
		return query.Phrase{Field: f, Text: word + " " + vocabulary[rng.IntN(8)]}
	case 5:
		letters := []rune(word)
		return query.Prefix{Field: f, Text: string(letters[:1+rng.IntN(len(letters))])}
	case 6:
		return query.Prefix{Field: f, Text: vocabulary[rng.IntN(8)] + " " + string([]rune(word)[:1])}
	case 7:
		return randomDates(rng)
	case 8:
		return randomOneOf(rng)
	case 11:
		return query.Word{Field: f, Text: []string{"alpah", "bta", "gamma", "alpin", "cafes", "会"}[rng.IntN(6)], Fuzzy: 1 + rng.IntN(2)}
	case 12, 13:
		return query.Wildcard{Field: f, Pattern: []string{"*a", "b?ta", "a*a", "*l*", "?", "al?i*", "会*", "s*e", "*会?议", "회의*"}[rng.IntN(10)]}
	case 14, 15:
		return randomNear(rng, f)
	case 16:
		return query.Regexp{Field: []query.Field{query.From, query.Subject, query.Recipients}[rng.IntN(3)], Pattern: []string{"al.*", ".*@contoso.*", "[ab]eta|eva", "("}[rng.IntN(3)]}
	case 17:
		n := query.Size{From: int64(rng.IntN(4000))}
		if rng.IntN(2) == 0 {
			n.To = n.From + int64(rng.IntN(3000))
		}
		return n
	case 18:
		return query.Key{Name: []string{"is", "header"}[rng.IntN(2)], Values: [][]string{{"read"}, {"flagged", "x*"}, {"r*"}, {"*re*", "read"}}[rng.IntN(4)], Pattern: rng.IntN(3) > 0}
	case 9:
		return query.Gone{}
	case 10:
		return query.TextState{States: [][]string{{"ok"}, {"encrypted", "failed"}, {"ok/pdf"}}[rng.IntN(3)]}
	default:
		return query.HasAttachment{}
	}
}

func randomNear(rng *rand.Rand, f query.Field) query.Node {
	n := query.Near{Distance: 1 + rng.IntN(4), Ordered: rng.IntN(2) == 0}
	for range 2 + rng.IntN(2) {
		word := vocabulary[rng.IntN(10)]
		n.Nodes = append(n.Nodes, []query.Node{
			query.Word{Field: f, Text: word},
			query.Word{Field: f, Text: word, Exact: true},
			query.Prefix{Field: f, Text: string([]rune(word)[:1])},
			query.Phrase{Field: f, Text: word + " " + vocabulary[rng.IntN(5)]},
			query.Wildcard{Field: f, Pattern: "a*a"},
		}[rng.IntN(5)])
	}
	return n
}

func randomDates(rng *rand.Rand) query.Dates {
	d := query.Dates{Sent: rng.IntN(3) == 0}
	if rng.IntN(3) > 0 {
		d.From = day(rng.IntN(100)).Add(time.Duration(rng.IntN(1500)) * time.Millisecond)
	}
	if rng.IntN(3) > 0 {
		d.To = day(rng.IntN(100)).Add(time.Duration(rng.IntN(1500)) * time.Millisecond).Add(time.Duration(rng.IntN(3)) * time.Second)
	}
	return d
}

func randomOneOf(rng *rand.Rand) query.OneOf {
	switch rng.IntN(10) {
	case 5:
		return query.OneOf{Field: engine.FieldCopy, Values: []string{"a", "c"}}
	case 6:
		return query.OneOf{Field: engine.FieldThread, Values: []string{"a", "k", "zzz"}}
	case 7:
		return query.OneOf{Field: string(engine.FacetSize), Values: []string{"10k-100k", "1m-10m", "none"}}
	case 8:
		return query.OneOf{Field: string(engine.FacetDomain), Values: []string{"contoso.com"}}
	case 9:
		return query.OneOf{Field: string(engine.FacetCategory), Values: []string{"Red", "Ré"}}
	case 4:
		return query.OneOf{Field: engine.FieldID, Values: []string{mail.MessageID(rng.IntN(300) + 1).String(), "zzz", "none"}}
	case 0:
		return query.OneOf{Field: string(engine.FacetMailbox), Values: []string{"1", "4", "none"}}
	case 1:
		return query.OneOf{Field: string(engine.FacetFolder), Values: []string{mail.FolderID(rng.IntN(12)).String()}}
	case 2:
		return query.OneOf{Field: string(engine.FacetType), Values: []string{"pdf", "image"}}
	default:
		return query.OneOf{Field: string(engine.FacetYear)}
	}
}

func randomQueries(rng *rand.Rand, depth int) []query.Node {
	list := make([]query.Node, 1+rng.IntN(3))
	for i := range list {
		list[i] = randomQuery(rng, depth-1)
	}
	return list
}

// randomFilters chooses values that some documents have, and some that none has.
func randomFilters(rng *rand.Rand, m *model) []engine.Filter {
	var filters []engine.Filter
	for range max(0, rng.IntN(5)-2) {
		f := engine.Filter{Facet: engine.Facets()[rng.IntN(len(engine.Facets()))]}
		for _, d := range m.docs {
			if f.Values = append(f.Values, facetValues(d, f.Facet)...); len(f.Values) > 0 && rng.IntN(3) == 0 {
				break
			}
			if rng.IntN(20) == 0 {
				f.Values = append(f.Values, "none")
				break
			}
		}
		filters = append(filters, f)
	}
	return filters
}

// randomTree puts each folder under one with a smaller number, or at the top; some of
// those above hold nothing by themselves.
func randomTree(rng *rand.Rand) *engine.Tree {
	tree := &engine.Tree{Above: map[string][]string{}}
	for id := 2; id <= 9; id++ {
		parent := rng.IntN(id)
		if rng.IntN(5) == 0 {
			parent = 20 + rng.IntN(2)
		}
		if parent == 0 {
			continue
		}
		over := mail.FolderID(parent).String()
		tree.Above[mail.FolderID(id).String()] = append([]string{over}, tree.Above[over]...)
	}
	return tree
}
