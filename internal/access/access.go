package access

import (
	"slices"

	"mailquarry/internal/mail"
)

// Principal is who asks. Its zero value may see nothing.
type Principal struct {
	name     string
	operator bool
	owns     []mail.MailboxID
}

// Operator is whoever reaches the server on its loopback address: until
// sign-in exists, the person who runs it. They may see every mailbox.
func Operator() Principal { return Principal{name: "operator", operator: true} }

// Name is the principal's name for logs and the audit.
func (p Principal) Name() string { return p.name }

// Owning is p, known to be the person whose mailboxes these are. Nobody sees more
// by it: it tells whom p means by "me".
func (p Principal) Owning(mailboxes ...mail.MailboxID) Principal {
	p.owns = slices.Clone(mailboxes)
	return p
}

// Owns lists p's own mailboxes; none where nobody is signed in.
func (p Principal) Owns() []mail.MailboxID { return slices.Clone(p.owns) }

// Operates tells whether p runs this server: may see how the sync goes, and may
// have things tried again, compared and held.
func (p Principal) Operates() bool { return p.operator }

// Scope is a set of mailboxes. Its zero value is empty. Only Principal.Scope
// makes another one, and EveryMailboxEvenHidden, which shows nothing to anyone.
type Scope struct {
	all    bool
	hidden []mail.MailboxID // sorted; left out of all
}

// Scope gives the mailboxes that p may see. Hidden mailboxes (those of deleted
// users) are in nobody's scope.
func (p Principal) Scope(hidden []mail.MailboxID) Scope {
	if !p.operator {
		return Scope{}
	}
	h := slices.Clone(hidden)
	slices.Sort(h)
	return Scope{all: true, hidden: h}
}

// Contains tells whether the mailbox is in s.
func (s Scope) Contains(id mail.MailboxID) bool {
	if !s.all || id <= 0 {
		return false
	}
	_, hidden := slices.BinarySearch(s.hidden, id)
	return !hidden
}

// Empty tells whether s is certain to contain no mailbox.
func (s Scope) Empty() bool { return !s.all }

// Except lists the mailboxes that a scope which is not Empty leaves out; a
// search adds them as a negative filter.
func (s Scope) Except() []mail.MailboxID { return slices.Clone(s.hidden) }
