package archive

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// modelMessage is what a message must be.
type modelMessage struct {
	folder  int
	deleted bool
	payload string
	parts   []mail.Part
	seen    bool // by the folder's present full round
	stamp   string
	gone    time.Time // at the source
}

type modelFolder struct {
	id       mail.FolderID
	gone     bool
	excluded bool
	cursor   source.Cursor
	full     bool
	done     bool
	round    int
	problems map[string]int // the round that met it
}

// model is the archive as its comments describe it, in maps.
type model struct {
	t        *testing.T
	rnd      *rand.Rand
	dir      string
	a        *Archive
	box      mail.MailboxID
	folders  []*modelFolder
	messages map[string]*modelMessage
	changed  map[string]bool // by the present step
	last     *MessageCommit
	link     int
	clock    int64
}

const modelFolders = 4

// A random life of a mailbox: whatever happens, the archive tells the same as
// the model, and only what changed gets a new number.
func TestArchiveAgreesWithModel(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			m := &model{
				t: t, rnd: rand.New(rand.NewPCG(seed, 1)), dir: t.TempDir(),
				messages: map[string]*modelMessage{},
			}
			m.a = must[*Archive](t)(Open(t.Context(), m.dir))
			defer func() { check(t, m.a.Close()) }()
			var keys []string
			for i := range modelFolders {
				keys = append(keys, fmt.Sprint("folder", i))
			}
			box, ids := newFolders(t, m.a, keys...)
			m.box = box
			for _, id := range ids {
				m.folders = append(m.folders, &modelFolder{id: id, full: true, problems: map[string]int{}})
			}
			for range 100 {
				m.step()
			}
			check(t, m.a.Check(t.Context()))
		})
	}
}

func (m *model) step() {
	before := must[Seq](m.t)(m.a.Head(m.t.Context()))
	m.changed = map[string]bool{}
	name := ""
	switch n := m.rnd.IntN(100); {
	case n < 70:
		name = "commit"
		m.commit()
	case n < 78:
		name = "replay"
		m.replay()
	case n < 84:
		name = "restart"
		f := m.rnd.IntN(modelFolders)
		m.restart(f)
		check(m.t, m.a.RestartMessages(m.t.Context(), m.folders[f].id))
	case n < 92:
		name = "folder goes or comes"
		m.toggleFolder()
	case n < 93:
		name = "purge"
		m.purge()
	case n < 95:
		name = "expire"
		m.expire()
	case n < 98:
		name = "scope changes"
		m.exclude()
	default:
		name = "reopen"
		check(m.t, m.a.Close())
		m.a = must[*Archive](m.t)(Open(m.t.Context(), m.dir))
	}
	m.compare(name, before)
	if m.t.Failed() {
		m.t.FailNow()
	}
}

func (m *model) key() string { return fmt.Sprint("k", m.rnd.IntN(40)) }

func (m *model) parts() []mail.Part {
	var ps []mail.Part
	for i := range m.rnd.IntN(3) {
		p := mail.Part{Key: fmt.Sprint(i), Kind: mail.FilePart, Size: int64(m.rnd.IntN(2))}
		if m.rnd.IntN(3) == 0 {
			p.Problem = "not to be had"
		}
		ps = append(ps, p)
	}
	return ps
}

func (m *model) commit() {
	f := m.rnd.IntN(modelFolders)
	c := MessageCommit{
		Mailbox: m.box, Folder: m.folders[f].id, Moved: map[string]mail.FolderID{}, Removal: m.removal(),
		KeepCursor: m.rnd.IntN(5) == 0,
	}
	m.link++
	c.Cursor = source.Cursor{Link: fmt.Sprint("link", m.link), Complete: m.rnd.IntN(3) == 0}
	for range m.rnd.IntN(8) {
		c.Upserts = append(c.Upserts, Upsert{
			Key: m.key(), Format: source.GraphJSON, Stamp: fmt.Sprint(m.rnd.IntN(2)),
			Payload: []byte(strings.Repeat("payload ", 1+m.rnd.IntN(2)*20)),
			Parts:   m.parts(), PartsKnown: m.rnd.IntN(3) > 0,
		})
	}
	for i := range c.Upserts {
		if !c.Upserts[i].PartsKnown {
			c.Upserts[i].Parts = nil
		}
	}
	for range m.rnd.IntN(3) {
		c.Removed = append(c.Removed, m.key())
	}
	for range m.rnd.IntN(3) {
		c.Moved[m.key()] = m.folders[m.rnd.IntN(modelFolders)].id
	}
	if m.rnd.IntN(4) == 0 {
		c.Problems = []Problem{{Kind: ProblemMessage, Key: m.key(), Reason: "malformed"}}
	}
	m.apply(&c)
}

