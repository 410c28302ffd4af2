package files

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"log/slog"
	"time"
)

// MaxMessage is the size in bytes above which a message is refused: it is what
// Exchange Online accepts at most, so real mail stays below it.
const MaxMessage = 150 << 20

// DefaultMailbox is the mailbox that items go to when the options name none.
const DefaultMailbox = "Imported mail"

// looseFolder takes messages that lie directly in a path given, where no
// folder name can be had.
const looseFolder = "Imported"

// inboxFolder is what a Maildir's own messages are in, as IMAP servers show it.
const inboxFolder = "Inbox"

// ErrTooLarge is in the chain of the error for a message over MaxMessage.
var ErrTooLarge = errors.New("message is larger than 150 MB")

// ErrNotMail is in the chain of the error for a path that was named by the user
// and holds nothing that looks like mail.
var ErrNotMail = errors.New("not a mail file: neither .eml, mbox nor Maildir")

// Options say whose mail it is.
type Options struct {
	// Mailbox is the name or address of the mailbox for everything that Tree
	// does not assign; DefaultMailbox when empty.
	Mailbox string
	// Tree takes the first folder below each path as the name of a mailbox:
	// USER/FOLDER/.../N.eml.
	Tree bool
	// Logger gets one line with the counts when the walk ends; nil is silent.
	Logger *slog.Logger
	// Report, when not nil, is filled when the walk ends.
	Report *Report
}

// Report counts what a walk saw.
type Report struct {
	Messages int   // items given
	Bytes    int64 // of those
	Skipped  int   // files that are no mail, dotfiles, messages that a mail program had marked as expunged
	Links    int   // symbolic links, which are not followed
	Errors   int   // errors given
}

// Flags are what the mail program that wrote the files had noted.
type Flags struct{ Read, Flagged, Draft bool }

// Item is one message.
type Item struct {
	Mailbox     string   // the mailbox's key: its name or address as given
	MailboxName string   // for display
	Folder      []string // folder path, never empty
	Origin      string   // where it was read, for messages to a person only
	Raw         []byte   // the message, RFC 5322; the caller owns it
	Flags       Flags
	// Marked tells that the flags are a Maildir's, which keeps them beside the
	// message; otherwise they are read from its header, in which they stay.
	Marked   bool
	Received time.Time // from mbox's From_ line, else zero
}

// Key is a message's identity: the same bytes in the same folder path are the
// same message, so that importing twice adds nothing.
func Key(folder []string, raw []byte) string {
	h := sha256.New()
	var n [8]byte
	for _, f := range folder {
		binary.BigEndian.PutUint64(n[:], uint64(len(f)))
		h.Write(n[:])
		h.Write([]byte(f))
	}
	// No folder name is that long: the mark cannot be mistaken for one.
	binary.BigEndian.PutUint64(n[:], ^uint64(0))
	h.Write(n[:])
	h.Write(raw)
	return hex.EncodeToString(h.Sum(nil)[:20])
}
