package main

import (
	"crypto/sha256"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// file is a document.
type file struct {
	path string
	size int64
	sum  [32]byte
}

// formats lists what is told apart, in the order of the tables, with the endings
// that belong to each. What has another ending is left out.
var formats = []struct {
	name    string
	endings []string
}{
	{"pdf", []string{".pdf"}},
	{"docx", []string{".docx", ".docm", ".dotx", ".dotm"}},
	{"xlsx", []string{".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb"}},
	{"pptx", []string{".pptx", ".pptm", ".ppsx", ".ppsm", ".potx"}},
	{"odt", []string{".odt"}},
	{"ods", []string{".ods"}},
	{"odp", []string{".odp"}},
	{"doc", []string{".doc", ".dot"}},
	{"xls", []string{".xls", ".xlt"}},
	{"ppt", []string{".ppt", ".pps"}},
	{"rtf", []string{".rtf"}},
	{"msg", []string{".msg"}},
}

// gather finds the documents of each format under the folders; of equal ones, one.
func gather(s settings, dirs []string) (map[string][]file, error) {
	set, seen := map[string][]file{}, map[[32]byte]bool{}
	for _, dir := range dirs {
		dir, err := filepath.EvalSymlinks(dir)
		if err != nil {
			return nil, err
		}
		if dir, err = filepath.Abs(dir); err != nil {
			return nil, err
		}
		err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() {
				return err
			}
			kind := formatOf(path)
			if kind == "" || len(s.formats) > 0 && !s.formats[kind] {
				return nil
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if sum := sha256.Sum256(b); len(b) > 0 && !seen[sum] {
				seen[sum] = true
				set[kind] = append(set[kind], file{path, int64(len(b)), sum})
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return set, nil
}

func formatOf(path string) string {
	ending := strings.ToLower(filepath.Ext(path))
	for _, f := range formats {
		if slices.Contains(f.endings, ending) {
			return f.name
		}
	}
	return ""
}

func bytesOf(files []file) (n int64) {
	for _, f := range files {
		n += f.size
	}
	return n
}

// spread takes n of the files, evenly, of those that are not larger than most
// attachments.
func spread(files []file, n int) []file {
	var fit, out []file
	for _, f := range files {
		if f.size <= 2<<20 {
			fit = append(fit, f)
		}
	}
	if len(fit) <= n {
		return fit
	}
	for i := range n {
		out = append(out, fit[i*len(fit)/n])
	}
	return out
}
