package query

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// String prints the nodes joined by AND, in brackets.
func (n And) String() string { return joined(n.Nodes, " AND ") }

// String prints the nodes joined by OR, in brackets.
func (n Or) String() string { return joined(n.Nodes, " OR ") }

func joined(nodes []Node, by string) string {
	parts := make([]string, len(nodes))
	for i, n := range nodes {
		parts[i] = n.String()
	}
	return "(" + strings.Join(parts, by) + ")"
}

// String prints the node behind a minus sign.
func (n Not) String() string {
	if n.Node == nil {
		return "-()"
	}
	return "-" + n.Node.String()
}

// String prints the word behind its field.
func (n Word) String() string {
	text := n.Text
	if n.Exact {
		text = "+" + text
	}
	if n.Fuzzy > 0 {
		text += "~" + strconv.Itoa(n.Fuzzy)
	}
	return prefixed(n.Field, text)
}

// String prints the phrase in quotes behind its field.
func (n Phrase) String() string { return prefixed(n.Field, `"`+n.Text+`"`) }

// String prints the prefix with its asterisk behind its field.
func (n Prefix) String() string { return prefixed(n.Field, n.Text+"*") }

// String prints the pattern behind its field.
func (n Wildcard) String() string { return prefixed(n.Field, n.Pattern) }

// String prints the expression between slashes behind its field.
func (n Regexp) String() string { return prefixed(n.Field, "/"+n.Pattern+"/") }

// String prints the nodes with NEAR or ADJ between them, in brackets.
func (n Near) String() string {
	by := " NEAR/"
	if n.Ordered {
		by = " ADJ/"
	}
	return joined(n.Nodes, by+strconv.Itoa(n.Distance)+" ")
}

// String prints the bounds as larger:, smaller: or a range.
func (n Size) String() string {
	switch from, to := strconv.FormatInt(n.From, 10), strconv.FormatInt(n.To, 10); {
	case n.To == 0:
		return "larger:" + from
	case n.From == 0:
		return "smaller:" + to
	default:
		return "size:" + from + ".." + strconv.FormatInt(n.To-1, 10)
	}
}

// String prints the marks as name:value, joined by OR.
func (n Key) String() string {
	parts := make([]string, len(n.Values))
	for i, v := range n.Values {
		parts[i] = n.Name + `:"` + v + `"`
	}
	return "(" + strings.Join(parts, " OR ") + ")"
}

// String prints the query of the conversations between braces.
func (n Thread) String() string {
	if n.Node == nil {
		return "thread:{}"
	}
	return "thread:{" + n.Node.String() + "}"
}

// String prints me behind the field.
func (n Me) String() string { return prefixed(n.Field, "me") }

// String prints query: with the name in quotes.
func (n Saved) String() string { return `query:"` + n.Name + `"` }

// String prints direction: with the way.
func (n Direction) String() string { return "direction:" + n.Way }

func prefixed(f Field, s string) string {
	if f == Any {
		return s
	}
	return string(f) + ":" + s
}

// String prints the dates as after:, before: or a range.
func (n Dates) String() string {
	switch {
	case n.To.IsZero() && n.From.IsZero():
		return "()"
	case n.Sent:
		return "sent:" + from(n.From) + ".." + upTo(n.To)
	case n.To.IsZero():
		return "after:" + printDate(n.From)
	case n.From.IsZero():
		return "before:" + printDate(n.To)
	default:
		return "date:" + from(n.From) + ".." + upTo(n.To)
	}
}

func from(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return printDate(t)
}

// upTo prints the end of a range, of which a day is all.
func upTo(t time.Time) string {
	switch {
	case t.IsZero():
		return ""
	case isMidnight(t):
		return printDate(startOfDay(t, -1))
	}
	return printDate(t)
}

// String prints has:attachment.
func (HasAttachment) String() string { return "has:attachment" }

// String prints is:gone.
func (Gone) String() string { return "is:gone" }

// String prints has:unindexed or state:.
func (n TextState) String() string {
	if slices.Equal(n.States, unindexed()) {
		return "has:unindexed"
	}
	parts := make([]string, len(n.States))
	for i, s := range n.States {
		parts[i] = "state:" + s
	}
	return "(" + strings.Join(parts, " OR ") + ")"
}

// String prints in: with the name in quotes.
func (n Folder) String() string { return `in:"` + n.Name + `"` }

// String prints mailbox: with the name in quotes.
func (n Mailbox) String() string { return `mailbox:"` + n.Name + `"` }

// String prints the values between square brackets. The language has no such
// form: these nodes are made by resolving names.
func (n OneOf) String() string {
	switch name := map[string]string{languageField: "lang", copyField: "id", threadField: "thread"}[n.Field]; {
	case len(n.Values) != 1 || name == "":
	case name == "lang":
		return "(lang:" + n.Values[0] + ")"
	default:
		return "(" + name + `:"` + n.Values[0] + `")`
	}
	return n.Field + ":[" + strings.Join(n.Values, " ") + "]"
}

// String prints an empty set. The language has no such form.
func (Nothing) String() string { return "[]" }
