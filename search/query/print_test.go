package query

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What any tree prints, people can type: it is read as the same tree, with nothing to
// warn of.
func TestPrintedTreesAreReadAgain(t *testing.T) {
	t.Parallel()
	g := grower{rand.New(rand.NewPCG(1, 2)), berlin(t)}
	for range 1500 {
		n := g.tree(4)
		text := n.String()
		if len(text) > MaxLength {
			continue
		}
		got := Parse(text, g.now)
		if !cmp.Equal(n, got.Node, anywhere()) || len(got.Warnings) > 0 {
			t.Fatalf("%s is read as %s\n%v\n%s", text, printed(got.Node), got.Warnings, cmp.Diff(n, got.Node, anywhere()))
		}
	}
}

// grower makes trees of the form that Parse gives them: no And within an And, no Or
// within an Or.
type grower struct {
	*rand.Rand
	now time.Time
}

func (g grower) tree(depth int) Node {
	if depth == 0 {
		return g.leaf()
	}
	switch g.IntN(8) {
	case 0, 1:
		return And{g.several(depth, func(n Node) bool { _, is := n.(And); return is })}
	case 2, 3:
		return Or{g.several(depth, func(n Node) bool { _, is := n.(Or); return is })}
	case 4:
		return Not{g.tree(depth - 1)}
	case 5:
		return Thread{g.tree(depth - 1)}
	case 6:
		in := pick(g, textFields())
		n := Near{Distance: 1 + g.IntN(maxDistance), Ordered: g.IntN(2) == 0}
		for range 2 + g.IntN(3) {
			n.Nodes = append(n.Nodes, g.words(in))
		}
		return n
	default:
		return g.leaf()
	}
}

func (g grower) several(depth int, same func(Node) bool) (nodes []Node) {
	for count := 2 + g.IntN(3); len(nodes) < count; {
		if n := g.tree(depth - 1); !same(n) {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

func pick[T any](g grower, of []T) T { return of[g.IntN(len(of))] }

func textFields() []Field {
	return []Field{Any, From, To, Cc, Bcc, Recipients, Participants, Subject, Body, Quoted, Filename, Attachment}
}

// words makes what may stand near others.
func (g grower) words(in Field) Node {
	text := pick(g, []string{"tax", "e-mail", "eva@contoso.com", "会议", "Größe", "INV-2024-0017", "10:30", "c++", "a/b", "near", "or", "x~y", "http://a.example/b?c=d"})
	switch g.IntN(4) {
	case 0:
		return Phrase{Field: in, Text: pick(g, []string{"net 30", "a AND b", "from:eva", "(x} {y)", "-a", "/x/", "“x”", "w?"})}
	case 1:
		return Prefix{Field: in, Text: pick(g, []string{"invoic", "会", "e-m", "1"})}
	case 2:
		return Wildcard{Field: in, Pattern: pick(g, []string{"*w*", "w?d", "*ness", "a*b*", "?a"})}
	default:
		return Word{Field: in, Text: text, Exact: g.IntN(3) == 0, Fuzzy: g.IntN(3)}
	}
}

func (g grower) leaf() Node {
	mark := func(name string, values ...string) Node { return Key{Name: name, Values: []string{pick(g, values)}} }
	pattern := func(name string, values ...string) Node {
		return Key{Name: name, Values: []string{pick(g, values)}, Pattern: true}
	}
	people := []Field{From, To, Cc, Bcc, Recipients, Participants}
	name := pick(g, []string{"Inbox/Legal/**", "eva", "a b", "AND", "a (b) {c}", "x:y", "ä"})
	switch g.IntN(20) {
	case 0:
		return g.dates()
	case 1:
		from, more := g.Int64N(1<<40), g.Int64N(1<<40)
		return pick(g, []Node{Size{}, Size{From: from}, Size{To: 1 + more}, Size{From: from, To: from + 1 + more}})
	case 2:
		return pick(g, []Node{HasAttachment{}, Gone{}, TextState{unindexed()}, TextState{[]string{"failed/pdf"}}, TextState{[]string{"ok"}}})
	case 3:
		return Regexp{Field: pick(g, append(people, Subject, Filename)), Pattern: pick(g, []string{"bob.*", "a b|c", `x\/y`, "[()]+", `"a"`})}
	case 4:
		return Me{Field: pick(g, people)}
	case 5:
		return pick(g, []Node{Saved{Name: name}, Folder{Name: name}, Mailbox{Name: name}})
	case 6:
		return Direction{Way: pick(g, []string{"inbound", "outbound", "internal"})}
	case 7:
		return OneOf{pick(g, []string{copyField, threadField}), []string{pick(g, []string{"a.b@x", "17", "x y"})}}
	case 8:
		return OneOf{languageField, []string{pick(g, []string{"de", "zh", "el"})}}
	case 9:
		return mark("kind", "mail", "meeting", "task", "receipt", "report")
	case 10:
		return mark("importance", "high", "normal", "low")
	case 11:
		return pick(g, []Node{mark("is", "read", "flagged", "draft", "sent", "important"), mark("has", "image", "link", "invite")})
	case 12:
		return pick(g, []Node{mark("ext", "pdf", "7z"), mark("mime", "text/plain"), pattern("mime", "image/*", "*/x-?")})
	case 13:
		return pick(g, []Node{mark("category", "red category"), pattern("category", "red*"), mark("list", "a.b"), mark("deliveredto", "a@b")})
	case 14:
		return pattern("header", "x-mailer=*outlook 16*", "list-post=*", "a=b?c")
	default:
		return g.words(pick(g, textFields()))
	}
}

// dates makes ranges of days and of moments.
func (g grower) dates() Node {
	moment := func() time.Time {
		at := startOfDay(g.now, -g.IntN(20_000))
		if g.IntN(2) == 0 {
			at = at.Add(time.Duration(1+g.IntN(86_399)) * time.Second)
		}
		return at
	}
	n := Dates{Sent: g.IntN(3) == 0}
	side := g.IntN(3)
	if side != 0 {
		n.From = moment()
	}
	if side != 1 {
		n.To = moment()
	}
	if side == 2 && !n.From.Before(n.To) {
		n.To = startOfDay(n.From, 2)
	}
	return n
}
