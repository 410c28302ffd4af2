// Package files reads mail that lies on this machine: trees of .eml files,
// Maildir (with Maildir++ subfolders) and mbox files. It only reads: turning
// items into mailboxes, folders and stored messages is the importer's work.
//
// Invariants: the order of items depends on names alone, so two walks over the
// same files give the same sequence; a message's bytes are those of the file,
// less what the container added (the From_ line and the ">" quoting of mbox);
// no message over MaxMessage is ever held; symbolic links inside a tree are not
// followed, so a walk ends and stays where it was sent; a file that cannot be
// read is an error of its own and the walk goes on.
package files
