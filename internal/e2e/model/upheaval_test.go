package model

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"mailquarry/internal/graphsim"
)

func (w *world) makeFolder(rnd *rand.Rand, u *user) string {
	if len(u.folders) > 24 {
		return "no folder, for there are many"
	}
	parent := pick(rnd, u.folders)
	if rnd.IntN(3) == 0 {
		parent = nil
	}
	name := fmt.Sprintf("Folder %d", rnd.IntN(9)) // names may be the same in two places
	f := &folder{parent: parent}
	if parent == nil {
		f.Folder = u.box.AddFolder(nil, name)
	} else {
		f.Folder = u.box.AddFolder(parent.Folder, name)
	}
	u.folders = append(u.folders, f)
	return "folder " + name + " is made in " + nameOf(parent)
}

func nameOf(f *folder) string {
	if f == nil {
		return "the root"
	}
	return f.Name()
}

// own finds a folder that is no well-known one.
func (u *user) own(rnd *rand.Rand) *folder {
	var own []*folder
	for _, f := range u.folders {
		if f.name == "" {
			own = append(own, f)
		}
	}
	if len(own) == 0 {
		return nil
	}
	return pick(rnd, own)
}

func (w *world) renameFolder(rnd *rand.Rand, u *user) string {
	f := u.own(rnd)
	if f == nil {
		return "no folder to rename"
	}
	was, is := f.Name(), fmt.Sprintf("Folder %d \U0001F4C1", rnd.IntN(9))
	f.Rename(is)
	return "folder " + was + " is renamed to " + is
}

func (w *world) moveFolder(rnd *rand.Rand, u *user) string {
	f := u.own(rnd)
	if f == nil {
		return "no folder to move"
	}
	to := pick(rnd, u.folders)
	if rnd.IntN(3) == 0 {
		to = nil
	}
	for p := to; p != nil; p = p.parent {
		if p == f {
			return "no folder is moved into itself"
		}
	}
	if f.parent = to; to == nil {
		f.MoveTo(nil)
	} else {
		f.MoveTo(to.Folder)
	}
	return "folder " + f.Name() + " moves to " + nameOf(to)
}

func (w *world) removeFolder(rnd *rand.Rand, u *user) string {
	f := u.own(rnd)
	if f == nil {
		return "no folder to remove"
	}
	name := f.Name()
	f.Remove()
	u.folders = slices.DeleteFunc(u.folders, func(g *folder) bool {
		for p := g; p != nil; p = p.parent {
			if p == f {
				return true
			}
		}
		return false
	})
	return "folder " + name + " vanishes with what is in it"
}

// comeAndGo creates, deletes and restores users.
func (w *world) comeAndGo(rnd *rand.Rand, u *user) string {
	switch {
	case u.purged:
		return "stays purged"
	case u.gone && rnd.IntN(8) == 0:
		u.box.Purge()
		u.purged = true
		return "is purged"
	case u.gone:
		u.box.Restore()
		u.gone = false
		w.back()
		return "is restored"
	case len(w.users) < 5 && rnd.IntN(2) == 0:
		fresh := w.addUser(rnd)
		for range rnd.IntN(20) {
			w.arrive(rnd, fresh)
		}
		return "gets a colleague"
	}
	if w.readers() < 2 {
		return "stays, as the only one"
	}
	u.box.Remove()
	u.gone = true
	return "is deleted"
}

func (w *world) readers() (n int) {
	for _, u := range w.users {
		if u.readable() {
			n++
		}
	}
	return n
}

func (w *world) refuse(_ *rand.Rand, u *user) string {
	if !u.refused && w.readers() < 2 {
		return "stays open, as the only one"
	}
	u.refused = !u.refused
	u.box.Refuse(u.refused)
	if !u.refused {
		w.back()
	}
	return fmt.Sprintf("is refused by policy: %v", u.refused)
}

func (w *world) license(_ *rand.Rand, u *user) string {
	if !u.without && w.readers() < 2 {
		return "keeps the licence, as the only one"
	}
	u.without = !u.without
	code := ""
	if u.without {
		code = "MailboxNotEnabledForRESTAPI"
	}
	u.box.Update(func(g *graphsim.User) { g.NoMailbox = code })
	if !u.without {
		w.back()
	}
	return fmt.Sprintf("is without a licence: %v", u.without)
}

// back notes that a mailbox can be read again. It is probed a day later, and may
// have been left in the middle of a stream's round, which ends as it began: what
// happened meanwhile comes with the round after it.
func (w *world) back() { w.late, w.calm = true, false }

// recover makes a mailbox readable again: most should be, most of the time.
func (w *world) recover(u *user) string {
	if u.gone {
		u.box.Restore()
	}
	u.box.Refuse(false)
	u.box.Update(func(g *graphsim.User) { g.NoMailbox = "" })
	u.gone, u.refused, u.without = false, false, false
	w.back()
	return "can be read again"
}

// quota fills the mailbox, or makes room. A full one has to stay in step by
// other means than its delta streams.
func (w *world) quota(_ *rand.Rand, u *user) string {
	u.quota = !u.quota
	u.box.SetOverQuota(u.quota)
	return fmt.Sprintf("is over quota: %v", u.quota)
}

func (w *world) reset(_ *rand.Rand, u *user) string {
	u.box.ResetTokens()
	return "loses all delta tokens"
}

func (w *world) expire(rnd *rand.Rand, u *user) string {
	f := pick(rnd, u.folders)
	f.ExpireTokens()
	return "loses the delta token of " + f.Name()
}

// move2 moves the mailbox to another database.
func (w *world) move2(_ *rand.Rand, u *user) string {
	u.box.Moving(time.Second)
	w.calm = false
	return "moves to another database"
}

func (w *world) rename(rnd *rand.Rand, u *user) string {
	if u.gone || u.purged {
		return "is not there to be renamed"
	}
	name := fmt.Sprintf("User %d", rnd.IntN(1000))
	u.box.Update(func(g *graphsim.User) { g.DisplayName = name })
	return "is now called " + name
}

func (w *world) jump(rnd *rand.Rand, _ *user) string {
	d := []time.Duration{time.Minute, 2 * time.Hour, 30 * time.Hour, 9 * 24 * time.Hour}[rnd.IntN(4)]
	w.pass(d)
	return "the clock jumps by " + d.String()
}
