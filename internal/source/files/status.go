package files

import (
	"bytes"
	"strconv"
	"strings"
)

// The bits of X-Mozilla-Status that matter here.
const (
	mozillaRead     = 0x0001
	mozillaFlagged  = 0x0004
	mozillaExpunged = 0x0008
)

// statusFlags reads what mail programs note in the header of an mbox message:
// Status (R: read), X-Status (F: flagged, T: draft), X-Mozilla-Status. Expunged
// messages are gone for their owner and only wait for the file to be compacted.
// Without such a field a message counts as read: exports have none, and a whole
// archive of unread mail would help nobody.
func statusFlags(raw []byte) (f Flags, expunged bool) {
	known := false
	for line := range bytes.Lines(raw[:min(len(raw), 64<<10)]) {
		if blank(line) {
			break
		}
		c := line[0] | 0x20
		if c != 's' && c != 'x' {
			continue
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok {
			continue
		}
		v := strings.TrimSpace(string(value))
		switch strings.ToLower(string(name)) {
		case "status":
			known, f.Read = true, strings.Contains(v, "R")
		case "x-status":
			f.Flagged, f.Draft = strings.Contains(v, "F"), strings.Contains(v, "T")
		case "x-mozilla-status":
			if bits, err := strconv.ParseUint(v, 16, 16); err == nil {
				known, f.Read = true, bits&mozillaRead != 0
				f.Flagged = bits&mozillaFlagged != 0
				expunged = bits&mozillaExpunged != 0
			}
		}
	}
	f.Read = f.Read || !known
	return f, expunged
}
