package search

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
	"mailquarry/internal/wellknown"
	"mailquarry/search/analysis"
)

// folders finds the folders that a name means: a path from the top, a name, or
// a well-known name in any language, also as the first step of a path. Behind it,
// /** means the folders below too. Steps may be parted by \ as well, where no
// folder has it in its name.
func (r *resolver) folders(name string) []mail.FolderID {
	name, below := strings.CutSuffix(strings.TrimSpace(name), "/**")
	if !below {
		name, below = strings.CutSuffix(name, `\**`)
	}
	found := r.foldersNamed(name)
	if len(found) == 0 && strings.Contains(name, `\`) {
		found = r.foldersNamed(strings.ReplaceAll(name, `\`, "/"))
	}
	if below {
		found = r.withBelow(found)
	}
	return found
}

func (r *resolver) foldersNamed(name string) []mail.FolderID {
	want := fold(name)
	if want == "" {
		return nil
	}
	first, rest, deep := strings.Cut(want, "/")
	known := wellknown.Folder(first)
	said := r.saidBySource(known)
	folded := r.names.folded()
	var found []mail.FolderID
	for i := range r.names.folders {
		f := &r.names.folders[i]
		if !r.scope.Contains(f.Mailbox) || len(f.Path) == 0 {
			continue
		}
		switch {
		case folded[i].name == want, folded[i].path == want:
		case known == "":
			continue
		case !deep && r.isWellKnown(f, known, said):
		case deep && fold(joinPath(f.Path[1:])) == rest && r.isWellKnown(r.top(f), known, said):
		default:
			continue
		}
		found = append(found, f.ID)
	}
	return found
}

// foldedFolder is what a folder is called, to be compared.
type foldedFolder struct {
	name, path string // folded
	words      string // the terms of the name, with a blank before each
}

// folded gives the folders' names to be compared, as folders.
func (n *names) folded() []foldedFolder {
	n.folding.Do(func() {
		n.folds = make([]foldedFolder, len(n.folders))
		for i := range n.folders {
			f := &n.folders[i]
			n.folds[i] = foldedFolder{fold(f.Name), fold(joinPath(f.Path)), " " + strings.Join(analysis.Terms(f.Name), " ")}
		}
	})
	return n.folds
}

// saidBySource lists the mailboxes whose source says which folder is that of a
// well-known name.
func (r *resolver) saidBySource(known string) map[mail.MailboxID]bool {
	said := map[mail.MailboxID]bool{}
	if known == "" {
		return said
	}
	for i := range r.names.folders {
		if f := &r.names.folders[i]; strings.EqualFold(f.WellKnown, known) {
			said[f.Mailbox] = true
		}
	}
	return said
}

// isWellKnown tells whether f is the folder of that well-known name, by what
// the source says of it, or for sources that say nothing by its own name: at the
// top, or where IMAP servers and Gmail keep such folders.
func (r *resolver) isWellKnown(f *archive.Folder, known string, said map[mail.MailboxID]bool) bool {
	if f.WellKnown != "" || said[f.Mailbox] {
		return strings.EqualFold(f.WellKnown, known)
	}
	if len(f.Path) == 2 {
		switch strings.ToLower(f.Path[0]) {
		case "inbox", "[gmail]", "[google mail]":
		default:
			return false
		}
	}
	return len(f.Path) <= 2 && wellknown.Folder(f.Name) == known
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
