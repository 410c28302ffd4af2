package decode_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"mailquarry/internal/decode"
	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// wrapped is base64 in lines of the given length.
func wrapped(content []byte, line int, brk string) string {
	s := base64.StdEncoding.EncodeToString(content)
	var out []string
	for len(s) > line {
		out = append(out, s[:line])
		s = s[line:]
	}
	return strings.Join(append(out, s), brk)
}

func withAttachment(body, brk string) []byte {
	return []byte(strings.Join([]string{
		"Subject: s", "Content-Type: multipart/mixed; boundary=b", "", "--b", "", "text", "--b",
		`Content-Type: application/pdf; name="=?utf-8?q?B=C3=BCro.pdf?="`, "Content-Transfer-Encoding: base64",
		"Content-Disposition: attachment", "Content-ID: <c1>", "", body, "--b--", "",
	}, brk))
}

// TestSplit promises one copy of equal attachments, whatever mail program
// encoded them, and the message back as it was.
func TestSplit(t *testing.T) {
	t.Parallel()
	content := bytes.Repeat([]byte("0123456789abcdef\n"), 1000)
	for name, c := range map[string]struct {
		raw      []byte
		detached bool
	}{
		"76 columns, CRLF":        {withAttachment(wrapped(content, 76, "\r\n"), "\r\n"), true},
		"72 columns, LF":          {withAttachment(wrapped(content, 72, "\n"), "\n"), true},
		"one line":                {withAttachment(base64.StdEncoding.EncodeToString(content), "\n"), true},
		"blank lines after":       {withAttachment(wrapped(content, 76, "\n")+"\n\n", "\n"), true},
		"other breaks in the end": {withAttachment(wrapped(content, 76, "\r\n"), "\n"), true},
		"uneven lines":            {withAttachment(wrapped(content, 76, "\n")[:1000]+"\n"+wrapped(content, 76, "\n")[1000:], "\n"), false},
		"blanks at line ends":     {withAttachment(strings.ReplaceAll(wrapped(content, 76, "\n"), "\n", " \n"), "\n"), false},
		"no padding":              {withAttachment(strings.TrimRight(wrapped(content[:len(content)-1], 76, "\n"), "="), "\n"), false},
		"text after the padding":  {withAttachment(wrapped(content, 76, "\n")+"\nsee you", "\n"), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			payload, format, parts, err := decode.Split(c.raw)
			if err != nil {
				t.Fatal(err)
			}
			if got := format == source.RFC822Detached; got != c.detached {
				t.Errorf("detached %v, want %v", got, c.detached)
			}
			if c.detached && len(payload) > 1000 {
				t.Errorf("the payload still has %d bytes", len(payload))
			}
			got, _, err := rejoin(c.raw)
			if err != nil || !bytes.Equal(got, c.raw) {
				t.Errorf("not the same bytes: %v", err)
			}
			want := []mail.Part{{Name: "Büro.pdf", ContentType: "application/pdf", ContentID: "c1", Kind: mail.FilePart}}
			if d := cmp.Diff(want, []mail.Part{parts[0].Part}, cmpopts.IgnoreFields(mail.Part{}, "Digest", "Size")); d != "" {
				t.Errorf("part (-want +got):\n%s", d)
			}
			if c.detached && !bytes.Equal(parts[0].Content, content) {
				t.Errorf("the attachment's bytes differ")
			}
		})
	}
}

// TestSplitParts covers which parts are attachments, and of what kind.
func TestSplitParts(t *testing.T) {
	t.Parallel()
	raw := lines("Content-Type: multipart/mixed; boundary=m", "", "--m", "Content-Type: multipart/related; boundary=r", "", "--r",
		"Content-Type: multipart/alternative; boundary=a", "", "--a", "", "plain", "--a", "Content-Type: text/html", "", "<p>rich</p>",
		"--a", "Content-Type: text/calendar; charset=utf-8", "", "BEGIN:VCALENDAR", "--a--",
		"--r", "Content-Type: image/png", "Content-ID: <logo>", "Content-Disposition: inline", "", "PNG", "--r--",
		"--m", "Content-Type: message/rfc822", "", "Subject: inner", "", "text",
		"--m", "Content-Type: text/plain; name=notes.txt; charset=latin1", "", "caf\xe9", "--m--")
	_, _, parts, err := decode.Split(raw)
	if err != nil {
		t.Fatal(err)
	}
	var got []mail.Part
	for _, p := range parts {
		if p.Part.Digest.IsZero() || p.Part.Size != int64(len(p.Content)) {
			t.Errorf("part %q: digest or size missing", p.Part.Name)
		}
		got = append(got, p.Part)
	}
	want := []mail.Part{
		{ContentType: "text/calendar; charset=utf-8", Kind: mail.FilePart},
		{ContentType: "image/png", ContentID: "logo", Kind: mail.FilePart, Inline: true},
		{Name: "inner.eml", ContentType: "message/rfc822", Kind: mail.ItemPart},
		{Name: "notes.txt", ContentType: "text/plain; charset=latin1", Kind: mail.FilePart},
	}
	if d := cmp.Diff(want, got, cmpopts.IgnoreFields(mail.Part{}, "Digest", "Size")); d != "" {
		t.Errorf("parts (-want +got):\n%s", d)
	}
}

// TestJoinDamage wants an error, never a message that is not the one stored.
func TestJoinDamage(t *testing.T) {
	t.Parallel()
	content := bytes.Repeat([]byte("x"), 5000)
	payload, _, parts, err := decode.Split(withAttachment(wrapped(content, 76, "\n"), "\n"))
	if err != nil {
		t.Fatal(err)
	}
	other := blobs{parts[0].Part.Digest: []byte("other bytes")}
	for name, c := range map[string]struct {
		payload []byte
		open    func(mail.Digest) (io.ReadCloser, error)
	}{
		"blob is missing": {payload, blobs{}.open},
		"blob is another": {payload, other.open},
		"no magic":        {payload[1:], other.open},
		"cut off":         {payload[:20], other.open},
	} {
		if got, err := decode.Join(c.payload, c.open); err == nil || got != nil {
			t.Errorf("%s: no error", name)
		} else if name == "blob is another" && !errors.Is(err, decode.ErrDetached) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzSplit holds Split and Join to giving back every message as it was.
func FuzzSplit(f *testing.F) {
	f.Add(withAttachment(wrapped(bytes.Repeat([]byte("ab"), 3000), 76, "\r\n"), "\r\n"))
	f.Add(withAttachment(wrapped(bytes.Repeat([]byte("ab"), 3000), 60, "\n"), "\n"))
	f.Add([]byte("Content-Type: multipart/mixed; boundary=b\n\n--b\n\n--b--\n--b\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, _, err := rejoin(raw)
		if err != nil || !bytes.Equal(got, raw) {
			t.Fatalf("not the same bytes: %v", err)
		}
	})
}

// FuzzJoin holds Join to an error or a message on any payload.
func FuzzJoin(f *testing.F) {
	payload, _, _, _ := decode.Split(withAttachment(wrapped(bytes.Repeat([]byte("ab"), 3000), 76, "\n"), "\n"))
	f.Add(payload)
	f.Fuzz(func(t *testing.T, payload []byte) {
		_, _ = decode.Join(payload, blobs{}.open)
		_, _ = decode.Message(source.RFC822Detached, payload)
	})
}
