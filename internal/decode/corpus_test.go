package decode_test

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"mailquarry/internal/decode"
	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// corpora finds the folder of test corpora, or skips the test.
func corpora(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	dir = filepath.Join(dir, "corpora")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("corpora are absent: run make corpora")
	}
	return dir
}

// blobs keeps what Split gave, as the archive does.
type blobs map[mail.Digest][]byte

func (b blobs) open(d mail.Digest) (io.ReadCloser, error) {
	c, ok := b[d]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return io.NopCloser(bytes.NewReader(c)), nil
}

// rejoin splits a message and joins it again.
func rejoin(raw []byte) ([]byte, source.Format, error) {
	payload, format, parts, _ := decode.Split(raw)
	if format == source.RFC822 {
		return payload, format, nil
	}
	held := blobs{}
	for _, p := range parts {
		held[p.Part.Digest] = p.Content
	}
	out, err := decode.Join(payload, held.open)
	return out, format, err
}

func walkFiles(t *testing.T, dir string, stride int, visit func(path string, raw []byte)) {
	t.Helper()
	n := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if n++; n%stride != 0 {
			return nil
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("read %s: %w", path, err)
		}
		visit(path, raw)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestSplitJoinCorpora promises that an imported message can always be had
// back exactly as it came.
func TestSplitJoinCorpora(t *testing.T) {
	t.Parallel()
	dir := corpora(t)
	for name, stride := range map[string]int{"mime": 1, "spamassassin": 1, "lists": 4, "outlook": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files, detached := 0, 0
			walkFiles(t, filepath.Join(dir, name), stride, func(path string, raw []byte) {
				files++
				got, format, err := rejoin(raw)
				if err != nil {
					t.Errorf("%s: %v", path, err)
				}
				if !bytes.Equal(got, raw) {
					t.Errorf("%s: not the same bytes", path)
				}
				if format == source.RFC822Detached {
					detached++
				}
			})
			t.Logf("%d messages, %d with detached attachments", files, detached)
		})
	}
}

// TestMessageCorpora decodes every message there is. None may take long, give
// text that is not UTF-8, or end up with another text once it is detached.
func TestMessageCorpora(t *testing.T) {
	t.Parallel()
	dir := corpora(t)
	for name, stride := range map[string]int{"mime": 1, "spamassassin": 2, "lists": 8, "pdf": 20} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files, subjects, dates, bodies := 0, 0, 0, 0
			walkFiles(t, filepath.Join(dir, name), stride, func(path string, raw []byte) {
				start := time.Now()
				m, _ := decode.Message(source.RFC822, raw)
				if d := time.Since(start); d > time.Minute {
					t.Errorf("%s took %v", path, d)
				}
				checkMessage(t, path, m)
				payload, format, _, _ := decode.Split(raw)
				if d, _ := decode.Message(format, payload); fmt.Sprintf("%#v", d) != fmt.Sprintf("%#v", m) {
					t.Errorf("%s decodes otherwise when detached", path)
				}
				files++
				subjects += count(m.Subject != "")
				dates += count(!m.Date().IsZero())
				bodies += count(strings.TrimSpace(m.Body.Content) != "")
			})
			t.Logf("%d messages: subject %d, date %d, body %d", files, subjects, dates, bodies)
			if name == "spamassassin" || name == "lists" {
				if min(subjects, dates, bodies)*100 < files*96 {
					t.Errorf("of %d messages only %d have a subject, %d a date, %d a body", files, subjects, dates, bodies)
				}
			}
		})
	}
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// checkMessage holds a decoded message to what mail.Message promises.
func checkMessage(t *testing.T, path string, m mail.Message) {
	t.Helper()
	texts := []string{m.Subject, m.Body.Content, m.InternetMessageID, m.ConversationID, m.From.Name, m.From.Address}
	for _, list := range [][]mail.Address{m.To, m.Cc, m.Bcc, m.ReplyTo} {
		for _, a := range list {
			texts = append(texts, a.Name, a.Address)
		}
	}
	texts = slices.Concat(texts, m.Categories, m.References, m.DeliveredTo, []string{m.ListID})
	for _, h := range m.Headers {
		texts = append(texts, h.Name, h.Value)
	}
	for _, s := range texts {
		if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
			t.Errorf("%s: text that is no clean UTF-8: %.40q", path, s)
		}
	}
	if strings.ContainsAny(m.Subject, "\r\n") {
		t.Errorf("%s: a subject of several lines", path)
	}
	if m.Body.Type != mail.Text && m.Body.Type != mail.HTML {
		t.Errorf("%s: body type %q", path, m.Body.Type)
	}
}
