package bleve_test

import (
	"testing"

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

func TestSuite(t *testing.T) {
	t.Parallel()
	enginetest.Run(t, open)
}

func TestKill(t *testing.T) { enginetest.Kill(t, open, 5) }
