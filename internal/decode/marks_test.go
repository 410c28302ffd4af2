package decode_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"mailquarry/internal/decode"
	"mailquarry/internal/mail"
)

// TestMark: what a mail program has noted beside a message is told with it, before
// what stands in its header, and the message stays as it was, byte for byte.
func TestMark(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"Subject: s\r\n\r\nHello.",
		"Subject: s\r\nStatus: O\r\nX-Status: F\r\n\r\nHello.",
		string(withAttachment(wrapped(bytes.Repeat([]byte("0123456789"), 1000), 76, "\r\n"), "\r\n")),
	} {
		for _, want := range []decode.Marks{{}, {Read: true}, {Flagged: true}, {Draft: true}, {Read: true, Flagged: true, Draft: true}} {
			payload, format, parts, err := decode.Split([]byte(raw))
			if err != nil {
				t.Fatal(err)
			}
			size := decode.Size(format, payload, nil)
			for range 2 { // marking again replaces the marks
				payload, format = decode.Mark(payload, format, decode.Marks{Read: !want.Read})
				payload, format = decode.Mark(payload, format, want)
			}
			m, err := decode.Message(format, payload)
			if got := (decode.Marks{Read: m.IsRead, Flagged: m.IsFlagged, Draft: m.IsDraft}); err != nil || got != want || m.Subject != "s" {
				t.Errorf("%.40q: %+v, want %+v, %v", raw, got, want, err)
			}
			back, err := decode.Join(payload, func(mail.Digest) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(parts[0].Content)), nil })
			if err != nil || string(back) != raw {
				t.Errorf("%.40q: not the same bytes: %v", raw, err)
			}
			if got := decode.Size(format, payload, nil); got != size {
				t.Errorf("%.40q: %d bytes with marks, %d without", raw, got, size)
			}
		}
	}
	for _, damaged := range []string{"MQD2", "MQD2\x01", "MQD3\x01\x00", "MQD2\x01" + strings.Repeat("\xff", 12)} {
		if _, err := decode.Message("rfc822-detached", []byte(damaged)); err == nil {
			t.Errorf("%q: no error", damaged)
		}
	}
}
