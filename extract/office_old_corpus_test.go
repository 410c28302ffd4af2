package extract

import (
	"bytes"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
)

// oldOfficeFiles lists the corpora's documents with these endings.
func oldOfficeFiles(t *testing.T, endings ...string) []string {
	t.Helper()
	root, err := filepath.EvalSymlinks(filepath.Join("..", "corpora", "office"))
	if err != nil {
		t.Skip("corpora are absent: run make corpora")
	}
	var files []string
	_ = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && slices.Contains(endings, strings.ToLower(filepath.Ext(path))) {
			files = append(files, path)
		}
		return nil
	})
	return files
}

// oldOfficeFaults are the documents of the corpora that are not read whole, and
// the states that they are to have.
func oldOfficeFaults() map[string]State {
	return map[string]State{
		"password_password_cryptoapi.doc": Encrypted, "password_tika_binaryrc4.doc": Encrypted, "testWORD_protected_passtika.doc": Encrypted,
		"35897-type4.xls": Encrypted, "password.xls": Encrypted,
		"Password_Protected-np-hello.ppt": Encrypted, "Password_Protected-hello.ppt": Encrypted, "ppt_with_png_encrypted.ppt": Encrypted,
		"Password_Protected-56-hello.ppt": Encrypted, "testPPT_protected_passtika.ppt": Encrypted,
	}
}

// TestOldOfficeCorpus promises that each of the corpora's documents is read, that
// none makes a parser panic or takes long, and that what is damaged says so.
func TestOldOfficeCorpus(t *testing.T) {
	t.Parallel()
	faults, states := oldOfficeFaults(), map[State]int{}
	for _, path := range oldOfficeFiles(t, ".rtf", ".doc", ".dot", ".xls", ".xlt", ".ppt", ".pps") {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(path)
		begin := time.Now()
		typ, _, o := readBytes(raw, name)
		if took := time.Since(begin); took > time.Minute {
			t.Errorf("%s took %v", name, took)
		}
		states[o.state]++
		switch want, listed := faults[name]; {
		case listed && o.state != want:
			t.Errorf("%s is %s (%s), want %s", name, o.state, o.reason, want)
		case listed, o.state == OK, o.state == Partial:
		case o.state == Empty && typ != "", strings.HasPrefix(name, "clusterfuzz-"):
			t.Logf("%s: %s, %s (%s)", name, typ, o.state, o.reason)
		default:
			t.Errorf("%s of type %q is %s: %s", name, typ, o.state, o.reason)
		}
	}
	t.Logf("states %v", states)
}

// TestOldOfficeChanged promises the same of documents that were cut, or in which
// bytes were changed.
func TestOldOfficeChanged(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for i, path := range oldOfficeFiles(t, ".rtf", ".doc", ".xls", ".ppt") {
		if testing.Short() && i%8 != 0 {
			continue
		}
		raw, err := os.ReadFile(path)
		if err != nil || len(raw) == 0 || len(raw) > 1<<20 {
			continue
		}
		cut := raw[:random.IntN(len(raw))]
		changed := bytes.Clone(raw)
		for range 1 + len(raw)/2000 {
			changed[random.IntN(len(raw))] = byte(random.Uint32())
		}
		for _, b := range [][]byte{cut, changed} {
			begin := time.Now()
			readBytes(b, filepath.Base(path)) // panics where a parser does
			if took := time.Since(begin); took > time.Minute {
				t.Errorf("%s, damaged, took %v", filepath.Base(path), took)
			}
		}
	}
}

// TestOldOfficeRecall measures how many of the words that another program finds
// are found, where that program is installed. Their own list numbers, and the
// codes of fields, are not looked for.
func TestOldOfficeRecall(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		program []string
		ending  string
		least   float64 // of the words of the median document
	}{
		{[]string{"antiword", "-m", "UTF-8.txt", "-w", "0"}, ".doc", 0.98},
		{[]string{"catdoc", "-d", "utf-8", "-w"}, ".doc", 0.98},
		{[]string{"xls2csv", "-d", "utf-8", "-q", "0"}, ".xls", 0.95},
	} {
		if _, err := exec.LookPath(c.program[0]); err != nil {
			t.Logf("%s is not installed", c.program[0])
			continue
		}
		var recalls []float64
		for _, path := range oldOfficeFiles(t, c.ending) {
			out, err := exec.CommandContext(t.Context(), c.program[0], append(c.program[1:], path)...).Output()
			raw, readErr := os.ReadFile(path)
			if err != nil || readErr != nil {
				continue
			}
			_, text, o := readBytes(raw, filepath.Base(path))
			words, got := wordSet(string(out)), wordSet(text)
			if o.state != OK || len(words) < 5 {
				continue
			}
			found := 0
			for w := range maps.Keys(words) {
				if got[w] {
					found++
				}
			}
			recalls = append(recalls, float64(found)/float64(len(words)))
		}
		if len(recalls) == 0 {
			continue
		}
		slices.Sort(recalls)
		sum, high := 0.0, 0
		for _, r := range recalls {
			sum += r
			if r >= 0.95 {
				high++
			}
		}
		median := recalls[len(recalls)/2]
		t.Logf("%s: %d documents, word recall %.3f, median %.3f, %.2f above .95", c.program[0], len(recalls),
			sum/float64(len(recalls)), median, float64(high)/float64(len(recalls)))
		if median < c.least {
			t.Errorf("beside %s the median document has %.3f of its words, want %.2f", c.program[0], median, c.least)
		}
	}
}

// wordSet gives the distinct words of a text that have a letter.
func wordSet(s string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.FieldsFunc(strings.ToLower(s), func(c rune) bool { return !isWordRune(c) }) {
		if strings.IndexFunc(w, func(c rune) bool { return c > '9' }) >= 0 {
			set[w] = true
		}
	}
	return set
}

func isWordRune(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c) }
