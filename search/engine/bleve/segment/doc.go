// Package segment keeps the postings of an index in files of a format of its own,
// which unmodified bleve writes, opens and merges through its plugin interface
// (scorch_segment_api).
//
// It holds what a search engine for mail asks for and nothing else: terms with
// their documents, how often and at which positions they stand there, the length
// of a field in one byte, doc values, and the document's id. There are no stored
// fields, offsets, array positions, vectors, nested documents or geographic
// shapes; a document that asks for them is refused. docs/segment-format.md
// describes the bytes.
//
// Three ideas make it small and quick to build. Tokens go into one array of a
// batch (build.go), which is sorted by counting, so that no map of words is made
// for a document. Postings of up to 128 documents, which nearly all terms are,
// take no more than their numbers as bytes (postings.go); longer ones have a
// roaring bitmap, so that searches work on sets. A dictionary is blocks of 32
// terms that share their beginnings (dictionary.go): as small as an automaton,
// and merged by reading it from end to end.
//
// A reader trusts nothing that it reads: damage is an error, never a panic or an
// allocation that the bytes do not justify. The last four bytes are the checksum
// of all others; who opens an index compares it.
package segment
