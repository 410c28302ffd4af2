// Package indexer moves mail, in two steps that are each resumed by one
// number. Pull takes pages of changes from a source into the archive, and goes
// on from the cursor that was stored in the same transaction. Build takes the
// archive's feed into a search index, and goes on from the checkpoint that was
// stored in the same batch. Reindex is Build into an empty index, and Import is
// Pull from files, so that there is one way into the archive and one way into
// the index.
//
// Pull serves mailboxes in turns: a bounded piece of one mailbox's round, a few
// pages of each folder, then the next mailbox. What cannot be read is set aside
// as a problem and tried again ever more seldom; it never stops what can.
//
// Nothing here is lost to a kill: what was not committed is asked for again,
// and what is asked for twice changes nothing.
package indexer
