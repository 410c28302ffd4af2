package search

import (
	"time"

	"mailquarry/internal/archive"
)

// directory keeps the names of mailboxes and folders for a moment.
type directory struct {
	archive *archive.Archive
	now     func() time.Time
}
