package graphsim

import "time"

// Folder is a mail folder.
type Folder struct {
	box       *Mailbox
	num       int
	wellKnown string

	// Guarded by the mailbox's lock.
	name    string
	parent  *Folder
	hidden  bool
	beside  bool // beside the root: reached by its well-known name only
	search  bool
	removed bool
	nulls   bool // pages of messages begin with a null

	// slots are the numbers of all items that ever entered, in order; a slot
	// counts while its item is still here and in no later slot. They only
	// grow, so that a paged enumeration needs no state of its own.
	slots   []uint32
	journal []event
	gen     int // newest delta generation
	epoch   int // grows when the folder's delta tokens expire
	total   int
	unread  int
	newest  time.Time
	spans   spanCache
	sorted  sortedItems
	round   sortedSlots
}

// eventKind tells what happened to an item in a folder.
type eventKind uint8

const (
	eventArrived eventKind = iota
	eventArrivedOlder
	eventChanged
	eventRead
	eventLeft
)

// event is an entry of a folder's journal. ver is the item's at that time,
// since default ids are made of it.
type event struct {
	num, ver uint32
	kind     eventKind
}

// ID is the folder's id.
func (f *Folder) ID() string { return f.box.encodeID(ref{kind: folderID, num: uint32(f.num)}) }

// Name is the folder's display name.
func (f *Folder) Name() string {
	f.box.mu.Lock()
	defer f.box.mu.Unlock()
	return f.name
}

// Messages lists the immutable ids of the messages in the folder, in order of
// arrival.
func (f *Folder) Messages() []string {
	f.box.mu.Lock()
	defer f.box.mu.Unlock()
	ids := make([]string, 0, f.total)
	for slot := range f.slots {
		if it := f.at(slot); it != nil {
			ids = append(ids, f.box.encodeID(ref{kind: immutableID, num: it.num}))
		}
	}
	return ids
}

// Add puts a new message into the folder and gives its immutable id.
func (f *Folder) Add(m Message) string {
	m = m.clone()
	now := f.box.t.o.Now()
	if m.Received.IsZero() {
		m.Received = now
	}
	f.box.mu.Lock()
	defer f.box.mu.Unlock()
	if m.InternetMessageID == "" {
		m.InternetMessageID = "<" + guid(f.box.key, uint64(len(f.box.items)), 9) + "@" + f.box.t.o.TenantDomain + ">"
	}
	it := &item{
		box: f.box, msg: &m, received: m.Received, modified: m.Received, read: m.IsRead,
		conversation: f.box.converse(m.ConversationID, m.InternetMessageID, m.InReplyTo),
	}
	return f.box.add(f, it)
}

// Rename gives the folder another display name.
func (f *Folder) Rename(name string) {
	f.box.mu.Lock()
	defer f.box.mu.Unlock()
	f.name = name
	f.box.tree = append(f.box.tree, folderEvent{f.num})
}

// SetHidden hides the folder from plain listings.
func (f *Folder) SetHidden(on bool) {
	f.box.mu.Lock()
	defer f.box.mu.Unlock()
	f.hidden = on
	f.box.tree = append(f.box.tree, folderEvent{f.num})
}

// Search tells whether it is a search folder, which holds no messages of its own.
func (f *Folder) Search() bool { return f.search }

// MoveTo puts the folder under another one; nil is the root. A folder cannot
// be moved into itself or what it holds.
func (f *Folder) MoveTo(parent *Folder) {
	f.box.mu.Lock()
	defer f.box.mu.Unlock()
	if parent == nil {
		parent = f.box.root
	}
	for p := parent; p != nil; p = p.parent {
		if p == f {
			return
		}
	}
	f.parent = parent
	if f.box.t.o.Quirks.MoveKillsTokens {
		f.epoch++
	}
	f.box.tree = append(f.box.tree, folderEvent{f.num})
}

// Remove deletes the folder with all it holds.
func (f *Folder) Remove() {
	f.box.mu.Lock()
	defer f.box.mu.Unlock()
	f.remove()
}

func (f *Folder) remove() {
	if f.removed || f == f.box.root {
		return
	}
	for _, c := range f.box.folders {
		if c.parent == f {
			c.remove()
		}
	}
	for slot := range f.slots {
		if it := f.at(slot); it != nil {
			f.leave(it)
			it.forget()
		}
	}
	f.removed = true
	f.box.revision++
	f.box.tree = append(f.box.tree, folderEvent{f.num})
}

// ExpireTokens makes every link of the folder answer 410.
func (f *Folder) ExpireTokens() {
	f.box.mu.Lock()
	defer f.box.mu.Unlock()
	f.epoch++
}

// at gives the item that a slot stands for, nil when it is gone or stands for
// none any more.
func (f *Folder) at(slot int) *item {
	it := f.box.items[f.slots[slot]]
	if it.folder != f || it.slot != slot {
		return nil
	}
	return it
}

// enter puts an item into the folder. The lock is held.
func (f *Folder) enter(it *item, older bool) {
	it.folder, it.slot = f, len(f.slots)
	f.slots = append(f.slots, it.num)
	f.total++
	if !it.read {
		f.unread++
	}
	if it.received.After(f.newest) {
		f.newest = it.received
	}
	if older {
		f.log(it, eventArrivedOlder)
	} else {
		f.log(it, eventArrived)
	}
}

// leave takes an item out of the folder. The lock is held.
func (f *Folder) leave(it *item) {
	f.total--
	if !it.read {
		f.unread--
	}
	f.log(it, eventLeft)
	it.folder = nil
}

func (f *Folder) log(it *item, k eventKind) {
	f.journal = append(f.journal, event{num: it.num, ver: it.ver, kind: k})
	f.box.t.tell(f, it, k)
}

// children lists the folders directly below, in order of creation.
func (f *Folder) children(hidden bool) []*Folder {
	var out []*Folder
	for _, c := range f.box.folders {
		if c.parent == f && !c.removed && (hidden || !c.hidden) {
			out = append(out, c)
		}
	}
	return out
}
