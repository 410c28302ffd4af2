package graphsim_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"mailquarry/internal/graphsim"
)

// poller follows one folder's delta.
type poller struct {
	c       *client
	link    string
	prefers []string
}

func (p *poller) poll() []map[string]any {
	p.c.t.Helper()
	var items []map[string]any
	items, p.link = p.c.round(p.link, p.prefers...)
	return items
}

func (c *client) follow(m *graphsim.Mailbox, f *graphsim.Folder, query string, prefers ...string) *poller {
	p := &poller{c: c, link: deltaPath(m, f) + query, prefers: prefers}
	p.poll()
	return p
}

func TestStatement26_Changes(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	inbox, archive := m.Folder("inbox"), m.Folder("archive")
	ids := fill(inbox, 5)
	in := c.follow(m, inbox, "", immutable)
	out := c.follow(m, archive, "", immutable)
	if got := in.poll(); len(got) != 0 {
		t.Errorf("no change: %v", got)
	}
	edit := func(what string, f func(*graphsim.Message), check func(map[string]any) bool) {
		t.Helper()
		m.Edit(ids[0], f)
		got := in.poll()
		if len(got) != 1 || str(got[0], "id") != ids[0] || got[0]["receivedDateTime"] == nil || !check(got[0]) {
			t.Errorf("%s: %v", what, got)
		}
	}
	before := str(c.want("/users/"+m.ID()+"/messages/"+esc(ids[0])).body, "changeKey")
	edit("subject", func(msg *graphsim.Message) { msg.Subject = "new" }, func(v map[string]any) bool {
		return str(v, "subject") == "new" && str(v, "changeKey") != before && str(v, "@odata.etag") == `W/"`+str(v, "changeKey")+`"`
	})
	edit("flag", func(msg *graphsim.Message) { msg.Flagged = true }, func(v map[string]any) bool {
		return v["flag"].(map[string]any)["flagStatus"] == "flagged"
	})
	edit("category", func(msg *graphsim.Message) { msg.Categories = []string{"Red"} }, func(v map[string]any) bool {
		return fmt.Sprint(v["categories"]) == "[Red]"
	})
	added := inbox.Add(graphsim.Message{Subject: "added", Received: at().Add(99 * time.Hour)})
	if got := in.poll(); len(got) != 1 || str(got[0], "id") != added {
		t.Errorf("new: %v", got)
	}
	m.Move(ids[1], archive)
	if got := in.poll(); len(got) != 1 || !removed(got[0]) || str(got[0], "id") != ids[1] {
		t.Errorf("moved out: %v", got)
	}
	if got := out.poll(); len(got) != 1 || removed(got[0]) || str(got[0], "id") != ids[1] || str(got[0], "parentFolderId") != archive.ID() {
		t.Errorf("moved in, with the same immutable id: %v", got)
	}
	m.Delete(ids[2])
	got := in.poll()
	if len(got) != 1 || !removed(got[0]) || len(got[0]) != 3 || got[0]["@removed"].(map[string]any)["reason"] != "deleted" {
		t.Errorf("deleted: %v", got)
	}
	c.refused(c.get("/users/"+m.ID()+"/messages/"+esc(ids[2]), immutable), 404, "ErrorItemNotFound")
}

// A change of the read state alone comes as a partial object, and only to who
// selected isRead.
func TestStatement27_ReadState(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{Quirks: graphsim.Quirks{Generations: -1}})
	inbox := m.Folder("inbox")
	ids := fill(inbox, 2)
	with := c.follow(m, inbox, "?$select=subject,isRead,body", immutable)
	without := c.follow(m, inbox, "?$select=subject,body", immutable)
	m.SetRead(ids[0], true)
	got := with.poll()
	if len(got) != 1 || got[0]["isRead"] != true || got[0]["@odata.etag"] != nil || got[0]["subject"] != nil || str(got[0], "parentFolderId") != inbox.ID() {
		t.Errorf("with isRead: %v", got)
	}
	if got := without.poll(); len(got) != 0 {
		t.Errorf("without isRead: %v", got)
	}
	m.SetRead(ids[0], false)
	m.Edit(ids[0], func(msg *graphsim.Message) { msg.Subject = "x" })
	if got := with.poll(); len(got) != 1 || str(got[0], "subject") != "x" || got[0]["isRead"] != false {
		t.Errorf("read state and subject: %v", got)
	}
}

func TestStatement28_DefaultIDs(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	inbox, archive := m.Folder("inbox"), m.Folder("archive")
	ids := fill(inbox, 1)
	first, link := c.round(deltaPath(m, inbox))
	old := str(first[0], "id")
	out := c.follow(m, archive, "")
	base := "/users/" + m.ID() + "/messages/"
	c.want(base + esc(old))
	m.Move(ids[0], archive)
	left, _ := c.round(link)
	came := out.poll()
	if len(left) != 1 || str(left[0], "id") != old || !removed(left[0]) {
		t.Errorf("left: %v", left)
	}
	if len(came) != 1 || str(came[0], "id") == old {
		t.Fatalf("came: %v", came)
	}
	c.refused(c.get(base+esc(old)), 404, "ErrorItemNotFound")
	c.want(base + esc(str(came[0], "id")))
	c.want(base+esc(ids[0]), immutable)
}

