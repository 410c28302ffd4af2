package search

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"mailquarry/internal/mail"
	"mailquarry/search/analysis"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// maxSame is how many folders are looked at for each that is suggested.
const maxSame = 5

// folderChoice are the folders of one path, in any mailbox.
type folderChoice struct {
	path     string
	messages int
	named    bool // its own name begins with what is written
}

// folders suggests folders of which a word of the name, or the path from one of its
// steps on, begins with what is written. Those of the same path in several mailboxes
// are one.
func (c *completion) folders(ctx context.Context, prefix string, most int) error {
	r := resolver{names: c.names, scope: c.scope}
	var told [][]mail.FolderID
	choices := c.folderChoices()
	for _, choice := range choices[:min(len(choices), maxSame*most)] {
		if most == 0 {
			break
		}
		// Inbox is Posteingang as well: what finds the same is suggested once.
		ids := r.folders(choice.path)
		if slices.ContainsFunc(told, func(other []mail.FolderID) bool { return slices.Equal(other, ids) }) {
			continue
		}
		told = append(told, ids)
		path, n, err := c.withMail(ctx, &r, choice.path, ids)
		if err != nil {
			return err
		}
		if written, ok := query.Written(path); ok && (n > 0 || prefix == "") {
			c.add(Suggestion{Kind: SuggestFolder, Text: prefix + written, Label: path, Detail: c.holders(ids), Count: n})
		}
		most--
	}
	return nil
}

// withMail counts the messages of folders, and where they hold no more than folders those
// of these, with the path that finds them.
func (c *completion) withMail(ctx context.Context, r *resolver, path string, ids []mail.FolderID) (string, int, error) {
	n, err := c.count(ctx, oneOf(engine.FacetFolder, ids))
	if err != nil || n > 0 {
		return path, n, err
	}
	if n, err = c.count(ctx, oneOf(engine.FacetFolder, r.withBelow(slices.Clone(ids)))); n > 0 {
		path += "/**"
	}
	return path, n, err
}

// folderChoices gives the folders that fit what is written: those by their own name
// before those by one above, then those of most messages.
func (c *completion) folderChoices() []*folderChoice {
	want, words := fold(c.place.Text), strings.Join(analysis.Terms(c.place.Text), " ")
	byPath := map[string]*folderChoice{}
	for i, folded := range c.names.folded() {
		f := &c.names.folders[i]
		if f.Excluded || len(f.Path) == 0 || !c.scope.Contains(f.Mailbox) {
			continue
		}
		named := strings.HasPrefix(folded.name, want) || words != "" && strings.Contains(folded.words, " "+words)
		if !named && !strings.HasPrefix(folded.path, want) && !strings.Contains(folded.path, "/"+want) {
			continue
		}
		path := joinPath(f.Path)
		choice := byPath[path]
		if choice == nil {
			choice = &folderChoice{path: path, named: named}
			byPath[path] = choice
		}
		choice.messages += c.stock.folders[f.ID]
	}
	return slices.SortedFunc(maps.Values(byPath), func(a, b *folderChoice) int {
		if a.named != b.named {
			return map[bool]int{true: -1, false: 1}[a.named]
		}
		return cmp.Or(cmp.Compare(b.messages, a.messages), cmp.Compare(len(a.path), len(b.path)), cmp.Compare(a.path, b.path))
	})
}

// holders says in whose mailboxes folders are.
func (c *completion) holders(ids []mail.FolderID) string {
	boxes := map[mail.MailboxID]bool{}
	for _, id := range ids {
		boxes[c.names.folder[id].Mailbox] = true
	}
	if len(boxes) > 1 {
		return fmt.Sprintf("%d mailboxes", len(boxes))
	}
	for id := range boxes {
		return c.names.mailboxLabel(id)
	}
	return ""
}

// mailboxes suggests mailboxes by name, address or alias.
func (c *completion) mailboxes(ctx context.Context) error {
	want, words := fold(c.place.Text), analysis.Terms(c.place.Text)
	left := c.limit
	for i := range c.names.mailboxes {
		m := &c.names.mailboxes[i]
		written, ok := query.Written(m.Address)
		if left == 0 {
			break
		}
		if !ok || !c.scope.Contains(m.ID) || want != "" && (len(words) == 0 || !begins(analysis.Terms(m.Name), words)) &&
			!slices.ContainsFunc(addresses(m), func(a string) bool { return strings.HasPrefix(a, want) }) {
			continue
		}
		n, err := c.count(ctx, oneOf(engine.FacetMailbox, []mail.MailboxID{m.ID}))
		if err != nil {
			return err
		}
		c.add(Suggestion{Kind: SuggestMailbox, Text: written, Label: c.names.mailboxLabel(m.ID), Detail: m.Address, Count: n})
		left--
	}
	return nil
}

// begins tells whether each word begins one of some terms.
func begins(terms, words []string) bool {
	for _, w := range words {
		if !slices.ContainsFunc(terms, func(t string) bool { return strings.HasPrefix(t, w) }) {
			return false
		}
	}
	return true
}

// searches suggests saved searches.
func (c *completion) searches(prefix string, most int) {
	want := query.FoldKey(c.place.Text)
	for _, name := range c.stock.saved {
		written, ok := query.Written(name)
		if most == 0 {
			return
		}
		if ok && strings.HasPrefix(query.FoldKey(name), want) {
			c.add(Suggestion{Kind: SuggestSearch, Text: prefix + written, Label: name, Detail: "saved search"})
			most--
		}
	}
}

// facet suggests the values of a facet, where the field of the same meaning finds them.
func (c *completion) facet(ctx context.Context, f query.FieldInfo, facet engine.Facet) error {
	want, left := query.FoldKey(c.place.Text), c.limit
	for _, b := range c.stock.facets[facet] {
		label := FacetLabel(facet, b.Value)
		if left == 0 {
			break
		}
		written, ok := query.Written(b.Value)
		if !ok || !strings.HasPrefix(query.FoldKey(b.Value), want) && !strings.HasPrefix(query.FoldKey(label), want) {
			continue
		}
		n, err := c.count(ctx, query.Parse(f.Name+":"+written, c.service.now()).Node)
		if err != nil {
			return err
		}
		if n > 0 {
			c.add(Suggestion{Kind: SuggestValue, Text: written, Label: label, Count: n})
			left--
		}
	}
	return nil
}
