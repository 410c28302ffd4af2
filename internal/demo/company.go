package demo

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"mailquarry/internal/graphsim"
)

// Company is a filled tenant, which goes on receiving mail by Arrive. Its
// methods may be called from several goroutines.
type Company struct {
	mu       sync.Mutex
	tenant   *graphsim.Tenant
	world    *world
	boxes    []*graphsim.Mailbox
	folders  []map[folderPath]*graphsim.Folder // by mailbox
	messages int
	placed   []placed // newest last, for Arrive to move and read
}

// placed is a message that lies in a mailbox.
type placed struct {
	box int
	id  string
}

// Fill makes the company in an empty tenant: its mailboxes and about three
// years of mail up to now. The same seed and time give the same company.
func Fill(t *graphsim.Tenant, seed int64, now time.Time) (*Company, error) {
	w, err := newWorld(seed, now)
	if err != nil {
		return nil, err
	}
	if err := w.history(); err != nil {
		return nil, fmt.Errorf("plan the company's mail: %w", err)
	}
	c := &Company{tenant: t, world: w}
	for i, p := range w.staff {
		u := graphsim.User{Address: p.address(), DisplayName: p.display(), Locale: p.locale, Aliases: []string{strings.ReplaceAll(p.local, ".", "-") + "@" + Domain}}
		if p.shared {
			u.Purpose = "shared"
			u.Aliases = []string{"support@" + Domain}
		}
		box := t.AddUser(u)
		c.boxes = append(c.boxes, box)
		c.folders = append(c.folders, addFolders(box, w.folders(i)))
	}
	if err := c.place(); err != nil {
		return nil, err
	}
	return c, nil
}

// addFolders creates the folders, whose parents come before them.
func addFolders(box *graphsim.Mailbox, list []folderPath) map[folderPath]*graphsim.Folder {
	made := make(map[folderPath]*graphsim.Folder, len(list))
	for _, f := range list {
		var parent *graphsim.Folder
		name := f.path
		if i := strings.LastIndex(f.path, pathSep); i >= 0 {
			parent, name = made[folderPath{path: f.path[:i]}], f.path[i+len(pathSep):]
		}
		made[f] = box.AddFolder(parent, name)
	}
	return made
}

// place puts what the world has planned into the tenant.
func (c *Company) place() error {
	for _, d := range c.world.plan {
		f := c.folders[d.box][d.folder]
		if d.folder.known != "" {
			f = c.boxes[d.box].Folder(d.folder.known)
		}
		if f == nil {
			return fmt.Errorf("mailbox %d has no folder for a planned message", d.box)
		}
		c.placed = append(c.placed, placed{d.box, f.Add(d.msg)})
		c.messages++
	}
	c.world.plan = nil
	if extra := len(c.placed) - 200; extra > 0 {
		c.placed = append([]placed(nil), c.placed[extra:]...)
	}
	return nil
}

// Name gives the company's name.
func (c *Company) Name() string { return companyName }

// Messages counts the messages that were put into the tenant, copies included.
func (c *Company) Messages() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.messages
}

// Searches gives queries that find something, for a first look at the product.
func (c *Company) Searches() []string {
	return []string{"invoice overdue", `"quarterly budget"`, "Vertrag Haftung", "facture", "会議", "合同", "اجتماع", "has:attachment from:samuel", "limestone -marble"}
}
