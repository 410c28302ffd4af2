package wire

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxRetryAfter bounds what is believed of a Retry-After: a slip in a proxy must
// not end the sync of a mailbox for months.
const maxRetryAfter = 24 * time.Hour

// RetryAfter reads the header of that name, in seconds or as a date.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if s, err := strconv.ParseFloat(v, 64); err == nil && s > 0 {
		return time.Duration(min(s, maxRetryAfter.Seconds()) * float64(time.Second))
	}
	if t, err := http.ParseTime(v); err == nil {
		// The date is one of the server's clock, and so is this header.
		if there, err := http.ParseTime(h.Get("Date")); err == nil {
			now = there
		}
		return max(0, min(t.Sub(now), maxRetryAfter))
	}
	return 0
}

// maxMessage bounds what is kept of a stranger's error text.
const maxMessage = 300

// OneLine puts an error text on one line, bounded, and takes out what may be
// somebody's address: error texts are logged.
func OneLine(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		if strings.Contains(w, "@") {
			words[i] = "(address)"
		}
	}
	s = strings.ToValidUTF8(strings.Join(words, " "), "")
	if r := []rune(s); len(r) > maxMessage {
		s = string(r[:maxMessage]) + "..."
	}
	return s
}
