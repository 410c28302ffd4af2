package extract_test

import (
	"archive/zip"
	"bytes"
	"cmp"
	"html"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mailquarry/extract"
)

// officeParts says, by the ending of a document's name, in which parts the words
// stand that people see, and between which tags. It is far simpler than what the
// readers do, and knows nothing of them.
var officeParts = []struct{ endings, parts, text, paragraph, drop *regexp.Regexp }{
	{
		regexp.MustCompile(`\.(docx|docm|dotx|dotm)$`), regexp.MustCompile(`^word/(document|footnotes|endnotes|comments|header\d*|footer\d*)\.xml$`),
		regexp.MustCompile(`<w:(?:t|delText)(?: [^>]*)?>([^<]*)</w:|<w:(?:tab|br|cr|ptab)[ />]`), regexp.MustCompile(`</w:p>`),
		regexp.MustCompile(`(?s)<mc:Fallback>.*?</mc:Fallback>|<w:moveFrom .*?</w:moveFrom>`),
	},
	{
		regexp.MustCompile(`\.(pptx|pptm|ppsx|potx)$`), regexp.MustCompile(`^ppt/(slides/slide|notesSlides/notesSlide)\d+\.xml$`),
		regexp.MustCompile(`<a:t(?: [^>]*)?>([^<]*)</a:t>|<a:br/?>`), regexp.MustCompile(`</a:p>`),
		regexp.MustCompile(`(?s)<mc:Fallback.*?</mc:Fallback>|<a:fld [^>]*type="slidenum".*?</a:fld>`),
	},
	{
		regexp.MustCompile(`\.(xlsx|xlsm|xltx|xltm)$`), regexp.MustCompile(`^xl/(sharedStrings|comments\d*|drawings/drawing\d*)\.xml$`),
		regexp.MustCompile(`<(?:x:|a:)?t(?: [^>]*)?>([^<]*)</(?:x:|a:)?t>`), regexp.MustCompile(`</(?:x:|a:)?(?:si|p|comment)>`), regexp.MustCompile(`(?s)<mc:Fallback.*?</mc:Fallback>|<rPh .*?</rPh>`),
	},
	{
		regexp.MustCompile(`\.(odt|ods|odp)$`), regexp.MustCompile(`^content\.xml$`),
		regexp.MustCompile(`>([^<]+)<`), regexp.MustCompile(`</text:(?:p|h)>`), regexp.MustCompile(`(?s)^.*<office:body|<text:tracked-changes>.*?</text:tracked-changes>|<text:note-citation.*?</text:note-citation>|<dc:date>.*?</dc:date>`),
	},
}

// officeWords gives the distinct words that a document's parts hold; nil when
// they cannot be had.
func officeWords(path string) (kind string, words map[string]int) {
	for _, o := range officeParts {
		m := o.endings.FindStringSubmatch(path)
		if m == nil {
			continue
		}
		z, err := zip.OpenReader(path)
		if err != nil {
			return m[1], nil
		}
		defer z.Close()
		var all strings.Builder
		for _, f := range z.File {
			if !o.parts.MatchString(f.Name) {
				continue
			}
			src, err := f.Open()
			if err != nil {
				return m[1], nil
			}
			b, err := io.ReadAll(io.LimitReader(src, 64<<20))
			_ = src.Close()
			if err != nil {
				return m[1], nil
			}
			for _, p := range o.paragraph.Split(o.drop.ReplaceAllString(string(b), ""), -1) {
				for _, t := range o.text.FindAllStringSubmatch(p, -1) {
					if t[1] == "" {
						all.WriteByte(' ')
					}
					all.WriteString(html.UnescapeString(t[1]))
				}
				all.WriteByte('\n')
			}
		}
		words = wordBag(all.String())
		for w := range words {
			words[w] = 1
		}
		return m[1], words
	}
	return "", nil
}

// unreadableOffice are the documents of the corpora that hold nothing that could
// be read: archives without a directory, and what fuzzers made of some.
var unreadableOffice = regexp.MustCompile(`clusterfuzz-|crash-|^truncated|poc-`)