// With immutable ids a message that left and came back between two polls shows
// only as removed, unless the quirk is off; with default ids it shows.
func TestStatement29_LostReturn(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		off     bool
		prefers []string
		back    bool
	}{
		{false, []string{immutable}, false},
		{true, []string{immutable}, true},
		{false, nil, true},
	} {
		c, m := withBox(t, graphsim.Options{Quirks: graphsim.Quirks{NoLostReturn: tc.off}})
		inbox, archive := m.Folder("inbox"), m.Folder("archive")
		ids := fill(inbox, 3)
		p := c.follow(m, inbox, "", tc.prefers...)
		m.Move(ids[0], archive)
		m.Move(ids[0], inbox)
		there := slices.ContainsFunc(p.poll(), func(v map[string]any) bool { return !removed(v) })
		if there != tc.back {
			t.Errorf("%+v: the return is reported: %v", tc, there)
		}
		if got := str(c.want("/users/"+m.ID()+"/messages/"+esc(ids[0])).body, "parentFolderId"); got != inbox.ID() {
			t.Error("the message is back in the inbox")
		}
	}
}

func TestStatement30_Doubles(t *testing.T) {
	t.Parallel()
	for _, off := range []bool{false, true} {
		c, m := withBox(t, graphsim.Options{Quirks: graphsim.Quirks{NoDoubleMovedIn: off}})
		inbox, archive := m.Folder("inbox"), m.Folder("archive")
		old := fill(archive, 2)
		fill(inbox, 5)
		p := c.follow(m, inbox, "", immutable)
		m.Move(old[0], inbox)
		want := 2
		if off {
			want = 1
		}
		if got := p.poll(); len(got) != want {
			t.Errorf("quirk off %v: an older message moved in came %d times, want %d", off, len(got), want)
		}
	}
	for _, on := range []bool{false, true} {
		c, m := withBox(t, graphsim.Options{Quirks: graphsim.Quirks{FreshMailDoubles: on}})
		inbox := m.Folder("inbox")
		fill(inbox, 40)
		p := c.follow(m, inbox, "", immutable)
		added := inbox.Add(graphsim.Message{Received: at().Add(999 * time.Hour)})
		got := pluck(p.poll(), "id")
		if !slices.Contains(got, added) || on != (len(got) > 1) {
			t.Errorf("quirk on %v: %d items; only with it some of the round before are replayed", on, len(got))
		}
	}
}

// Whatever happens while a client pages, what it holds after the next rounds
// is what the folders hold.
func TestStatement36_Converges(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			c, m := withBox(t, graphsim.Options{Seed: int64(seed), Quirks: graphsim.Quirks{
				NoLostReturn: true, EmptyPages: seed%2 == 0, FreshMailDoubles: seed%3 == 0,
			}})
			w := &world{c: c, m: m, rng: rand.New(rand.NewPCG(seed, 1)), prefers: []string{fmt.Sprintf("odata.maxpagesize=%d", 1+seed%6)}}
			if seed%4 != 3 {
				w.prefers = append(w.prefers, immutable)
			}
			for _, n := range []string{"inbox", "archive", "drafts"} {
				f := m.Folder(n)
				fill(f, 12)
				w.folders = append(w.folders, &mirror{folder: f, link: deltaPath(m, f), held: map[string]string{}})
			}
			w.run(300)
		})
	}
}

// mirror is what a client believes a folder to hold: subjects by id.
type mirror struct {
	folder *graphsim.Folder
	link   string
	held   map[string]string
}

type world struct {
	c       *client
	m       *graphsim.Mailbox
	rng     *rand.Rand
	folders []*mirror
	prefers []string
	n       int
}

func (w *world) run(steps int) {
	for range steps {
		if w.rng.IntN(2) == 0 {
			w.change()
		} else {
			w.page(w.folders[w.rng.IntN(len(w.folders))])
		}
	}
	for _, f := range w.folders {
		for !w.page(f) { // the round that is under way
		}
		for !w.page(f) {
		}
		want, got := map[string]int{}, map[string]int{} // messages by subject
		for _, id := range f.folder.Messages() {
			msg, _ := w.m.Message(id)
			want[msg.Subject]++
		}
		for _, s := range f.held {
			got[s]++
		}
		if !maps.Equal(got, want) {
			w.c.t.Errorf("%s: the client holds %v, the folder %v", f.folder.Name(), got, want)
		}
	}
}

// page reads one page and tells whether it ended a round.
func (w *world) page(f *mirror) bool {
	r := w.c.want(f.link, w.prefers...)
	for _, it := range r.items() {
		id := str(it, "id")
		switch {
		case removed(it):
			delete(f.held, id)
		case it["subject"] != nil:
			f.held[id] = str(it, "subject")
		}
	}
	if f.link = r.delta(); f.link != "" {
		return true
	}
	f.link = r.next()
	return false
}

func (w *world) change() {
	f := w.folders[w.rng.IntN(len(w.folders))].folder
	to := w.folders[w.rng.IntN(len(w.folders))].folder
	w.n++
	ids := f.Messages()
	if w.rng.IntN(3) == 0 || len(ids) == 0 {
		f.Add(graphsim.Message{Subject: fmt.Sprintf("new %d", w.n), Received: at().Add(time.Duration(w.rng.IntN(1000)) * time.Hour)})
		return
	}
	id := ids[w.rng.IntN(len(ids))]
	switch w.rng.IntN(4) {
	case 0:
		w.m.Move(id, to)
	case 1:
		w.m.Delete(id)
	case 2:
		w.m.SetRead(id, w.n%2 == 0)
	case 3:
		w.m.Edit(id, func(m *graphsim.Message) { m.Subject = fmt.Sprintf("edited %d", w.n) })
	}
}
