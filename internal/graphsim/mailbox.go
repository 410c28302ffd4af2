package graphsim

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Mailbox is one user's mailbox.
type Mailbox struct {
	t   *Tenant
	id  string
	key uint64 // all ids of the mailbox derive from it

	// The user is guarded by the tenant's lock, all that follows by mu.
	user     User
	presence presence

	inFlight atomic.Int32
	meter    meter
	trouble  trouble

	mu           sync.Mutex
	folders      []*Folder // by number; removed ones stay
	root         *Folder
	wellKnown    map[string]*Folder
	tree         []folderEvent // journal of the folder tree
	treeGen      int
	items        []*item // by number; deleted ones stay
	conversation map[string]string
	sorted       sortedItems
	revision     int // grows with every change of any message
	epoch        int // grows when all delta tokens are invalidated
	refused      bool
	overQuota    bool
}

// folderEvent is a change of the folder tree.
type folderEvent struct{ num int }

func (m *Mailbox) makeFolders(locale string) {
	for _, w := range wellKnownFolders() {
		f := m.newFolder(folderName(w.name, locale), m.wellKnown[w.parent])
		f.wellKnown = w.name
		m.wellKnown[w.name] = f
		if w.name == "msgfolderroot" {
			m.root = f
		}
		f.beside = w.parent == "" && f != m.root
		f.hidden = f.beside
		if !f.beside {
			m.tree = append(m.tree, folderEvent{f.num})
		}
	}
}

func (m *Mailbox) newFolder(name string, parent *Folder) *Folder {
	f := &Folder{box: m, num: len(m.folders), name: name, parent: parent}
	m.folders = append(m.folders, f)
	return f
}

// Folder finds a well-known folder (inbox, sentitems, ...); nil when the
// mailbox has none of that name.
func (m *Mailbox) Folder(wellKnown string) *Folder {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.wellKnownFolder(wellKnown)
}

func (m *Mailbox) wellKnownFolder(name string) *Folder {
	f := m.wellKnown[strings.ToLower(name)]
	if f == nil || f.removed {
		return nil
	}
	return f
}

// Folders lists all folders in order of creation, the root among them.
func (m *Mailbox) Folders() []*Folder {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(m.folders), func(f *Folder) bool { return f.removed })
}

// AddFolder creates a folder; a nil parent is the root.
func (m *Mailbox) AddFolder(parent *Folder, name string) *Folder {
	m.mu.Lock()
	defer m.mu.Unlock()
	if parent == nil {
		parent = m.root
	}
	f := m.newFolder(name, parent)
	m.tree = append(m.tree, folderEvent{f.num})
	return f
}

// AddSearchFolder creates a search folder below the root. It lists no messages
// of its own.
func (m *Mailbox) AddSearchFolder(name string) *Folder {
	f := m.AddFolder(nil, name)
	m.mu.Lock()
	defer m.mu.Unlock()
	f.search = true
	return f
}

// ResetTokens invalidates every delta token of the mailbox, as a migration does.
func (m *Mailbox) ResetTokens() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.epoch++
}

// Refuse makes mail endpoints answer 403 [RAOP].
func (m *Mailbox) Refuse(on bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refused = on
}

// SetOverQuota makes delta answer ErrorQuotaExceeded.
func (m *Mailbox) SetOverQuota(on bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.overQuota = on
}

// add puts a new item into a folder. The lock is held.
func (m *Mailbox) add(f *Folder, it *item) string {
	it.num = uint32(len(m.items))
	m.items = append(m.items, it)
	m.revision++
	f.enter(it, false)
	return m.encodeID(ref{kind: immutableID, num: it.num})
}

// live finds the message with this immutable id. The lock is held.
func (m *Mailbox) live(id string) *item {
	r, foreign, ok := m.decodeID(id)
	if !ok || foreign || r.kind != immutableID || int(r.num) >= len(m.items) {
		return nil
	}
	if it := m.items[r.num]; it.folder != nil {
		return it
	}
	return nil
}

// Move moves a message. An unknown id, or a folder of another mailbox, changes
// nothing.
func (m *Mailbox) Move(id string, to *Folder) {
	m.mu.Lock()
	defer m.mu.Unlock()
	it := m.live(id)
	if it == nil || to == nil || to.box != m || to.removed || it.folder == to {
		return
	}
	older := to.newest.After(it.received)
	it.folder.leave(it)
	it.ver++
	it.rev++
	it.modified = m.t.o.Now()
	m.revision++
	to.enter(it, older)
}

// Delete removes a message for good.
func (m *Mailbox) Delete(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if it := m.live(id); it != nil {
		m.revision++
		it.folder.leave(it)
		it.forget()
	}
}

// SetRead marks a message read or unread.
func (m *Mailbox) SetRead(id string, read bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	it := m.live(id)
	if it == nil || it.read == read {
		return
	}
	it.setRead(read)
	it.rev++
	m.revision++
	it.folder.log(it, eventRead)
}

// Edit changes a message: subject, body, categories, flag and the like. f must
// not call the tenant.
func (m *Mailbox) Edit(id string, f func(*Message)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	it := m.live(id)
	if it == nil {
		return
	}
	msg, err := it.load()
	if err != nil {
		return
	}
	edited := msg.clone()
	edited.IsRead = it.read
	f(&edited)
	it.msg, it.tree, it.made = &edited, nil, false
	it.received = edited.Received
	it.setRead(edited.IsRead)
	it.rev++
	it.modified = m.t.o.Now()
	m.revision++
	it.folder.log(it, eventChanged)
}

// Message gives the message with an immutable id, false when it is gone.
func (m *Mailbox) Message(id string) (Message, bool) {
	m.mu.Lock()
	it := m.live(id)
	if it == nil {
		m.mu.Unlock()
		return Message{}, false
	}
	v := it.view()
	m.mu.Unlock()
	msg, err := v.load()
	if err != nil {
		return Message{}, false
	}
	out := msg.clone()
	out.IsRead = v.read
	out.ConversationID = v.conversation
	return out, true
}