// officePaths lists the corpora's documents in formats that are archives of XML;
// of those of one name, one.
func officePaths(t *testing.T, dir string) []string {
	t.Helper()
	var paths []string
	seen := map[string]bool{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && !seen[e.Name()] {
			switch ext := filepath.Ext(path); ext {
			case ".docx", ".docm", ".dotx", ".dotm", ".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb", ".pptx", ".pptm", ".ppsx", ".potx", ".odt", ".ods", ".odp", ".odf", ".fodt", ".fods":
				seen[e.Name()] = true
				paths = append(paths, path)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// TestDamagedOfficeCorpus promises an end, and no failing parser, to all of them
// cut short and with bytes changed in what is packed.
func TestDamagedOfficeCorpus(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(corpora(t), "office")
	random := rand.New(rand.NewPCG(5, 6))
	for i, path := range officePaths(t, dir) {
		if testing.Short() && i%8 != 0 {
			continue
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		const most = 1 << 20 // of the larger ones there is nothing new to learn
		if len(b) == 0 || len(b) > most {
			continue
		}
		name := filepath.Base(path)
		noPanic(t, name, b[:random.IntN(len(b))])
		if _, err := zip.NewReader(bytes.NewReader(b), int64(len(b))); err != nil || unreadableOffice.MatchString(name) {
			continue
		}
		for range 3 {
			noPanic(t, name, changedParts(t, b, random))
		}
	}
}

// TestOfficeCorpus reads documents of all kinds, many damaged or encrypted. Each
// must come to an end with a state, and the words in them must be found.
func TestOfficeCorpus(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(corpora(t), "office")
	paths := officePaths(t, dir)
	pool := newPool(t, 15*time.Second)
	var mu sync.Mutex
	var wg sync.WaitGroup
	recalls := map[string][]float64{}
	states := map[extract.State]int{}
	gate := make(chan struct{}, 2)
	for i, path := range paths {
		if testing.Short() && i%8 != 0 {
			continue
		}
		wg.Add(1)
		gate <- struct{}{}
		go func() {
			defer func() { <-gate; wg.Done() }()
			name := filepath.Base(path)
			res, err := pool.Extract(t.Context(), fileDoc(path))
			if err != nil {
				t.Errorf("%s: %v", name, err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			states[res.State]++
			if strings.Contains(res.Reason, "parser failed") || res.State == extract.Timeout || res.State == extract.Failed && !unreadableOffice.MatchString(name) {
				t.Errorf("%s: %s (%s)", name, res.State, res.Reason)
			}
			kind, want := officeWords(path)
			if len(want) < 5 || res.State == extract.Encrypted || unreadableOffice.MatchString(name) {
				return
			}
			got := wordBag(res.Text)
			r := overlap(want, got)
			recalls[kind[:3]] = append(recalls[kind[:3]], r)
			if r < 0.95 {
				var missing []string
				for w := range want {
					if got[w] == 0 && len(missing) < 8 {
						missing = append(missing, w)
					}
				}
				t.Logf("%.2f %s %s (%s) lacks %q", r, res.State, name, res.Reason, missing)
			}
		}()
	}
	wg.Wait()
	if len(recalls) == 0 {
		t.Skip("corpora are absent: run make corpora")
	}
	for _, kind := range slices.SortedFunc(maps.Keys(recalls), cmp.Compare[string]) {
		rs, sum, high := recalls[kind], 0.0, 0
		slices.Sort(rs)
		for _, r := range rs {
			sum += r
			if r >= 0.95 {
				high++
			}
		}
		mean := sum / float64(len(rs))
		t.Logf("%s: %d documents, mean word recall %.3f, median %.3f, %.3f of them at least 0.95", kind, len(rs), mean, rs[len(rs)/2], float64(high)/float64(len(rs)))
		if !testing.Short() && (mean < 0.97 || rs[len(rs)/2] < 0.98 || float64(high) < 0.9*float64(len(rs))) {
			t.Errorf("%s: the words are not found", kind)
		}
	}
	t.Logf("states %v", states)
}