func (m *model) replay() {
	if m.last != nil {
		m.apply(m.last)
	}
}

func (m *model) apply(c *MessageCommit) {
	at := slices.IndexFunc(m.folders, func(f *modelFolder) bool { return f.id == c.Folder })
	f := m.folders[at]
	_, err := m.a.CommitMessages(m.t.Context(), *c)
	if f.gone {
		if err == nil {
			m.t.Error("a commit into a gone folder succeeded")
		}
		return
	}
	check(m.t, err)
	m.last = c
	if !c.KeepCursor {
		f.full = f.full && !f.cursor.Complete
		f.cursor = c.Cursor
		f.done = f.done || c.Cursor.Complete
	}
	for _, k := range c.Removed {
		delete(f.problems, k)
		if x := m.messages[k]; x != nil && !x.deleted && x.folder == at {
			m.remove(k, c.Removal)
		}
	}
	for k, id := range c.Moved {
		m.move(k, slices.IndexFunc(m.folders, func(f *modelFolder) bool { return f.id == id }), c.Removal)
	}
	for _, u := range c.Upserts {
		m.upsert(at, u)
	}
	for _, p := range c.Problems {
		k := p.Key
		f.problems[k] = f.round
		if x := m.messages[k]; x != nil && !x.deleted && x.folder == at {
			x.seen = true
		}
	}
	if !c.KeepCursor && f.full && f.cursor.Complete {
		maps.DeleteFunc(f.problems, func(_ string, round int) bool { return round < f.round })
	}
}

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

func (m *model) move(k string, to int, r Removal) {
	x := m.messages[k]
	if x == nil || x.deleted {
		return
	}
	if m.folders[to].gone {
		m.remove(k, r)
		return
	}
	if x.folder != to || !x.gone.IsZero() {
		for _, f := range m.folders {
			if _, ok := f.problems[k]; ok {
				delete(f.problems, k)
				m.folders[to].problems[k] = m.folders[to].round
			}
		}
		x.folder, x.gone = to, time.Time{}
		m.changed[k] = true
	}
	x.seen = true
}

func (m *model) upsert(at int, u Upsert) {
	for _, f := range m.folders {
		delete(f.problems, u.Key)
	}
	x := m.messages[u.Key]
	if x == nil {
		x = &modelMessage{deleted: true}
		m.messages[u.Key] = x
	}
	parts := x.parts
	if u.PartsKnown {
		parts = u.Parts
	}
	if x.deleted || !x.gone.IsZero() || x.folder != at || x.payload != string(u.Payload) || !slices.Equal(x.parts, parts) {
		m.changed[u.Key] = true
	}
	*x = modelMessage{folder: at, payload: string(u.Payload), parts: parts, seen: true, stamp: u.Stamp}
}

