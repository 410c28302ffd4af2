// Package enginetest is the suite that every search engine passes: whose mail a
// search may show first of all, then what it finds, counts, orders and pages
// through compared with a plain scan over the same documents, and that a batch
// and its checkpoint are one after a kill.
//
// The scan uses search/analysis, so it checks the engine and not the rule by
// which text is cut into words.
package enginetest
