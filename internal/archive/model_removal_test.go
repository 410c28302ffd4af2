package archive

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// removal is one of the two ways to deal with what is gone at the source.
func (m *model) removal() Removal {
	m.clock++
	return Removal{Keep: m.rnd.IntN(2) == 0, At: time.UnixMicro(m.clock)}
}

func (m *model) remove(k string, r Removal) {
	x := m.messages[k]
	switch {
	case !r.Keep:
		m.tombstone(k)
	case x.gone.IsZero():
		x.gone = r.At
		m.changed[k] = true
	}
}

// expire purges what was gone before some moment.
func (m *model) expire() {
	before := time.UnixMicro(m.rnd.Int64N(m.clock + 2))
	var after mail.MessageID
	for {
		ids := must[[]mail.MessageID](m.t)(m.a.Expired(m.t.Context(), Expiry{Mailbox: m.box, GoneBefore: before}, after, 2))
		if len(ids) == 0 {
			break
		}
		after = ids[len(ids)-1]
		if n := must[int](m.t)(m.a.Purge(m.t.Context(), ids)); n != len(ids) {
			m.t.Errorf("%d of %d expired messages purged", n, len(ids))
		}
	}
	for k, x := range m.messages {
		if !x.deleted && !x.gone.IsZero() && x.gone.Before(before) {
			m.tombstone(k)
			for _, f := range m.folders {
				delete(f.problems, k)
			}
		}
	}
}

// exclude changes which folders are out of scope, and at times purges what they
// hold.
func (m *model) exclude() {
	var ids []mail.FolderID
	for at, f := range m.folders {
		out := m.rnd.IntN(3) == 0
		if out {
			ids = append(ids, f.id)
		}
		if out != f.excluded {
			f.excluded, f.done = out, false
			m.restart(at)
		}
	}
	check(m.t, m.a.ExcludeFolders(m.t.Context(), m.box, ids, nil))
	if m.rnd.IntN(2) == 0 {
		return
	}
	expired := must[[]mail.MessageID](m.t)(m.a.Expired(m.t.Context(), Expiry{Mailbox: m.box, Excluded: true}, 0, 1000))
	must[int](m.t)(m.a.Purge(m.t.Context(), expired))
	for k, x := range m.messages {
		if !x.deleted && x.gone.IsZero() && m.folders[x.folder].excluded {
			m.tombstone(k)
			for _, f := range m.folders {
				delete(f.problems, k)
			}
		}
	}
}

func (m *model) tombstone(k string) {
	x := m.messages[k]
	x.deleted, x.payload, x.parts, x.stamp, x.gone = true, "", nil, "", time.Time{}
	m.changed[k] = true
}

func (m *model) dropFolder(at int, r Removal) {
	for _, k := range slices.Sorted(maps.Keys(m.messages)) {
		if x := m.messages[k]; x.folder == at && !x.deleted {
			m.remove(k, r)
		}
	}
	m.restart(at)
	f := m.folders[at]
	f.gone, f.done, f.problems = true, false, map[string]int{}
}

func (m *model) folderPage(at int, gone bool) source.FolderPage {
	key := fmt.Sprint("folder", at)
	return source.FolderPage{
		Folders: []source.Folder{{Key: key, Name: key, Gone: gone}},
		Next:    source.Cursor{Link: "f", Complete: true},
	}
}

func (m *model) toggleFolder() {
	at, r := m.rnd.IntN(modelFolders), m.removal()
	if m.folders[at].gone {
		m.folders[at].gone = false
	} else {
		m.dropFolder(at, r)
	}
	check(m.t, m.a.CommitFolders(m.t.Context(), m.box, m.folderPage(at, m.folders[at].gone), r))
}

// purge deletes the mailbox for good, after which one of the same key comes.
func (m *model) purge() {
	ctx := m.t.Context()
	page := source.MailboxPage{Mailboxes: []source.Mailbox{{Key: "box", Purged: true}}, Next: source.Cursor{Link: "m", Complete: true}}
	check(m.t, m.a.CommitMailboxes(ctx, "graph", page))
	if boxes := must[[]Mailbox](m.t)(m.a.Mailboxes(ctx)); len(boxes) != 1 || !boxes[0].Final || boxes[0].State != MailboxRemoved {
		m.t.Errorf("a mailbox that the source has purged: %+v", boxes)
	}
	check(m.t, m.a.SetMailboxState(ctx, m.box, MailboxPurged, ""))
	for at := range m.folders {
		m.dropFolder(at, Removal{})
	}
	if boxes := must[[]Mailbox](m.t)(m.a.Mailboxes(ctx)); len(boxes) != 0 {
		m.t.Errorf("a purged mailbox is listed: %v", boxes)
	}
	page.Mailboxes = []source.Mailbox{{Key: "box", Address: "new@example.org"}}
	check(m.t, m.a.CommitMailboxes(ctx, "graph", page))
	fp := source.FolderPage{Next: source.Cursor{Link: "f", Complete: true}}
	for at, f := range m.folders {
		f.gone = false
		fp.Folders = append(fp.Folders, m.folderPage(at, false).Folders...)
	}
	check(m.t, m.a.CommitFolders(ctx, m.box, fp, Removal{}))
}
