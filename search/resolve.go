package search

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"mailquarry/internal/access"
	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
	"mailquarry/search/analysis"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// resolver replaces the names of folders and mailboxes in a query by their
// ids. It looks among what the scope holds only, so that a warning does not
// tell of mailboxes that one may not see.
type resolver struct {
	text     string
	names    *names
	scope    access.Scope
	warnings []query.Warning
	from     int // in text; names are met in their order
}

func (r *resolver) resolve(n query.Node) query.Node {
	switch n := n.(type) {
	case query.And:
		return query.And{Nodes: r.all(n.Nodes)}
	case query.Or:
		return query.Or{Nodes: r.all(n.Nodes)}
	case query.Not:
		return query.Not{Node: r.resolve(n.Node)}
	case query.Folder:
		ids := r.folders(n.Name)
		if len(ids) == 0 {
			r.warn("there is no folder %q", n.Name)
		}
		return oneOf(engine.FacetFolder, ids)
	case query.Mailbox:
		ids := r.mailboxes(n.Name)
		if len(ids) == 0 {
			r.warn("there is no mailbox %q", n.Name)
		}
		return oneOf(engine.FacetMailbox, ids)
	case query.Gone:
		// All of a deleted user's mailbox is gone at its source.
		if len(r.names.removed) == 0 {
			return n
		}
		return query.Or{Nodes: []query.Node{n, oneOf(engine.FacetMailbox, r.names.removed)}}
	default:
		return n
	}
}

func (r *resolver) all(nodes []query.Node) []query.Node {
	out := make([]query.Node, len(nodes))
	for i, n := range nodes {
		out[i] = r.resolve(n)
	}
	return out
}

func oneOf[ID fmt.Stringer](f engine.Facet, ids []ID) query.Node {
	n := query.OneOf{Field: string(f)}
	for _, id := range ids {
		n.Values = append(n.Values, id.String())
	}
	return n
}

// warn names the place of a name that was not found.
func (r *resolver) warn(format, name string) {
	from, to := r.place(name)
	r.warnings = append(r.warnings, query.Warning{Message: fmt.Sprintf(format, name), From: from, To: to})
}

// place finds a name in the query. Nodes carry no places, so the name is looked
// for behind the last one that was, best as the value of a field.
func (r *resolver) place(name string) (from, to int) {
	first := -1
	for at := r.from; ; {
		i := strings.Index(r.text[at:], name)
		if i < 0 {
			break
		}
		i += at
		if strings.HasSuffix(strings.TrimRight(r.text[:i], ` "(`), ":") {
			first = i
			break
		}
		if first < 0 {
			first = i
		}
		at = i + len(name)
	}
	if first < 0 {
		return 0, len(r.text)
	}
	r.from = first + len(name)
	return first, r.from
}

// folders finds the folders that a name means: a path from the top, a name, or
// a well-known name, also as the first step of a path. Behind it, /** means
// the folders below too.
func (r *resolver) folders(name string) []mail.FolderID {
	name, below := strings.CutSuffix(name, "/**")
	want := fold(name)
	first, rest, deep := strings.Cut(want, "/")
	known := wellKnown(first)
	var found []mail.FolderID
	for i := range r.names.folders {
		f := &r.names.folders[i]
		if !r.scope.Contains(f.Mailbox) || len(f.Path) == 0 {
			continue
		}
		switch {
		case fold(f.Name) == want, fold(joinPath(f.Path)) == want:
		case known == "":
			continue
		case !deep && r.isWellKnown(f, known):
		case deep && fold(joinPath(f.Path[1:])) == rest && r.isWellKnown(r.top(f), known):
		default:
			continue
		}
		found = append(found, f.ID)
	}
	if below {
		found = r.withBelow(found)
	}
	return found
}

// isWellKnown tells whether f is the folder of that well-known name, by what
// the source says of it, or for sources that say nothing by its own name.
func (r *resolver) isWellKnown(f *archive.Folder, known string) bool {
	if f.WellKnown != "" {
		return strings.EqualFold(f.WellKnown, known)
	}
	return len(f.Path) == 1 && wellKnown(fold(f.Name)) == known
}

// top is the folder at the top of f's path.
func (r *resolver) top(f *archive.Folder) *archive.Folder {
	for range len(f.Path) {
		parent := r.names.folder[f.Parent]
		if parent == nil || parent.Mailbox != f.Mailbox {
			break
		}
		f = parent
	}
	return f
}

// withBelow adds the folders that stand below those of the list.
func (r *resolver) withBelow(ids []mail.FolderID) []mail.FolderID {
	in := map[mail.FolderID]bool{}
	for _, id := range ids {
		in[id] = true
	}
	children := map[mail.FolderID][]mail.FolderID{}
	for i := range r.names.folders {
		f := &r.names.folders[i]
		children[f.Parent] = append(children[f.Parent], f.ID)
	}
	for i := 0; i < len(ids); i++ {
		for _, child := range children[ids[i]] {
			if !in[child] {
				in[child] = true
				ids = append(ids, child)
			}
		}
	}
	return ids
}

// mailboxes finds the mailboxes that a name means: an address, an alias, the
// part of one before the @, or a name; and where there is none such, a word of
// a name.
func (r *resolver) mailboxes(name string) []mail.MailboxID {
	want := fold(name)
	var exact, partial []mail.MailboxID
	words := analysis.Terms(name)
	for i := range r.names.mailboxes {
		m := &r.names.mailboxes[i]
		if !r.scope.Contains(m.ID) {
			continue
		}
		switch {
		case fold(m.Name) == want || slices.ContainsFunc(addresses(m), func(a string) bool {
			local, _, _ := strings.Cut(a, "@")
			return a == want || local == want
		}):
			exact = append(exact, m.ID)
		case containsRun(analysis.Terms(m.Name), words):
			partial = append(partial, m.ID)
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return partial
}

func addresses(m *archive.Mailbox) []string {
	all := []string{fold(m.Address)}
	for _, a := range m.Aliases {
		all = append(all, fold(a))
	}
	return all
}

// containsRun tells whether part stands in all as it is.
func containsRun(all, part []string) bool {
	for i := 0; len(part) > 0 && i+len(part) <= len(all); i++ {
		if slices.Equal(all[i:i+len(part)], part) {
			return true
		}
	}
	return false
}

// fold makes names comparable that differ in case or composition only.
func fold(s string) string {
	s = strings.Trim(strings.TrimSpace(s), "/")
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return norm.NFC.String(cases.Fold().String(s))
		}
	}
	return strings.ToLower(s)
}

// wellKnown gives Graph's name of the folder that people mean by a folded
// name, "" when they mean none.
func wellKnown(name string) string {
	name = strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) {
			return c
		}
		return -1
	}, name)
	switch name {
	case "inbox", "drafts", "archive", "outbox", "clutter", "conversationhistory", "scheduled":
		return name
	case "draft":
		return "drafts"
	case "sent", "sentitems", "sentmail", "sentmessages":
		return "sentitems"
	case "trash", "bin", "deleted", "deleteditems", "deletedmessages":
		return "deleteditems"
	case "junk", "spam", "junkemail", "junkmail":
		return "junkemail"
	default:
		return ""
	}
}
