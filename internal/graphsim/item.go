package graphsim

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"maps"
	"slices"
	"time"
)

// item is a message in a mailbox. What a listing needs is held here; the rest
// is in msg or, for a message that was loaded from a tree of files and never
// edited, in its file.
type item struct {
	box          *Mailbox
	num          uint32
	ver          uint32 // grows with every move: default ids are made of it
	rev          uint32 // grows with every change: the change key is made of it
	slot         int
	read         bool
	folder       *Folder // nil when deleted
	received     time.Time
	modified     time.Time
	conversation string
	msg          *Message
	tree         *emlTree
	path         string
	made         bool // by Generate: its message is made whenever it is served
	corrupt      bool
}

// view is an item's state at one moment, to be served without the lock.
type view struct {
	item
	parent *Folder
	gone   bool // serve as @removed
	// readOnly serves nothing but the read state.
	readOnly bool
}

func (it *item) view() view { return view{item: *it, parent: it.folder} }

// load gives the message; it must not be changed.
func (it *item) load() (*Message, error) {
	switch {
	case it.tree != nil:
		return it.tree.read(it.path)
	case it.made:
		return it.generated(), nil
	}
	return it.msg, nil
}

// open is load for a request that is about this one message.
func (v *view) open() (*Message, *apiError) {
	if v.corrupt {
		return nil, errCorrupt()
	}
	msg, err := v.load()
	if err != nil {
		return nil, errCorrupt()
	}
	return msg, nil
}

// forget drops a deleted message's content.
func (it *item) forget() {
	it.folder, it.tree, it.made, it.msg = nil, nil, false, &Message{}
}

func (it *item) setRead(read bool) {
	if it.read == read {
		return
	}
	it.read = read
	if read {
		it.folder.unread--
	} else {
		it.folder.unread++
	}
}

// id writes the item's identifier in either format; part is 0 or an
// attachment's number.
func (it *item) id(immutable bool, part int) string {
	r := ref{kind: defaultID, num: it.num, ver: it.ver, part: uint16(part)}
	if immutable {
		r.kind, r.ver = immutableID, 0
	}
	return it.box.encodeID(r)
}

func (it *item) changeKey() string {
	b := []byte{0x09, 0x00, 0x00, 0x00, 0x16, 0x00, 0x00, 0x00}
	b = binary.BigEndian.AppendUint64(b, mix(it.box.key, uint64(it.num), uint64(it.rev), 11))
	b = binary.BigEndian.AppendUint32(b, it.rev)
	return base64.StdEncoding.EncodeToString(b)
}

// converse finds the conversation of a message: the given one, or one that is
// derived from the first message of its chain of replies. The lock is held.
func (m *Mailbox) converse(given, id, inReplyTo string) string {
	if given != "" {
		return given
	}
	root := id
	if inReplyTo != "" {
		root = inReplyTo
		if r, ok := m.conversation[inReplyTo]; ok {
			root = r
		}
		m.conversation[id] = root
	}
	h := mixString(m.key, root)
	b := []byte{0x00, 0x03, 0x24, 0x00}
	b = binary.BigEndian.AppendUint64(b, m.key)
	b = binary.BigEndian.AppendUint64(b, h)
	b = binary.BigEndian.AppendUint64(b, mix(h, 5))
	return base64.URLEncoding.EncodeToString(b)
}

// clone copies a message so that neither side sees the other's later changes.
// Attachment bytes are shared: nobody writes them.
func (m *Message) clone() Message {
	c := *m
	c.To, c.Cc, c.Bcc = slices.Clone(m.To), slices.Clone(m.Cc), slices.Clone(m.Bcc)
	c.Categories, c.Headers = slices.Clone(m.Categories), slices.Clone(m.Headers)
	c.Attachments, c.Extra = slices.Clone(m.Attachments), maps.Clone(m.Extra)
	return c
}

// sortedItems remembers a newest-first order for as long as nothing changed.
type sortedItems struct {
	revision int
	list     []*item
}

// newestFirst orders items by time of receipt, later ones first.
func (s *sortedItems) newestFirst(revision int, gather func() []*item) []*item {
	if s.list == nil || s.revision != revision {
		s.list = gather()
		slices.SortFunc(s.list, func(a, b *item) int {
			return cmp.Or(b.received.Compare(a.received), cmp.Compare(b.num, a.num))
		})
		s.revision = revision
	}
	return s.list
}
