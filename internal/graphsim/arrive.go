package graphsim

import "fmt"

// Arrive lets one thing happen in the tenant, chosen by its seed and n: mostly
// a copy of one of its messages comes into an inbox as a new one; at times a
// message is marked, moved or deleted. It tells in a word what happened, ""
// when there is no mail.
func (t *Tenant) Arrive(n uint64) string {
	boxes := t.Mailboxes()
	roll := func(salt uint64, limit int) int { return int(mix(t.seed, 400, n, salt) % uint64(limit)) }
	for try := range uint64(len(boxes)) {
		m := boxes[(uint64(roll(1, len(boxes)))+try)%uint64(len(boxes))]
		folder, id := m.pick(mix(t.seed, 401, n))
		if folder == nil {
			continue
		}
		switch what := roll(2, 100); {
		case what < 10:
			msg, _ := m.Message(id)
			m.SetRead(id, !msg.IsRead)
			return "marked"
		case what < 18 && folder != m.Folder("archive"):
			m.Move(id, m.Folder("archive"))
			return "moved"
		case what < 22:
			m.Delete(id)
			return "deleted"
		}
		msg, ok := m.Message(id)
		inbox := m.Folder("inbox")
		if !ok || inbox == nil {
			continue
		}
		msg.Received, msg.Sent, msg.IsRead = t.o.Now(), t.o.Now(), false
		msg.InternetMessageID = fmt.Sprintf("<arrival-%d@%s>", n, t.o.TenantDomain)
		inbox.Add(msg)
		return "arrived"
	}
	return ""
}

// pick chooses a message of the mailbox by salt.
func (m *Mailbox) pick(salt uint64) (*Folder, string) {
	folders := m.Folders()
	for try := range uint64(len(folders)) {
		f := folders[(salt+try)%uint64(len(folders))]
		if all := f.Messages(); len(all) > 0 && !f.beside {
			return f, all[mix(salt, 1)%uint64(len(all))]
		}
	}
	return nil, ""
}
