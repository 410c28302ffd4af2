package decode

import (
	"bytes"

	"mailquarry/internal/source"
)

// Marks are what a mail program notes of a message beside it, and not in it.
type Marks struct{ Read, Flagged, Draft bool }

// The bits of the marks in a payload.
const (
	markRead = 1 << iota
	markFlagged
	markDraft
)

// Mark has a payload that Split made tell the marks, which go before those in the
// message's header. The message itself stays as it was.
func Mark(payload []byte, f source.Format, m Marks) ([]byte, source.Format) {
	if f == source.RFC822 {
		payload = marshalDetached(nil, payload)
	}
	_, rest, ok := cutMarks(payload)
	if !ok {
		return payload, f
	}
	var bits byte
	for _, mark := range []struct {
		on  bool
		bit byte
	}{{m.Read, markRead}, {m.Flagged, markFlagged}, {m.Draft, markDraft}} {
		if mark.on {
			bits |= mark.bit
		}
	}
	out := append(make([]byte, 0, len(markedMagic)+1+len(rest)), markedMagic...)
	return append(append(out, bits), rest...), source.RFC822Detached
}

// cutMarks tells the marks of a detached payload, nil where it has none, and what
// follows its head.
func cutMarks(payload []byte) (m *Marks, rest []byte, ok bool) {
	if rest, ok = bytes.CutPrefix(payload, []byte(detachedMagic)); ok {
		return nil, rest, true
	}
	if rest, ok = bytes.CutPrefix(payload, []byte(markedMagic)); !ok || len(rest) == 0 {
		return nil, nil, false
	}
	bits := rest[0]
	return &Marks{Read: bits&markRead != 0, Flagged: bits&markFlagged != 0, Draft: bits&markDraft != 0}, rest[1:], true
}
