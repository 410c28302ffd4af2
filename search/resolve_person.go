package search

import "mailquarry/search/query"

// me finds what the addresses of who asks match in a field. They are compared
// whole: a word of an address would find others' mail.
func (r *resolver) me(n query.Me) query.Node {
	own := r.names.ownAddresses(r.own)
	if len(own) == 0 {
		r.warn(n.At, "nobody is signed in, so that %q means nobody", "me")
		return query.Nothing{}
	}
	return byAddress(n.Field, own)
}
