package archive

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

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
	var name string
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
