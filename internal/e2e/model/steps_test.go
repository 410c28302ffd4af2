package model

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"time"

	"mailquarry/internal/graphsim"
)

// step does one thing. Its number decides what.
func (w *world) step(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	rnd := w.rand(n)
	u := pick(rnd, w.users)
	if !u.readable() && !u.purged && rnd.IntN(3) == 0 {
		w.note("step %d: user %d: %s", n, w.number(u), w.recover(u))
		return
	}
	total := 0
	for _, k := range things() {
		total += k.weight
	}
	at := rnd.IntN(total)
	for _, k := range things() {
		if at -= k.weight; at < 0 {
			w.note("step %d: user %d: %s", n, w.number(u), k.do(w, rnd, u))
			return
		}
	}
}

func (w *world) number(u *user) int {
	for i := range w.users {
		if w.users[i] == u {
			return i
		}
	}
	return -1
}

// thing is one that can happen; do tells what it did.
type thing struct {
	weight int
	do     func(*world, *rand.Rand, *user) string
}

func things() []thing {
	return []thing{
		{30, (*world).arrive},
		{16, (*world).move},
		{12, (*world).thereAndBack},
		{8, (*world).read},
		{6, (*world).mark},
		{4, (*world).edit},
		{12, (*world).vanish},
		{4, (*world).makeFolder},
		{3, (*world).renameFolder},
		{3, (*world).moveFolder},
		{3, (*world).removeFolder},
		{2, (*world).comeAndGo},
		{2, (*world).refuse},
		{2, (*world).license},
		{3, (*world).quota},
		{2, (*world).reset},
		{3, (*world).expire},
		{1, (*world).move2},
		{1, (*world).rename},
		{2, (*world).jump},
	}
}

func (w *world) letter(rnd *rand.Rand) graphsim.Message {
	m := graphsim.Message{
		Subject: "about " + w.word(), Text: "Dear all, " + w.word(),
		From:     graphsim.Address{Name: "Bo", Address: "bo@contoso.example"},
		To:       []graphsim.Address{{Name: "Anna", Address: "anna@contoso.example"}},
		Received: w.now().Add(-time.Duration(rnd.IntN(1000)) * time.Hour),
		IsRead:   rnd.IntN(2) == 0, Flagged: rnd.IntN(8) == 0,
	}
	if rnd.IntN(6) == 0 {
		m.Type = pick(rnd, []string{"eventMessage", "eventMessageRequest"})
	}
	if rnd.IntN(4) == 0 {
		m.HTML, m.Text = "<p>"+m.Text+"</p>", ""
	}
	for range max(0, rnd.IntN(9)-5) {
		m.Attachments = append(m.Attachments, w.attachment(rnd, &m))
	}
	return m
}

func (w *world) attachment(rnd *rand.Rand, m *graphsim.Message) graphsim.Attachment {
	name := fmt.Sprintf("file %d.txt", rnd.IntN(100))
	switch rnd.IntN(8) {
	case 0:
		return graphsim.Attachment{Name: "In the cloud", Reference: true}
	case 1:
		return graphsim.Attachment{Name: "Forwarded", Item: &graphsim.Message{
			Subject: "inner " + w.word(), Text: "said before", Received: w.now(), From: graphsim.Address{Address: "cem@contoso.example"},
		}}
	case 2:
		id := fmt.Sprintf("p%d", len(m.Attachments))
		m.HTML, m.Text = "<p>"+m.Text+m.HTML+`<img src="cid:`+id+`"></p>`, ""
		return graphsim.Attachment{Name: "p.png", ContentType: "image/png", ContentID: id, Inline: true, Content: []byte("\x89PNG" + id)}
	case 3:
		return graphsim.Attachment{Name: name, ContentType: "application/octet-stream", Content: bytes.Repeat([]byte(w.word()), 1<<rnd.IntN(15))}
	case 4:
		return graphsim.Attachment{Name: "empty", ContentType: "text/plain"}
	}
	return graphsim.Attachment{Name: name, ContentType: "text/plain", Content: []byte("inside: " + w.word())}
}

func (w *world) arrive(rnd *rand.Rand, u *user) string {
	f := u.folders[0]
	if rnd.IntN(2) == 0 {
		f = pick(rnd, u.folders)
	}
	m := w.letter(rnd)
	f.Add(m)
	return fmt.Sprintf("%q with %d attachments arrives in %s", m.Subject, len(m.Attachments), f.Name())
}

// any finds a message.
func (u *user) any(rnd *rand.Rand) (*folder, string) {
	for range 20 {
		f := pick(rnd, u.folders)
		if ids := f.Messages(); len(ids) > 0 {
			return f, pick(rnd, ids)
		}
	}
	return nil, ""
}

// change is a thing that happens to a message.
func (u *user) change(rnd *rand.Rand, do func(*folder, string) string) string {
	f, id := u.any(rnd)
	if f == nil {
		return "nothing, for want of messages"
	}
	m, _ := u.box.Message(id)
	return fmt.Sprintf("%q in %s %s", m.Subject, f.Name(), do(f, id))
}

func (w *world) move(rnd *rand.Rand, u *user) string {
	return u.change(rnd, func(_ *folder, id string) string {
		to := pick(rnd, u.folders)
		u.box.Move(id, to.Folder)
		return "moves to " + to.Name()
	})
}

func (w *world) thereAndBack(rnd *rand.Rand, u *user) string {
	return u.change(rnd, func(f *folder, id string) string {
		to := pick(rnd, u.folders)
		if to == f {
			return "stays"
		}
		u.box.Move(id, to.Folder)
		u.box.Move(id, f.Folder)
		return "moves to " + to.Name() + " and back"
	})
}

func (w *world) read(rnd *rand.Rand, u *user) string {
	return u.change(rnd, func(_ *folder, id string) string {
		m, _ := u.box.Message(id)
		u.box.SetRead(id, !m.IsRead)
		return fmt.Sprintf("is read: %v", !m.IsRead)
	})
}

func (w *world) mark(rnd *rand.Rand, u *user) string {
	return u.change(rnd, func(_ *folder, id string) string {
		u.box.Edit(id, func(m *graphsim.Message) {
			m.Flagged = !m.Flagged
			m.Categories = []string{fmt.Sprintf("category %d", rnd.IntN(9))}
		})
		return "is flagged or not"
	})
}

func (w *world) edit(rnd *rand.Rand, u *user) string {
	return u.change(rnd, func(_ *folder, id string) string {
		subject, text, files := "edited "+w.word(), "written anew: "+w.word(), rnd.IntN(3)
		var more []graphsim.Attachment
		for range files {
			more = append(more, w.added())
		}
		u.box.Edit(id, func(m *graphsim.Message) {
			m.Subject, m.Text, m.HTML, m.IsDraft = subject, text, "", true
			m.Attachments = more
		})
		return fmt.Sprintf("becomes %q with %d attachments", subject, files)
	})
}

// added is an attachment that a draft gets. The tenant gives the same id to all
// that come to the same place, which Exchange does not: so the name differs.
func (w *world) added() graphsim.Attachment {
	word := w.word()
	return graphsim.Attachment{Name: word + ".txt", ContentType: "text/plain", Content: []byte("added: " + word)}
}

func (w *world) vanish(rnd *rand.Rand, u *user) string {
	return u.change(rnd, func(_ *folder, id string) string {
		u.box.Delete(id)
		return "vanishes"
	})
}
