package extract_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"mailquarry/extract"
)

// TestMain lets the test binary be the worker, as the product's binary is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "extract-worker" {
		if err := extract.Worker(context.Background(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// newPool makes a pool whose workers are this test binary.
func newPool(t testing.TB, timeout time.Duration) *extract.Pool {
	t.Helper()
	p := extract.New(extract.Options{Timeout: timeout, Workers: 2})
	t.Cleanup(p.Close)
	return p
}
