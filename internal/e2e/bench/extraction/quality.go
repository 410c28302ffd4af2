package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"mailquarry/extract"
)

// The references. Of a PDF it is what pdftotext prints, where mutool agrees: their
// bags of words must have more than 0.8 in common. Only the text of the pages is
// compared, not that of titles, bookmarks and the like, which neither prints.
//
// For Office there is no such pair. Recall is measured against the words of the
// parts, read in the simplest of ways (parts.go), and against LibreOffice's text,
// which repeats on each page, cuts and renders what others do not; precision
// against all that either of them has anywhere, for old formats in the bytes of
// the file: a word beyond that was made up, or glued together. What is read of
// documents inside is left out there. These count distinct words that have a letter.
//
// With -truth the reference is what the document was made from, word for word.

// score is how one document was read, beside one reference.
type score struct {
	path              string
	recall, precision float64
	lacking, added    []string
	res               extract.Result
}

// scores are those of one reference, by format.
type scores map[string][]score

func measureQuality(s settings, set map[string][]file) error {
	results, err := readAll(s, set)
	if err != nil {
		return err
	}
	byParts, byOffice, pages, truth := scores{}, scores{}, scores{}, scores{}
	for _, f := range formats {
		files := set[f.name]
		switch {
		case len(files) == 0:
		case s.truth:
			truth[f.name] = besideTruth(files, results)
		case f.name == "pdf":
			pages["pdf"] = besidePDFTools(files, results)
		case convertible(f.name):
			texts, err := officeTexts(s, f.name, files)
			if err != nil {
				return err
			}
			byParts[f.name], byOffice[f.name] = besideOffice(f.name, files, results, texts)
		}
	}
	tellStates(set, results)
	for _, r := range []struct {
		title string
		scores
	}{
		{"what the documents were made from", truth},
		{"pdftotext, where mutool agrees", pages},
		{"the words in the parts", byParts},
		{"LibreOffice", byOffice},
	} {
		r.tell(r.title, s.worst)
	}
	return nil
}

