package search

import (
	"context"
	"log/slog"
	"time"

	"mailquarry/internal/archive"
	"mailquarry/search/engine"
)

// Config is what a Service works with.
type Config struct {
	Archive *archive.Archive
	Engine  engine.Reader
	// Checkpoint is how far the index has come; Status counts by it.
	Checkpoint func(ctx context.Context) (uint64, error)
	// Kept tells whether a mailbox whose user was deleted stays searchable; nil:
	// none does.
	Kept func(archive.Mailbox) bool
	// Saved gives the text of a saved search by its name, for query:NAME; nil: there
	// are none.
	Saved func(name string) (text string, ok bool, err error)
	// SavedNames lists the names of saved searches, for completion; nil: there are none.
	SavedNames func() ([]string, error)
	Now        func() time.Time // nil is time.Now
	Logger     *slog.Logger     // nil is silent
}

// Service answers for one data folder. Its methods may be called from several
// goroutines.
type Service struct {
	archive    *archive.Archive
	engine     engine.Reader
	checkpoint func(ctx context.Context) (uint64, error)
	now        func() time.Time
	log        *slog.Logger
	names      directory
	saved      func(name string) (text string, ok bool, err error)
	savedNames func() ([]string, error)
	stocks     stocks
	written    writtenTo
}

// New makes a Service.
func New(c Config) *Service {
	s := &Service{
		archive: c.Archive, engine: c.Engine, checkpoint: c.Checkpoint,
		now: c.Now, log: c.Logger, saved: c.Saved, savedNames: c.SavedNames,
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.names.archive = c.Archive
	s.names.now = s.now
	s.names.kept = c.Kept
	return s
}
