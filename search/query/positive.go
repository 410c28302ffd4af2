package query

// Positive lists the words, phrases and prefixes that a message matches n by:
// those that are not under a negation. Snippets mark them.
func Positive(n Node) []Node { return positive(nil, n, true) }

func positive(list []Node, n Node, yes bool) []Node {
	switch n := n.(type) {
	case And:
		for _, m := range n.Nodes {
			list = positive(list, m, yes)
		}
	case Or:
		for _, m := range n.Nodes {
			list = positive(list, m, yes)
		}
	case Not:
		list = positive(list, n.Node, !yes)
	case Near:
		for _, m := range n.Nodes {
			list = positive(list, m, yes)
		}
	case Word, Phrase, Prefix:
		if yes {
			list = append(list, n)
		}
	}
	return list
}
