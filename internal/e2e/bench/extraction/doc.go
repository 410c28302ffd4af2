// Command extraction measures how the text of documents is extracted: how fast and
// at what cost beside the tools that others use, or, with -quality, how much of
// the text beside references. It prints tables in Markdown.
//
// Speed. Every document is read by the pool of worker processes as it is shipped,
// without isolation in a process of its own, and by each installed tool for its
// format, a process a document; LibreOffice converts a sample, many documents a
// start and one document a start. The pool's workers are started beforehand, as
// they are in a running program; their processor time counts their start. Ratios
// are over the documents that both read without an error. Of several rounds, in
// which all take turns, the median counts.
//
// Quality. Recall is the share of the reference's words that are found, precision
// the share of the found words that the reference has. See quality.go for what
// the references are.
package main
