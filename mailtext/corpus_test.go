package mailtext

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/htmlindex"
)

// sample is a message of the corpora.
type sample struct {
	path, subject, text string
	answer              bool // its header says that it answers another
	html                bool
}

// samples reads about n messages of a folder of the corpora, evenly.
func samples(t testing.TB, folder string, n int) []sample {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	err = filepath.WalkDir(filepath.Join(root, "corpora", folder), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".eml") {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Skip("corpora are absent: run make corpora")
	}
	var out []sample
	for i := 0; i < len(paths); i += max(1, len(paths)/n) {
		raw, err := os.ReadFile(paths[i])
		if err != nil {
			t.Fatal(err)
		}
		if s, ok := parse(raw); ok {
			s.path = paths[i]
			out = append(out, s)
		}
	}
	return out
}

func parse(raw []byte) (sample, bool) {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return sample{}, false
	}
	var words mime.WordDecoder
	subject, err := words.DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		subject = m.Header.Get("Subject")
	}
	text, html, ok := body(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body, 0)
	return sample{subject: subject, text: text, html: html, answer: m.Header.Get("In-Reply-To")+m.Header.Get("References") != ""}, ok
}

// body gives the first part with text.
func body(contentType, encoding string, r io.Reader, depth int) (text string, html, ok bool) {
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		media = "text/plain"
	}
	if strings.HasPrefix(media, "multipart/") && depth < 5 {
		parts := multipart.NewReader(r, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err != nil {
				return "", false, false
			}
			if text, html, ok := body(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p, depth+1); ok {
				return text, html, true
			}
		}
	}
	if media != "text/plain" && media != "text/html" {
		return "", false, false
	}
	switch strings.ToLower(encoding) {
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, r)
	case "quoted-printable":
		r = quotedprintable.NewReader(r)
	}
	if enc, err := htmlindex.Get(params["charset"]); err == nil {
		r = enc.NewDecoder().Reader(r)
	}
	b, err := io.ReadAll(io.LimitReader(r, 1<<20))
	return strings.ToValidUTF8(string(b), "\uFFFD"), media == "text/html", err == nil && len(b) > 0
}

// TestCorpusQuotes measures on mail of lists and of a company what rules can
// check: of the lines with > how many are told to be quoted; of the lines told to
// be quoted how many have > or lead to one that has, or are behind a header that
// says that all is quoted; and of messages that answer none how many are said to
// quote.
func TestCorpusQuotes(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"lists", "enron"} {
		var angled, angledFound, quoted, explained, fresh, freshQuoted int
		for _, s := range samples(t, folder, 1000) {
			text, spans := Read(s.text, s.html, s.subject)
			whole(t, text, spans)
			if s.html {
				continue
			}
			a, f, q, e := check(text, spans)
			if isForward(s.subject) || strings.Contains(strings.ToLower(s.text), "forwarded") {
				a, f = 0, 0 // > may be before what was forwarded
			}
			if os.Getenv("MAILTEXT_SHOW") == "3" && a > f {
				t.Logf("%s misses %d of %d, subject %q", s.path, a-f, a, s.subject)
			}
			angled, angledFound, quoted, explained = angled+a, angledFound+f, quoted+q, explained+e
			if !s.answer && a == 0 && !strings.Contains(strings.ToLower(s.subject), "re:") && !isForward(s.subject) && !strings.Contains(text, "Original Message") {
				fresh++
				if q > 0 {
					freshQuoted++
					if os.Getenv("MAILTEXT_SHOW") != "" {
						t.Logf("%s quotes: %.300q", s.path, Part(text, spans, Quoted))
					}
				}
			}
			if os.Getenv("MAILTEXT_SHOW") == "2" && q > e {
				t.Logf("%s unexplained %d: %.500q", s.path, q-e, Part(text, spans, Quoted))
			}
		}
		recall, precision := ratio(angledFound, angled), ratio(explained, quoted)
		t.Logf("%s: of %d lines with > %.4f are quoted; of %d quoted lines %.4f are explained; of %d new messages %d quote",
			folder, angled, recall, quoted, precision, fresh, freshQuoted)
		if recall < 0.99 || precision < 0.98 || freshQuoted*20 > fresh {
			t.Errorf("%s: too little", folder)
		}
	}
}

// check counts lines with >, how many of them are quoted, quoted lines, and how
// many of those are explained by a rule that a reader would use.
func check(text string, spans []Span) (angled, found, quoted, explained int) {
	all := lines(text)
	next := len(all) // the next line with >
	behind := -1     // behind a line that says that the rest is the original message
	for i, l := range all {
		if strings.Contains(l.text, "Original Message") || strings.HasPrefix(l.text, "From:") {
			behind = i
			break
		}
		// As Notes writes it: the sender stands above.
		if strings.HasPrefix(l.text, "To:") {
			for _, below := range all[i:min(i+12, len(all))] {
				if strings.HasPrefix(below.text, "Subject:") {
					behind = max(i-4, 0)
				}
			}
			if behind >= 0 {
				break
			}
		}
	}
	for i := len(all) - 1; i >= 0; i-- {
		l := all[i]
		if l.text == "" {
			continue
		}
		isQuoted := false
		for _, s := range spans {
			if l.start >= s.Start && l.start < s.End {
				isQuoted = s.Kind == Quoted
			}
		}
		is := isAngle(l.text)
		if is {
			next = i
			angled++
			if isQuoted {
				found++
			}
		}
		if isQuoted {
			quoted++
			if is || next-i <= 4 || behind >= 0 && i >= behind {
				explained++
			}
		}
	}
	return angled, found, quoted, explained
}

func ratio(a, b int) float64 { return float64(a) / float64(max(b, 1)) }

// TestCorpusLanguage promises that English mail is told to be English.
func TestCorpusLanguage(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"lists", "enron"} {
		told := map[string]int{}
		n := 0
		for _, s := range samples(t, folder, 1000) {
			text, spans := Read(s.text, s.html, s.subject)
			l := LanguageOf(s.subject, text, spans)
			told[l]++
			n++
			if os.Getenv("MAILTEXT_SHOW") != "" && l != "en" && l != "" {
				t.Logf("%s is %s: %.200q", s.path, l, Part(text, spans, Own))
			}
		}
		t.Logf("%s: %d messages in %v", folder, n, told)
		if told["en"]*100 < n*90 {
			t.Errorf("%s: %d of %d are English", folder, told["en"], n)
		}
	}
}