// readAll reads the documents with the pool.
func readAll(s settings, set map[string][]file) (map[string]extract.Result, error) {
	p := extract.New(extract.Options{WorkerCommand: []string{s.binary, "extract-worker"}, CacheDir: filepath.Join(s.work, "compiled")})
	defer p.Close()
	results := map[string]extract.Result{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	paths, failed := make(chan string), error(nil)
	for range 2 {
		wg.Go(func() {
			for path := range paths {
				res, err := p.Extract(context.Background(), document(path))
				mu.Lock()
				if results[path] = res; err != nil {
					failed = err
				}
				mu.Unlock()
			}
		})
	}
	for _, files := range set {
		for _, f := range files {
			paths <- f.path
		}
	}
	close(paths)
	wg.Wait()
	return results, failed
}

func besideTruth(files []file, results map[string]extract.Result) (out []score) {
	for _, f := range files {
		b, err := os.ReadFile(f.path + ".txt")
		if err != nil {
			continue
		}
		want, got := bag(string(b)), bag(bodyText(results[f.path]))
		out = append(out, compare(f.path, want, got, want, got, results[f.path]))
	}
	return out
}

func besidePDFTools(files []file, results map[string]extract.Result) (out []score) {
	for _, f := range files {
		one, _, ok1 := tools[0].text(f.path)
		two, _, ok2 := tools[1].text(f.path)
		want := bag(one)
		if ok1 && ok2 && size(want) >= 5 && alike(want, bag(two)) > 0.8 {
			got := bag(pageText(results[f.path]))
			out = append(out, compare(f.path, want, got, want, got, results[f.path]))
		}
	}
	return out
}

func besideOffice(format string, files []file, results map[string]extract.Result, texts map[string]string) (parts, office []score) {
	for _, f := range files {
		res := results[f.path]
		if res.State == extract.Encrypted {
			continue
		}
		shown, all, raw := partWords(format, f.path)
		theirs, found, told := lettered(bag(texts[f.path])), lettered(bag(res.Text)), lettered(bag(own(res)))
		union := map[string]int{}
		if len(all) == 0 {
			raw = rawText(f.path)
			all = lettered(bag(raw))
		}
		for _, words := range []map[string]int{all, theirs} {
			for w := range words {
				union[w] = 1
			}
		}
		for _, t := range tools {
			if t.reads(format) && t.installed() {
				said, _, _ := t.text(f.path)
				for w := range lettered(bag(said)) {
					union[w] = 1
				}
			}
		}
		raw = strings.ToLower(raw)
		for w := range told {
			if union[w] == 0 && holds(raw, w) {
				union[w] = 1
			}
		}
		if len(shown) >= 5 {
			parts = append(parts, compare(f.path, shown, found, union, told, res))
		}
		if len(theirs) >= 5 {
			office = append(office, compare(f.path, theirs, found, union, told, res))
		}
	}
	return parts, office
}

// compare scores how much of what is wanted was found, and how much of what was
// told may be there.
func compare(path string, wanted, found, may, told map[string]int, res extract.Result) score {
	s := score{path: path, res: res}
	s.recall, s.lacking = share(wanted, found)
	s.precision, s.added = share(told, may)
	s.res.Text, s.res.Places = "", nil
	return s
}

// pageText is what the pages of a PDF show, without what stands beside them.
func pageText(res extract.Result) string {
	return placed(res, func(k extract.StepKind) bool { return k == extract.Page || k == extract.Form || k == "" })
}

// bodyText is all but title, author and the like.
func bodyText(res extract.Result) string {
	return placed(res, func(k extract.StepKind) bool { return k != extract.Properties })
}

// own is all but what stands in documents inside.
func own(res extract.Result) string {
	return placed(res, func(k extract.StepKind) bool { return k != extract.Member && k != extract.Attachment })
}

func placed(res extract.Result, want func(extract.StepKind) bool) string {
	if len(res.Places) == 0 {
		return res.Text
	}
	var b strings.Builder
	if want("") {
		b.WriteString(res.Text[:res.Places[0].Offset])
	}
	for i, p := range res.Places {
		end := len(res.Text)
		if i+1 < len(res.Places) {
			end = res.Places[i+1].Offset
		}
		wanted := want("")
		for _, step := range p.Path {
			wanted = wanted && want(step.Kind)
		}
		if wanted {
			b.WriteString(res.Text[p.Offset:end] + "\n")
		}
	}
	return b.String()
}

func tellStates(set map[string][]file, results map[string]extract.Result) {
	fmt.Println("| format | files | MB | states |")
	fmt.Println("|---|---|---|---|")
	for _, f := range formats {
		if len(set[f.name]) == 0 {
			continue
		}
		count := map[extract.State]int{}
		for _, file := range set[f.name] {
			count[results[file.path].State]++
		}
		var said []string
		for _, state := range []extract.State{extract.OK, extract.Partial, extract.Empty, extract.NoText, extract.Unsupported, extract.Encrypted, extract.TooLarge, extract.Timeout, extract.Failed} {
			if count[state] > 0 {
				said = append(said, fmt.Sprintf("%d %s", count[state], state))
			}
		}
		fmt.Printf("| %s | %d | %.1f | %s |\n", f.name, len(set[f.name]), mb(bytesOf(set[f.name])), strings.Join(said, ", "))
	}
	fmt.Println()
}

func (by scores) tell(title string, worst int) {
	if len(by) == 0 {
		return
	}
	fmt.Printf("Beside %s:\n\n", title)
	fmt.Println("| format | files | recall median | mean | of files above .95 | precision median | mean | of files above .95 |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	for _, f := range formats {
		if len(by[f.name]) == 0 {
			continue
		}
		var recalls, precisions []float64
		for _, s := range by[f.name] {
			recalls, precisions = append(recalls, s.recall), append(precisions, s.precision)
		}
		fmt.Printf("| %s | %d | %s | %s |\n", f.name, len(recalls), summary(recalls), summary(precisions))
	}
	fmt.Println()
	for _, f := range formats {
		if worst == 0 || len(by[f.name]) == 0 {
			continue
		}
		list := by[f.name]
		slices.SortFunc(list, func(a, b score) int {
			return strings.Compare(fmt.Sprintf("%.4f", a.recall), fmt.Sprintf("%.4f", b.recall))
		})
		for _, s := range list[:min(worst, len(list))] {
			if s.recall < 0.95 {
				fmt.Printf("R %.2f %s %s %s (%s) lacks %q\n", s.recall, f.name, s.path, s.res.State, s.res.Reason, s.lacking)
			}
		}
		slices.SortFunc(list, func(a, b score) int {
			return strings.Compare(fmt.Sprintf("%.4f", a.precision), fmt.Sprintf("%.4f", b.precision))
		})
		for _, s := range list[:min(worst, len(list))] {
			if s.precision < 0.95 {
				fmt.Printf("P %.2f %s %s %s (%s) adds %q\n", s.precision, f.name, s.path, s.res.State, s.res.Reason, s.added)
			}
		}
	}
}

func summary(values []float64) string {
	slices.Sort(values)
	sum, high := 0.0, 0
	for _, v := range values {
		sum += v
		if v > 0.95 {
			high++
		}
	}
	n := float64(len(values))
	return fmt.Sprintf("%.3f | %.3f | %.3f", values[len(values)/2], sum/n, float64(high)/n)
}

func mb(n int64) float64 { return float64(n) / 1e6 }
