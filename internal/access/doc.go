// Package access decides whose mail a request may reach. A Principal is who
// asks; a Scope is the set of mailboxes an answer may come from. The zero value
// of either reaches nothing, so that a forgotten check shows no mail.
package access
