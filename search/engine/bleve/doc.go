// Package bleve keeps the search index in a bleve index (scorch, with segments of
// our own format) and answers searches from it. It implements engine.Writer and
// engine.Reader.
//
// # What is stored
//
// A message is a document whose id is mail.MessageID as printed. No text is
// stored and no offsets: what a snippet needs is read again from the archive.
// Documents are made by hand (documentOf) rather
// than through a mapping, and every document has the same fields, so that merges
// copy bytes.
//
//	text                     subject, addresses, body, attachment names and texts;
//	                         with positions
//	subject, from, to, cc, bcc, file   the same words by place; with positions
//	mailbox folder sender recipient year month type has lang state copy thread
//	                         keywords
//	key                      marks, each its name, a zero byte and its value
//	ts, sent, size           date and time of sending in seconds, bytes, as values
//	                         that cannot be looked up
//	zones                    where in text the body, what it quotes and attachments
//	                         begin, likewise
//
// A posting of text tells no plain count but what the words count by where they
// stand (words.go): a word of the author's own counts more than one that is
// quoted. The length of text is counted alike, in steps of an eighth of an octave.
//
// A field's parts (each address, each attachment) lie partGap positions apart,
// so that no phrase reaches from one into the next.
//
// Beside the documents stand three internal values: the checkpoint, the
// archive's id and the version of the documents. A batch and its checkpoint are
// one commit of the index.
//
// # What stands for many words
//
// The forms of an inflected word, the words of a prefix, a wildcard, an expression or
// a misspelling are looked up in the dictionaries at the time of a search
// (inflect.go, expand.go, patterns.go), within limits that the answer tells of.
// Where something stands (near each other, in a quote) is looked at last, in the
// documents that all else leaves (places.go, zones.go).
//
// # How a search is answered
//
// Not by bleve's searchers, which visit hit by hit: exact totals, facets over
// all hits and order by date are what every search here asks for, and they cost
// far less over sets. Each segment of a snapshot answers the query as a bitmap of
// its documents (match.go, phrase.go), and totals, facets and order are taken
// from that bitmap and from the columns of the segment, which are arrays in
// memory of ids, dates and facet values (columns.go), and of zones once a search asks
// for them (zones.go, zoned.go). Only the best hits are
// ever looked at one by one. Scores are BM25 over text (score.go).
//
// Copies and conversations are groups of documents that share a digest (ties.go);
// a snapshot's groups are made when a search first asks for them (groups.go). Of a
// search's documents only those in groups need care: they stand in slots, those of a
// group side by side, and are counted by walking over the slots found (view.go).
package bleve
