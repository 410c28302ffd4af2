package mail

import (
	"math"
	"testing"
)

// TestIDsReadBack: what the API printed names the same message again, and
// nothing else does.
func TestIDsReadBack(t *testing.T) {
	t.Parallel()
	for _, id := range []MessageID{1, 35, 36, 81953, math.MaxInt64} {
		if back, err := ParseMessageID(id.String()); err != nil || back != id {
			t.Errorf("%d: %s reads as %d, %v", id, id, back, err)
		}
	}
	for _, s := range []string{"", "0", "-1", "01", "A", " 1", "1 ", "+1", "zzzzzzzzzzzzzzzz", "1.5", "é"} {
		if id, err := ParseMessageID(s); err == nil {
			t.Errorf("%q reads as message %d", s, id)
		}
	}
}

func TestDigestsReadBack(t *testing.T) {
	t.Parallel()
	d := Digest{0: 0xab, 31: 0x01}
	if back, err := ParseDigest(d.String()); err != nil || back != d {
		t.Errorf("%s reads as %s, %v", d, back, err)
	}
	for _, s := range []string{"", "ab", d.String() + "00", "x" + d.String()[1:]} {
		if _, err := ParseDigest(s); err == nil {
			t.Errorf("%q reads as a digest", s)
		}
	}
	if !(Digest{}).IsZero() || d.IsZero() {
		t.Error("only the zero digest names no blob")
	}
}
