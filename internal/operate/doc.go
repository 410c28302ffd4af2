// Package operate is the desk of those who run Mailquarry: how the sync goes,
// what was set aside and why, whether every message is accounted for, and what
// is held back from removal. It reads and asks; the work is done by the sync,
// the reconciler and the archive.
//
// Every method takes the principal first and answers none but operators. What
// it tells is about mail (addresses, folders, counts, reasons), never of it: no
// subject, no text.
package operate
