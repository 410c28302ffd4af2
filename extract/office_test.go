package extract

import (
	"bytes"
	"io"
	"testing"
)

// extractBytes has a document read by a worker, as the product does.
func extractBytes(t *testing.T, p *Pool, raw []byte) Result {
	t.Helper()
	res, err := p.Extract(t.Context(), Doc{Size: int64(len(raw)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(raw)), nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return res
}
