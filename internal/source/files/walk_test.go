package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tree writes files (a name that ends in "/" is a folder) and gives the root.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		p := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "/") {
			if err := os.MkdirAll(p, 0o755); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.WriteFile(p, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// list walks and writes each item as "mailbox|folder/path|flags|first line".
func list(t *testing.T, o Options, paths ...string) (items []string, errs []error, r Report) {
	t.Helper()
	o.Report = &r
	for it, err := range Walk(t.Context(), paths, o) {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		flags := ""
		for _, f := range []struct {
			on bool
			c  string
		}{{it.Flags.Read, "r"}, {it.Flags.Flagged, "f"}, {it.Flags.Draft, "d"}} {
			if f.on {
				flags += f.c
			}
		}
		if it.Marked {
			flags += "!"
		}
		line, _, _ := strings.Cut(string(it.Raw), "\n")
		items = append(items, it.Mailbox+"|"+strings.Join(it.Folder, " > ")+"|"+flags+"|"+line)
	}
	return items, errs, r
}

const from = "From ada@quarry.example Mon Mar  4 09:15:02 2024\n"

func TestWalk(t *testing.T) {
	t.Parallel()
	msg := func(s string) string { return "Subject: " + s + "\nFrom: a@b.example\n\nhello\n" }
	tests := []struct {
		name    string
		files   map[string]string
		options Options
		path    string
		want    []string
		skipped int
	}{
		{
			name: "folder tree of eml",
			files: map[string]string{
				"b/2.eml": msg("b2"), "b/1.EML": msg("b1"), "b/deep/3.eml": msg("b3"), "a.eml": msg("a"),
				"b/notes.docx": "x", ".hidden/4.eml": msg("no"), "b/.5.eml": msg("no"), "b/README": "Read me first.\n", "b/log.txt": "Note: no mail\n",
			},
			options: Options{Mailbox: "ada@quarry.example"},
			want: []string{
				"ada@quarry.example|Imported|r|Subject: a",
				"ada@quarry.example|b|r|Subject: b1", "ada@quarry.example|b|r|Subject: b2",
				"ada@quarry.example|b > deep|r|Subject: b3",
			},
			skipped: 5,
		},
		{
			name: "tree of users", options: Options{Tree: true},
			files: map[string]string{
				"ada/inbox/1.eml": msg("1"), "ada/clients/north/2.eml": msg("2"), "bob/3.eml": msg("3"), "4.eml": msg("4"),
				"carl.mbox": from + msg("5"),
			},
			want: []string{
				DefaultMailbox + "|Imported|r|Subject: 4",
				"ada|clients > north|r|Subject: 2", "ada|inbox|r|Subject: 1",
				"bob|Imported|r|Subject: 3",
				"carl|Inbox|r|Subject: 5",
			},
		},
		{
			name: "Maildir with dotted subfolders",
			files: map[string]string{
				"cur/10.x:2,S": msg("seen"), "cur/11.x:2,FRS": msg("flagged"), "cur/12.x:2,DT": msg("draft"), "cur/13.x": msg("plain"),
				"new/14.x": msg("new"), "tmp/15.x": msg("half written"), "dovecot-uidlist": "3 V1",
				".Clients.North/cur/20.x:2,S": msg("client"), ".Clients.North/new/": "", ".Entw&APw-rfe/cur/21.x:2,D": msg("entwurf"), ".Entw&APw-rfe/tmp/": "",
				"archive/cur/30.x:2,S": msg("nested"), "archive/new/": "",
			},
			want: []string{
				DefaultMailbox + "|Inbox|r!|Subject: seen", DefaultMailbox + "|Inbox|rf!|Subject: flagged",
				DefaultMailbox + "|Inbox|d!|Subject: draft", DefaultMailbox + "|Inbox||Subject: plain", DefaultMailbox + "|Inbox|!|Subject: new",
				DefaultMailbox + "|Clients > North|r!|Subject: client",
				DefaultMailbox + "|Entwürfe|d!|Subject: entwurf",
				DefaultMailbox + "|archive|r!|Subject: nested",
			},
			skipped: 1,
		},
		{
			name: "files that have left their Maildir",
			files: map[string]string{
				"saved/1.host:2,RS": msg("seen"), "saved/2.host!2,F": msg("flagged"), "saved/3.host;2,": msg("unseen"),
				"saved/4.eml": msg("plain"), "saved/5.host:2,S": "no mail", "saved/list:2,5.csv": msg("a list"),
			},
			want: []string{
				DefaultMailbox + "|saved|r!|Subject: seen", DefaultMailbox + "|saved|f!|Subject: flagged",
				DefaultMailbox + "|saved|!|Subject: unseen", DefaultMailbox + "|saved|r|Subject: plain",
			},
			skipped: 2,
		},
		{
			name: "mboxes and MH", options: Options{Mailbox: "m"},
			files: map[string]string{
				"Local/Sent":      from + "Status: RO\n" + msg("one") + "\n" + from + "Status: O\nX-Status: F\n" + msg("two"),
				"Local/Sent.msf":  "index",
				"Local/Old.sbd/Y": "From \nX-Mozilla-Status: 0009\n" + msg("expunged") + "\nFrom \nX-Mozilla-Status: 0005\n" + msg("kept"),
				"mh/1":            msg("mh"), "mh/0002.txt": msg("text"),
				"spam/00001.7c53336b37003a9286aba55d2945844c": from + msg("digest"),
			},
			want: []string{
				"m|Local > Old > Y|rf|X-Mozilla-Status: 0005",
				"m|Local > Sent|r|Status: RO", "m|Local > Sent|f|Status: O",
				"m|mh|r|Subject: text", "m|mh|r|Subject: mh", "m|spam|r|Subject: digest",
			},
			skipped: 2,
		},
		{
			name: "one file of each kind", path: "x", options: Options{Mailbox: "m"},
			files: map[string]string{"x": msg("by content")},
			want:  []string{"m|Imported|r|Subject: by content"},
		},
		{
			name: "an eml with a From_ line", path: "x.eml", options: Options{Mailbox: "m"},
			files: map[string]string{"x.eml": from + msg("x")},
			want:  []string{"m|Imported|r|Subject: x"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, errs, r := list(t, tt.options, filepath.Join(tree(t, tt.files), tt.path))
			if len(errs) > 0 {
				t.Error(errs)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
			if r.Skipped != tt.skipped || r.Messages != len(tt.want) {
				t.Errorf("report %+v, want %d skipped", r, tt.skipped)
			}
		})
	}
}

// TestWalkGoesOn: a file that cannot be read costs nothing but itself, and a
// link never leads out of the tree or round in circles.
func TestWalkGoesOn(t *testing.T) {
	t.Parallel()
	root := tree(t, map[string]string{"1.eml": "A: 1\n", "3.eml": "A: 3\n", "4.mbox": "no mbox at all\n", "d/5.eml": "A: 5\n"})
	huge, err := os.Create(filepath.Join(root, "2.eml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(huge.Truncate(MaxMessage+1), huge.Close(), os.Symlink(root, filepath.Join(root, "d", "loop")), os.Symlink("/etc/hostname", filepath.Join(root, "out.eml"))); err != nil {
		t.Fatal(err)
	}
	got, errs, r := list(t, Options{Mailbox: "m"}, root, filepath.Join(root, "absent"), filepath.Join(root, "1.eml"))
	want := []string{"m|Imported|r|A: 1", "m|Imported|r|A: 3", "m|d|r|A: 5", "m|Imported|r|A: 1"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if len(errs) != 3 || !errors.Is(errs[0], ErrTooLarge) || !errors.Is(errs[1], ErrNotMail) || !errors.Is(errs[2], os.ErrNotExist) {
		t.Errorf("errors %q", errs)
	}
	if r.Links != 2 || r.Errors != 3 {
		t.Errorf("report %+v", r)
	}
}

func TestWalkUnreadable(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("root reads everything")
	}
	root := tree(t, map[string]string{"1.eml": "A: 1\n", "2.eml": "A: 2\n"})
	if err := os.Chmod(filepath.Join(root, "1.eml"), 0); err != nil {
		t.Fatal(err)
	}
	got, errs, _ := list(t, Options{}, root)
	if len(got) != 1 || len(errs) != 1 || !errors.Is(errs[0], os.ErrPermission) {
		t.Errorf("%q, %q", got, errs)
	}
}

// TestWalkKeepsOrder: reading ahead on several cores never shows.
func TestWalkKeepsOrder(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for i := range 700 {
		// Some files are above the size that is read ahead.
		files[fmt.Sprintf("%04d.eml", i)] = fmt.Sprintf("N: %04d\n%s", i, strings.Repeat("x", i%50/49*(readAhead+1)))
	}
	got, _, _ := list(t, Options{}, tree(t, files))
	for i, g := range got {
		if !strings.HasSuffix(g, fmt.Sprintf("N: %04d", i)) {
			t.Fatalf("item %d is %q", i, g)
		}
	}
	if len(got) != 700 {
		t.Fatalf("%d items", len(got))
	}
}

// TestWalkStops: a consumer may leave the loop, and an ended context is the
// last thing a walk tells.
func TestWalkStops(t *testing.T) {
	t.Parallel()
	files := map[string]string{"z.mbox": strings.Repeat(from+"A: 1\n\n", 50)}
	for i := range 200 {
		files[fmt.Sprintf("%d.eml", i)] = "A: 1\n"
	}
	root := tree(t, files)
	for range Walk(t.Context(), []string{root}, Options{}) { //nolint:errcheck // only how far it goes
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n, last := 0, error(nil)
	for _, err := range Walk(ctx, []string{root}, Options{}) {
		if n++; n == 220 {
			cancel()
		}
		last = err
	}
	if !errors.Is(last, context.Canceled) || n > 230 {
		t.Errorf("after %d items: %v", n, last)
	}
}

func TestKey(t *testing.T) {
	t.Parallel()
	a := Key([]string{"a", "b"}, []byte("x"))
	if len(a) != 40 || a != Key([]string{"a", "b"}, []byte("x")) {
		t.Errorf("key %q is not stable", a)
	}
	for _, other := range []string{Key([]string{"ab"}, []byte("x")), Key([]string{"a"}, []byte("bx")), Key([]string{"a", "b"}, []byte("y")), Key([]string{"a", "b", ""}, []byte("x"))} {
		if other == a {
			t.Error("different messages share a key")
		}
	}
}

// TestCorpora walks real mail: everything is read, twice alike, and nothing of
// a file gets lost.
func TestCorpora(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		dir string
		min int
	}{{"mime", 190}, {"spamassassin", 6000}} {
		dir := filepath.Join(corpora(t), c.dir)
		var keys [2][]string
		var r Report
		for i := range keys {
			for it, err := range Walk(t.Context(), []string{dir}, Options{Report: &r}) {
				if err != nil {
					t.Error(err)
					continue
				}
				keys[i] = append(keys[i], Key(it.Folder, it.Raw))
			}
		}
		if !cmp.Equal(keys[0], keys[1]) {
			t.Errorf("%s: two walks differ", c.dir)
		}
		if r.Messages < c.min || r.Errors > 0 {
			t.Errorf("%s: %+v, want at least %d messages", c.dir, r, c.min)
		}
		t.Logf("%s: %+v", c.dir, r)
	}
}

// TestCorporaMboxRoundTrip puts real mail through an mbox and back.
func TestCorporaMboxRoundTrip(t *testing.T) {
	t.Parallel()
	var msgs []string
	for it, err := range Walk(t.Context(), []string{filepath.Join(corpora(t), "mime")}, Options{}) {
		if err == nil && bytes.HasSuffix(it.Raw, []byte("\n")) && !bytes.HasSuffix(it.Raw, []byte("\n\r\n")) {
			msgs = append(msgs, string(it.Raw))
		}
	}
	got := readAll(t, writeMbox(msgs), MaxMessage)
	if d := cmp.Diff(msgs, got); d != "" {
		t.Errorf("%d messages became %d: %.2000s", len(msgs), len(got), d)
	}
}

// corpora finds the corpora beside go.mod or skips the test.
func corpora(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; filepath.Dir(dir) != dir; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
	}
	dir = filepath.Join(dir, "corpora")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("corpora are absent: run make corpora")
	}
	return dir
}

// BenchmarkWalk reads small files of a warm disk cache.
func BenchmarkWalk(b *testing.B) {
	dir := filepath.Join(corpora(b), "enron", "kaminski-v")
	messages := 0
	for b.Loop() {
		var r Report
		for _, err := range Walk(b.Context(), []string{dir}, Options{Report: &r}) {
			if err != nil {
				b.Fatal(err)
			}
		}
		messages += r.Messages
	}
	b.ReportMetric(float64(messages)/b.Elapsed().Seconds(), "files/s")
}
