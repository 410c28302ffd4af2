package mail

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
)

// MailboxID, FolderID and MessageID are the archive's own row numbers. They
// are short, never reused, and survive a reindex, so the index and the API use
// them rather than the source's long identifiers. Zero is no mailbox, folder
// or message.
type (
	MailboxID int64
	FolderID  int64
	MessageID int64
)

// String prints the id in base 36, the form it has in the API and the index.
func (id MailboxID) String() string { return strconv.FormatInt(int64(id), 36) }

// String prints the id in base 36, the form it has in the API and the index.
func (id FolderID) String() string { return strconv.FormatInt(int64(id), 36) }

// String prints the id in base 36, the form it has in the API and the index.
func (id MessageID) String() string { return strconv.FormatInt(int64(id), 36) }

// ParseMailboxID reads what MailboxID.String printed.
func ParseMailboxID(s string) (MailboxID, error) { n, err := parseID(s); return MailboxID(n), err }

// ParseFolderID reads what FolderID.String printed.
func ParseFolderID(s string) (FolderID, error) { n, err := parseID(s); return FolderID(n), err }

// ParseMessageID reads what MessageID.String printed.
func ParseMessageID(s string) (MessageID, error) { n, err := parseID(s); return MessageID(n), err }

func parseID(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 36, 64)
	if err != nil || n <= 0 || strconv.FormatInt(n, 36) != s {
		return 0, fmt.Errorf("%q is not an id", s)
	}
	return n, nil
}

// Digest is the SHA-256 of a blob's bytes, by which the archive addresses it.
// The zero Digest means that the bytes are not held.
type Digest [sha256.Size]byte

// IsZero tells whether d names no blob.
func (d Digest) IsZero() bool { return d == Digest{} }

// String prints d in lower-case hexadecimal.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// ParseDigest reads what Digest.String printed.
func ParseDigest(s string) (Digest, error) {
	var d Digest
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(d) {
		return d, fmt.Errorf("%q is not a SHA-256 digest", s)
	}
	copy(d[:], b)
	return d, nil
}