func (m *model) restart(at int) {
	f := m.folders[at]
	f.cursor, f.full = source.Cursor{}, true
	f.round++
	for _, x := range m.messages {
		if x.folder == at {
			x.seen = false
		}
	}
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

func (m *model) compare(step string, before Seq) {
	ctx := m.t.Context()
	type view struct {
		Folder  mail.FolderID
		Deleted bool
		Payload string
		Parts   []mail.Part
		Stamp   string
	}
	want, keys := map[string]view{}, slices.Sorted(maps.Keys(m.messages))
	for k, x := range m.messages {
		want[k] = view{m.folders[x.folder].id, x.deleted, x.payload, x.parts, x.stamp}
	}
	stored := must[map[string]Stored](m.t)(m.a.Lookup(ctx, m.box, append(keys, "never stored")))
	got, fed, ids := map[string]view{}, map[string]view{}, []mail.MessageID{}
	for k, s := range stored {
		got[k] = view{s.Folder, s.Deleted, string(s.Payload), s.Parts, s.Stamp}
		ids = append(ids, s.ID)
	}
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		m.t.Errorf("after %s, Lookup: %s", step, d)
	}
	last, changed := Seq(0), map[string]bool{}
	live := 0
	for _, r := range feed(m.t, m.a, 0) {
		if r.Seq <= last {
			m.t.Errorf("after %s, Since yields %d after %d", step, r.Seq, last)
		}
		last = r.Seq
		fed[r.Key] = view{r.Folder, r.Deleted, string(r.Payload), r.Parts, stored[r.Key].Stamp}
		if r.Seq > before {
			changed[r.Key] = true
		}
		if !r.Deleted {
			live++
		}
	}
	if d := cmp.Diff(want, fed, cmpopts.EquateEmpty()); d != "" {
		m.t.Errorf("after %s, Since: %s", step, d)
	}
	if d := cmp.Diff(m.changed, changed); d != "" {
		m.t.Errorf("after %s, changed: %s", step, d)
	}
	if n := must[int](m.t)(m.a.Backlog(ctx, before)); n != len(changed) {
		m.t.Errorf("after %s, Backlog is %d, want %d", step, n, len(changed))
	}
	if n := len(must[[]Record](m.t)(m.a.Records(ctx, ids))); n != live {
		m.t.Errorf("after %s, Records gives %d, want %d", step, n, live)
	}
	m.compareFolders(step, before)
}

func (m *model) compareFolders(step string, indexed Seq) {
	ctx := m.t.Context()
	status := map[mail.FolderID]FolderStatus{}
	for _, s := range must[[]FolderStatus](m.t)(m.a.Status(ctx, indexed)) {
		status[s.Folder.ID] = s
	}
	for at, f := range m.folders {
		var unseen []string
		stored, kept, failed, fresh := 0, 0, len(f.problems), 0
		for k, x := range m.messages {
			if x.folder != at || x.deleted {
				continue
			}
			if x.gone.IsZero() {
				stored++
			} else {
				kept++
			}
			if m.changed[k] {
				fresh++
			}
			if !x.seen && x.gone.IsZero() {
				unseen = append(unseen, k)
			}
			if anyFailed(x.parts) {
				failed++
			}
		}
		got := must[[]string](m.t)(m.a.Unseen(ctx, f.id))
		slices.Sort(got)
		slices.Sort(unseen)
		if d := cmp.Diff(unseen, got, cmpopts.EquateEmpty()); d != "" {
			m.t.Errorf("after %s, Unseen of folder %d: %s", step, at, d)
		}
		cur, full, err := m.a.MessageCursor(ctx, f.id)
		if wantFull := f.full && !f.cursor.Complete; err != nil || cur != f.cursor || full != wantFull {
			m.t.Errorf("after %s, cursor of folder %d: %v %v %v, want %v %v", step, at, cur, full, err, f.cursor, wantFull)
		}
		s, ok := status[f.id]
		if ok != (!f.gone || kept > 0) {
			m.t.Errorf("after %s, folder %d is listed: %v", step, at, ok)
		}
		if ok && (s.Stored != stored || s.Kept != kept || s.Folder.Gone != f.gone || s.Folder.Excluded != f.excluded || s.Indexed != stored+kept-fresh || s.Failed != failed || s.Complete != f.done) {
			m.t.Errorf("after %s, status of folder %d is %+v, want %d stored, %d kept, %d indexed, %d failed, complete %v",
				step, at, s, stored, kept, stored+kept-fresh, failed, f.done)
		}
	}
}
