package indexer_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"mailquarry/extract"
)

// TestMain lets the test binary be an extraction worker, as the product's is.
func TestMain(m *testing.M) {
	if kind, is := extract.IsWorker(os.Args); is {
		if err := extract.Worker(context.Background(), kind, os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}
