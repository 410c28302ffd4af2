// Package archive is the truth on disk: what the sources gave, byte for byte,
// with the cursors by which they go on and a growing number, Seq, for every
// change. All else (decoded messages, texts, the index) is made from it and can
// be made again. It does not decode, extract or search.
//
// It owns the data folder:
//
//	DATA/
//	  MAILQUARRY           says that the folder is ours; made first
//	  LOCK                 locked while a process uses the folder; holds its pid
//	  archive/
//	    log.db             SQLite: mailboxes, folders, messages, cursors, texts
//	    log.db-wal, -shm   SQLite's own, part of log.db while it is in use
//	    blobs/ab/cdef...   attachments, named by their SHA-256
//	    tmp/               blobs being written; emptied at Open
//	  index/, cache/       derived, made by others
//
// archive/ is what a backup needs.
//
// # Promises
//
// A page of changes and its cursor are one transaction, on the disk (fsync)
// when the call returns. A blob is on the disk before PutBlob returns, so a
// committed message never names bytes that a crash can take.
//
// There is one writer at a time, which numbers its changes inside the
// transaction: who sees Seq n has seen all before it. A deleted message stays
// as a tombstone, a row without content, so that the deletion is a change with
// a number like any other. A message whose state did not change keeps its
// number, so that replays cost the index nothing.
//
// # Rounds
//
// A stream is read in rounds. A round that starts from the zero cursor is full:
// it reports everything that exists, and what it did not report is gone. Each
// full round of a stream has a number, and each row the number of the last round
// that reported it.
package archive
