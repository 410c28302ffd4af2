package graphsim

import (
	"slices"
	"strings"
)

// Member is what a group may hold: a *Mailbox, for its user, or another *Group.
type Member interface {
	ID() string
	member() // only this package's types
}

func (m *Mailbox) member() {}
func (g *Group) member()   {}

// Group is a group of the directory.
type Group struct {
	t       *Tenant
	id      string
	address string // "" for a group without mail
	name    string

	// Guarded by the tenant's lock.
	members []Member
	removed bool
}

// AddGroup creates a group with these members. An empty address makes a
// security group, which no mail address finds.
func (t *Tenant) AddGroup(address, name string, members ...Member) *Group {
	t.mu.Lock()
	defer t.mu.Unlock()
	g := &Group{t: t, id: guid(t.seed, 500, uint64(len(t.groups))), address: address, name: name, members: slices.Clone(members)}
	t.groups = append(t.groups, g)
	return g
}

// ID is the group's GUID.
func (g *Group) ID() string { return g.id }

// SetMembers replaces the group's members. A group may hold itself, directly or
// through others, as at the real service.
func (g *Group) SetMembers(members ...Member) {
	g.t.mu.Lock()
	defer g.t.mu.Unlock()
	g.members = slices.Clone(members)
}

// Remove deletes the group. Its members stay.
func (g *Group) Remove() {
	g.t.mu.Lock()
	defer g.t.mu.Unlock()
	g.removed = true
}

// holds lists the group's members that exist, and those of its groups with
// all, each once. The tenant's lock is held.
func (g *Group) holds(all bool) []Member {
	seen := map[Member]bool{g: true}
	var out []Member
	queue := []*Group{g}
	for len(queue) > 0 {
		next := queue[0]
		queue = queue[1:]
		for _, m := range next.members {
			if seen[m] || !exists(m) {
				continue
			}
			seen[m] = true
			out = append(out, m)
			if nested, ok := m.(*Group); ok && all {
				queue = append(queue, nested)
			}
		}
	}
	return out
}

func exists(m Member) bool {
	switch m := m.(type) {
	case *Mailbox:
		return m.presence == present
	case *Group:
		return !m.removed
	}
	return false
}

// findGroup finds a group by its id. The tenant's lock is held.
func (t *Tenant) findGroup(id string) *Group {
	for _, g := range t.groups {
		if strings.EqualFold(g.id, id) && !g.removed {
			return g
		}
	}
	return nil
}
