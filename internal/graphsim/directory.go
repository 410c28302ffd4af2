package graphsim

import (
	"slices"
	"strings"
)

// presence is a user's state in the directory.
type presence int

const (
	present presence = iota
	softDeleted
	purged
)

// directoryEvent is a change of the directory: all of a user, or the named
// properties.
type directoryEvent struct {
	box        *Mailbox
	all        bool
	properties []string
}

// ID is the user's GUID.
func (m *Mailbox) ID() string { return m.id }

// User gives the user as it now is, with the defaults filled in.
func (m *Mailbox) User() User {
	m.t.mu.RLock()
	defer m.t.mu.RUnlock()
	u := m.user
	u.Aliases = slices.Clone(u.Aliases)
	return u
}

// Remove soft-deletes the user.
func (m *Mailbox) Remove() { m.setPresence(softDeleted) }

// Purge deletes the user for good.
func (m *Mailbox) Purge() { m.setPresence(purged) }

// Restore brings a soft-deleted user back.
func (m *Mailbox) Restore() { m.setPresence(present) }

func (m *Mailbox) setPresence(p presence) {
	t := m.t
	t.mu.Lock()
	defer t.mu.Unlock()
	if m.presence == p || m.presence == purged {
		return
	}
	m.presence = p
	t.directory = append(t.directory, directoryEvent{box: m, all: true})
}

// Update changes the user's address, name or state; the id cannot change. f must
// not call the tenant.
func (m *Mailbox) Update(f func(*User)) {
	t := m.t
	t.mu.Lock()
	defer t.mu.Unlock()
	before := m.user
	after := m.user
	after.Aliases = slices.Clone(before.Aliases)
	f(&after)
	after.ID = before.ID
	m.user = after
	delete(t.byName, strings.ToLower(before.Address))
	t.byName[strings.ToLower(after.Address)] = m
	if p := changedProperties(before, after); len(p) > 0 {
		t.directory = append(t.directory, directoryEvent{box: m, properties: p})
	}
}

// changedProperties names the directory properties in which two states of a
// user differ. A mailbox's purpose and existence are not directory properties.
func changedProperties(a, b User) []string {
	var p []string
	if a.Address != b.Address {
		p = append(p, "mail", "userprincipalname", "proxyaddresses")
	}
	if a.DisplayName != b.DisplayName {
		p = append(p, "displayname", "givenname", "surname")
	}
	if !slices.Equal(a.Aliases, b.Aliases) {
		p = append(p, "proxyaddresses")
	}
	if a.Disabled != b.Disabled {
		p = append(p, "accountenabled")
	}
	if a.UserType != b.UserType {
		p = append(p, "usertype")
	}
	if a.Locale != b.Locale {
		p = append(p, "preferredlanguage")
	}
	return p
}
