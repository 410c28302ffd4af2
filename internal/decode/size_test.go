package decode_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"mailquarry/internal/decode"
	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// TestSize: a message is as large as what it holds, and no attachment counts twice,
// whether its bytes are kept with the message or beside it.
func TestSize(t *testing.T) {
	t.Parallel()
	forwarded := "Subject: inner\r\n\r\n" + strings.Repeat("A long line of a forwarded message.\r\n", 200)
	pdf := strings.Repeat("%PDF ", 2000)
	encoded := base64.StdEncoding.EncodeToString([]byte(pdf)) + "\r\n"
	mixed := func(parts ...string) string {
		s := "From: a@example.com\r\nSubject: outer\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello.\r\n"
		for _, p := range parts {
			s += "--b\r\n" + p + "\r\n"
		}
		return s + "--b--\r\n"
	}
	inline := "Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n" + forwarded
	cutOut := "Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" + encoded
	for name, tt := range map[string]struct {
		raw    string
		format source.Format
		less   int // that base64 takes
	}{
		"no attachment":       {mixed(), source.RFC822, 0},
		"a forwarded message": {mixed(inline), source.RFC822, 0},
		"a file":              {mixed(cutOut), source.RFC822Detached, len(encoded) - 2 - len(pdf)},
		"both":                {mixed(inline, cutOut, inline), source.RFC822Detached, len(encoded) - 2 - len(pdf)},
	} {
		payload, format, contents, err := decode.Split([]byte(tt.raw))
		if err != nil || format != tt.format {
			t.Fatalf("%s: %s %v", name, format, err)
		}
		var parts []mail.Part
		for _, p := range contents {
			parts = append(parts, p.Part)
		}
		if got, want := decode.Size(format, payload, parts), int64(len(tt.raw)-tt.less); got != want {
			t.Errorf("%s: %d bytes, want %d", name, got, want)
		}
	}
	if got := decode.Size(source.GraphJSON, []byte("{}"), []mail.Part{{Size: 10}, {Size: 5}}); got != 17 {
		t.Errorf("Graph: %d bytes", got)
	}
	if got := decode.Size(source.RFC822Detached, []byte("MQD1\xff"), []mail.Part{{Size: 10}}); got != 5 {
		t.Errorf("damaged: %d bytes", got)
	}
}
