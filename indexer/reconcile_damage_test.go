package indexer_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"mailquarry/internal/graphsim"
	"mailquarry/internal/mail"
	"mailquarry/internal/source"
	"mailquarry/search/engine"
)

// damager does at random what no stream tells of, to the tenant, the store and
// the index.
type damager struct {
	*checked
	rng     *rand.Rand
	box     *graphsim.Mailbox
	folders []*graphsim.Folder
	n       int
}

// message picks a message at the source, "" when there is none.
func (d *damager) message() string {
	keys := d.folders[d.rng.IntN(len(d.folders))].Messages()
	if len(keys) == 0 {
		return ""
	}
	return keys[d.rng.IntN(len(keys))]
}

func (d *damager) step() {
	d.t.Helper()
	key := d.message()
	d.n++
	switch d.rng.IntN(8) {
	case 0:
		m := letter(fmt.Sprint("new ", d.n), "walnut")
		if d.n%2 == 0 {
			m = letterWith(fmt.Sprint("new ", d.n), textFile("a.txt", "walnut"))
		}
		d.folders[d.rng.IntN(len(d.folders))].Add(m)
	case 1:
		if key != "" {
			d.box.Delete(key)
		}
	case 2:
		if key != "" {
			d.box.Move(key, d.folders[d.rng.IntN(len(d.folders))])
		}
	case 3:
		if key != "" {
			d.box.Edit(key, func(m *graphsim.Message) { m.Subject = fmt.Sprint("edited ", d.n) })
		}
	case 4, 5:
		d.inStore()
	default:
		d.inIndex()
	}
}

// inStore loses a message or puts it into another folder.
func (d *damager) inStore() {
	d.t.Helper()
	all := d.records()
	if len(all) == 0 {
		return
	}
	r := all[d.rng.IntN(len(all))]
	if d.rng.IntN(2) == 0 {
		other := all[d.rng.IntN(len(all))].Folder
		d.behind(fmt.Sprintf("UPDATE message SET folder = %d WHERE id = %d", other, r.ID))
		return
	}
	for _, from := range []string{"content WHERE message", "part WHERE message", "message WHERE id"} {
		d.behind(fmt.Sprintf("DELETE FROM %s = %d", from, r.ID))
	}
}

// inIndex loses a document, puts one astray, or adds one of nobody.
func (d *damager) inIndex() {
	d.t.Helper()
	upto, err := d.index.Checkpoint(d.ctx)
	if err != nil {
		d.t.Fatal(err)
	}
	all := d.records()
	if len(all) == 0 {
		return
	}
	r, b := all[d.rng.IntN(len(all))], engine.Batch{Upto: upto}
	doc := engine.Document{ID: r.ID, Mailbox: r.Mailbox, Folder: r.Folder, Body: "walnut"}
	switch d.rng.IntN(3) {
	case 0:
		b.Delete = []mail.MessageID{r.ID}
	case 1:
		doc.Folder = mail.FolderID(1 + d.rng.IntN(30))
		b.Put = []engine.Document{doc}
	default:
		doc.ID = mail.MessageID(100_000 + d.n)
		b.Put = []engine.Document{doc}
	}
	if err := d.index.Apply(d.ctx, b); err != nil {
		d.t.Fatal(err)
	}
}

// Whatever was lost, left over or changed, at the source, in the store or in the
// index, without a stream that tells of it: one pass puts it right, also when
// there is more of it than is kept in memory, and the next finds nothing.
func TestReconcileMendsAnything(t *testing.T) {
	t.Parallel()
	seeds := uint64(8)
	if testing.Short() {
		seeds = 2
	}
	for seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			c := newChecked(t)
			if seed%2 == 1 {
				c.reconciler.KeepSuspects(4)
			}
			d := &damager{checked: c, rng: rand.New(rand.NewPCG(seed, 21)), box: c.user("anna")}
			d.folders = []*graphsim.Folder{d.box.Folder("inbox"), d.box.AddFolder(nil, "Projects"), d.box.AddFolder(nil, "Old")}
			for i := range 40 {
				d.folders[i%3].Add(letter(fmt.Sprint("message ", i), "walnut"))
			}
			c.round()
			c.src.messages = func(p *source.MessagePage) { p.Changes = nil }
			for range 3 {
				for range 15 {
					d.step()
				}
				r := c.reconcile()
				if !r.Clean() || r.Repaired == 0 {
					t.Errorf("the pass came to %+v", r)
					c.explain()
				}
				c.agree(d.box)
				if r := c.reconcile(); found(r) != (differences{}) {
					t.Fatalf("the next pass came to %+v", r)
				}
			}
		})
	}
}
