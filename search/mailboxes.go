package search

import (
	"context"
	"fmt"

	"mailquarry/internal/access"
	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
)

// Mailbox is a mailbox with its folders.
type Mailbox struct {
	ID       mail.MailboxID
	Address  string
	Name     string
	Aliases  []string
	Purpose  string // user, shared, room, ...; "" when unknown
	Source   string // graph or import
	Messages int    // stored
	Folders  []*Folder
}

// Folder is a folder with its subfolders.
type Folder struct {
	ID        mail.FolderID
	Name      string
	Path      string
	WellKnown string
	Hidden    bool
	Messages  int // stored in it, without its subfolders
	Folders   []*Folder
}

// Mailboxes lists the mailboxes that p may see, by address, with their folders.
func (s *Service) Mailboxes(ctx context.Context, p access.Principal) ([]Mailbox, error) {
	n, err := s.names.names(ctx, 0)
	if err != nil {
		return nil, err
	}
	statuses, err := s.archive.Status(ctx, 0)
	if err != nil {
		return nil, fmt.Errorf("count the messages: %w", err)
	}
	stored := map[mail.FolderID]int{}
	for _, f := range statuses {
		stored[f.Folder.ID] = f.Stored
	}
	scope := n.scope(p)
	list := make([]Mailbox, 0, len(n.mailboxes))
	at := map[mail.MailboxID]int{}
	for _, m := range n.mailboxes {
		if !scope.Contains(m.ID) {
			continue
		}
		at[m.ID] = len(list)
		list = append(list, Mailbox{
			ID: m.ID, Address: m.Address, Name: m.Name, Aliases: m.Aliases, Purpose: m.Purpose, Source: m.Source,
		})
	}
	trees := n.trees(stored)
	for i := range n.folders {
		f := &n.folders[i]
		k, visible := at[f.Mailbox]
		if !visible || f.Excluded {
			continue
		}
		list[k].Messages += stored[f.ID]
		if n.top(f) {
			list[k].Folders = append(list[k].Folders, trees[f.ID])
		}
	}
	return list, nil
}

// top tells whether a folder stands at the top of its mailbox.
func (n *names) top(f *archive.Folder) bool {
	return len(f.Path) <= 1 || n.folder[f.Parent] == nil
}

// trees gives every folder with those below it.
func (n *names) trees(stored map[mail.FolderID]int) map[mail.FolderID]*Folder {
	trees := make(map[mail.FolderID]*Folder, len(n.folders))
	for i := range n.folders {
		f := &n.folders[i]
		trees[f.ID] = &Folder{
			ID: f.ID, Name: f.Name, Path: joinPath(f.Path), WellKnown: f.WellKnown, Hidden: f.Hidden, Messages: stored[f.ID],
		}
	}
	for i := range n.folders {
		if f := &n.folders[i]; !n.top(f) && !f.Excluded {
			parent := trees[f.Parent]
			parent.Folders = append(parent.Folders, trees[f.ID])
		}
	}
	return trees
}
