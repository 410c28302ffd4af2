package demo

import (
	"time"
)

// Arrive lets one thing happen: mostly a new message or an answer to a recent
// one comes in, at times someone reads a message or moves it to another folder.
// It tells what happened, without names or subjects.
func (c *Company) Arrive() (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := c.world
	w.now = c.tenant.Options().Now().UTC().Truncate(time.Second)
	switch choose(w.d, []weighted{{"new", 60}, {"reply", 25}, {"read", 9}, {"move", 6}}) {
	case "reply":
		if len(w.recent) > 0 {
			if t := pick(w.d, w.recent); !t.exhausted() {
				return "an answer arrived", c.write(t.next)
			}
		}
	case "read":
		p := pick(w.d, c.placed)
		if m, ok := c.boxes[p.box].Message(p.id); ok {
			c.boxes[p.box].SetRead(p.id, !m.IsRead)
			return "a message was marked", nil
		}
	case "move":
		p := pick(w.d, c.placed)
		if _, ok := c.boxes[p.box].Message(p.id); ok {
			c.boxes[p.box].Move(p.id, c.boxes[p.box].Folder("archive"))
			return "a message was moved to the archive", nil
		}
	}
	return "a message arrived", c.write(w.begin(w.now).open)
}

// write plans by f what is to come now, and places it.
func (c *Company) write(f func(time.Time) error) error {
	if err := f(c.world.now); err != nil {
		return err
	}
	return c.place()
}
