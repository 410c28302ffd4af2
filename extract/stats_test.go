package extract_test

import (
	"maps"
	"testing"

	"mailquarry/extract"
)

// TestStats promises that every document is counted by how it ended, with its
// time, and every worker that was lost over one by the cause.
func TestStats(t *testing.T) {
	t.Parallel()
	for mode, want := range map[string]struct {
		state extract.State
		ended map[extract.Ending]int
	}{
		"dirty":    {extract.OK, nil},
		"die-once": {extract.OK, map[extract.Ending]int{extract.EndedCrash: 1}},
		"die":      {extract.Failed, map[extract.Ending]int{extract.EndedCrash: 2}},
		"hang":     {extract.Timeout, map[extract.Ending]int{extract.EndedTime: 1}},
	} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			pool := badPool(t, mode)
			if _, err := pool.Extract(t.Context(), bytesDoc("a.pdf", "", onePage("BT /F 10 Tf (x) Tj ET"))); err != nil {
				t.Fatal(err)
			}
			got, restarts := pool.Stats(), 0
			for state, w := range got.Documents {
				n := 0
				if state == want.state {
					n = 1
				}
				if w.Documents != n || (w.Time > 0) != (n > 0) {
					t.Errorf("%s: %+v, want %d documents", state, w, n)
				}
			}
			maps.DeleteFunc(got.Ended, func(_ extract.Ending, n int) bool { restarts += n; return n == 0 })
			if !maps.Equal(got.Ended, want.ended) {
				t.Errorf("ended %v, want %v", got.Ended, want.ended)
			}
			if most := restarts + 1; got.Started < 1 || got.Started > most {
				t.Errorf("%d workers started, want at most %d", got.Started, most)
			}
			if len(got.Documents) != 9 {
				t.Errorf("states: %v", got.Documents)
			}
		})
	}
}
