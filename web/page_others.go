package web

import (
	"slices"
	"strconv"
	"strings"

	"mailquarry/search"
	"mailquarry/search/engine"
)

// alsoView tells where else a message lies; Text is "" when that is nowhere.
type alsoView struct {
	Text   string
	Copies []copyView
	More   string // how many are not listed
}

type copyView struct {
	ID, URL, Mailbox, Folder string
}

// threadView is a result's conversation; Text is "" when there is no more of it.
type threadView struct {
	Text     string
	Messages []threadMessageView
	All      string // the address of all of it, in order
}

type threadMessageView struct {
	ID, URL string
	person
	Date    when
	Mailbox string
	Unread  bool
	Current bool // it is the result itself
	Found   bool // it matches, and others do not
}

// views are the switches of what counts as one result.
func views(p searchParams) []link {
	p = p.first()
	threads, copies := p, p
	threads.Grouped, copies.EachCopy = !p.Grouped, !p.EachCopy
	return []link{
		{"Conversations", threads.url(), p.Grouped},
		{"Every copy", copies.url(), p.EachCopy},
	}
}

// total says how much was found.
func total(p searchParams, n int) string {
	if p.Grouped {
		return plural(n, "conversation", "conversations")
	}
	return plural(n, "message", "messages")
}

// mailboxesNamed is how many of the mailboxes with a copy are named at once.
const mailboxesNamed = 3

func alsoOf(p searchParams, h search.Hit) alsoView {
	if len(h.Copies) == 0 {
		return alsoView{}
	}
	var v alsoView
	var boxes []string
	for _, c := range h.Copies {
		name := mailboxName(c.Mailbox)
		v.Copies = append(v.Copies, copyView{c.ID.String(), at("/message/"+c.ID.String(), p), name, c.Folder.Path})
		if c.Mailbox.ID != h.Mailbox.ID && !slices.Contains(boxes, name) {
			boxes = append(boxes, name)
		}
	}
	if more := h.CopiesTotal - len(h.Copies); more > 0 {
		v.More = plural(more, "more copy", "more copies")
	}
	switch {
	case len(boxes) == 0:
		v.Text = "Also in another folder of this mailbox"
	case len(boxes) == 1:
		v.Text = "Also in the mailbox of " + honest(boxes[0])
	default:
		named := boxes[:min(len(boxes), mailboxesNamed)]
		v.Text = "Also in the mailboxes of " + honest(strings.Join(named, ", "))
		if more := len(boxes) - len(named); more > 0 {
			v.Text += " and " + plural(more, "other", "others")
		}
	}
	return v
}

// thread shows a result's conversation.
func (p *pages) thread(params searchParams, h search.Hit) threadView {
	if h.Thread.Total < 2 {
		return threadView{}
	}
	v := threadView{Text: plural(h.Thread.Total, "message", "messages") + " in this conversation"}
	if h.Thread.Found < h.Thread.Total {
		v.Text += ", " + strconv.Itoa(h.Thread.Found) + " found"
	}
	for _, m := range h.Thread.Messages {
		v.Messages = append(v.Messages, threadMessageView{
			ID: m.ID.String(), URL: at("/message/"+m.ID.String(), params), person: personOf(m.From), Date: p.when(m.Date),
			Mailbox: mailboxName(m.Mailbox), Unread: !m.IsRead, Current: m.ID == h.ID, Found: m.Found && h.Thread.Found < h.Thread.Total,
		})
	}
	if h.Thread.Total > len(h.Thread.Messages) {
		name := h.ConversationID
		if name == "" {
			name = h.InternetMessageID
		}
		if name != "" && !strings.ContainsAny(name, "\"\\") {
			v.All = searchParams{Text: `thread:"` + name + `"`, Sort: engine.Oldest}.url()
		}
	}
	return v
}
