package mailtext

import (
	"strings"
	"testing"
)

// The line with which Notes introduces what is answered ends in a date of numbers and
// a time; prose and tables that hold both elsewhere do not introduce anything.
func TestLinesThatNotesWritesATimeIn(t *testing.T) {
	t.Parallel()
	for l, want := range map[string]bool{
		"12/03/2000 10:15 PM":                              true,
		"Ann Example on 1/2/2000, 3:04:05 AM CET":          true,
		"Ann Example 02.01.00 15:04":                       true,
		"1/2/2000 3:04AM":                                  true,
		strings.Repeat("é", 100) + " 1/2/00 3:04":          true,
		strings.Repeat("é", 101) + " 1/2/00 3:04":          false,
		strings.Repeat("n", 150) + " on 1/2/00 3:04 pm":    true,
		"a12/3/00 10:00":                                   false,
		" 12/3/00 10:00":                                   false,
		"12/3/00 10:00 and so on":                          false,
		"1/2/2 3:04":                                       false,
		"1/2/20000 3:04":                                   false,
		"123/2/2000 3:04":                                  false,
		"1/2/2000 103:04":                                  false,
		"1/2/2000 3:4":                                     false,
		"Version 1.2.03 of 10:30 was built on 4.5.2001 at": false,
	} {
		if got := endsAsNoted(l); got != want {
			t.Errorf("%.60q: %v", l, got)
		}
	}
}
