package bleve_test

import (
	"testing"
	"time"

	"mailquarry/search/engine/bleve"
	"mailquarry/search/engine/enginetest"
)

func open(dir string) (enginetest.Engine, error) {
	e, err := bleve.Open(dir, bleve.Options{ArchiveID: "test"})
	if err != nil {
		return nil, err
	}
	return e, nil
}

func openTogether(dir string) (enginetest.Engine, error) {
	e, err := bleve.Open(dir, bleve.Options{ArchiveID: "test", Together: 20 * time.Millisecond})
	if err != nil {
		return nil, err
	}
	return e, nil
}

func TestSuite(t *testing.T) {
	t.Parallel()
	enginetest.Run(t, open)
}

func TestKill(t *testing.T) { enginetest.Kill(t, open, 5) }

// Batches that become durable together are found like others, and what is told to be
// durable survives a kill.
func TestTogether(t *testing.T) {
	t.Parallel()
	enginetest.Run(t, openTogether)
}

func TestKillTogether(t *testing.T) { enginetest.Kill(t, openTogether, 5) }
