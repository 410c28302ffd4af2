package access

// EveryMailboxEvenHidden is the scope of what decides whether mail may be
// deleted: a hold covers mail that nobody can see any more. Nothing that it
// finds may be shown to anyone.
func EveryMailboxEvenHidden() Scope { return Scope{all: true} }
