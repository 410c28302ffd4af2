package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// settings are what the command line says.
type settings struct {
	binary  string // whose workers are measured
	work    string
	rounds  int
	sample  int // documents of a format that LibreOffice converts
	single  int // of these, how many are converted with a start each
	worst   int // documents listed
	most    int // documents of a format that are taken; 0: all
	formats map[string]bool
	truth   bool
}

func main() {
	var s settings
	files := flag.String("files", "corpora/pdf,corpora/office,corpora/outlook", "folders of documents")
	flag.StringVar(&s.binary, "binary", "bin/mailquarry", "the program whose workers are measured")
	flag.StringVar(&s.work, "work", filepath.Join("build", "extraction"), "folder for what is made on the way")
	flag.IntVar(&s.rounds, "rounds", 3, "rounds of which the median counts")
	flag.IntVar(&s.sample, "sample", 30, "documents of each format that LibreOffice converts")
	flag.IntVar(&s.single, "single", 5, "of these, how many with a start each")
	flag.IntVar(&s.worst, "worst", 0, "how many of the worst documents -quality lists for each format")
	flag.IntVar(&s.most, "most", 0, "take only so many documents of each format, evenly spread")
	only := flag.String("formats", "", "measure these alone, such as pdf,docx")
	quality := flag.Bool("quality", false, "measure recall and precision instead of speed")
	flag.BoolVar(&s.truth, "truth", false, "with -quality: the reference is the file of the same name with .txt added")
	list := flag.String("child", "", "")
	workers := flag.Int("workers", 1, "")
	full := flag.Bool("full", false, "")
	flag.Parse()
	err := func() error {
		if *list != "" {
			return child(s, *list, *workers, *full)
		}
		s.formats = map[string]bool{}
		for f := range strings.SplitSeq(*only, ",") {
			if f != "" {
				s.formats[f] = true
			}
		}
		var err error
		for _, p := range []*string{&s.binary, &s.work} {
			if *p, err = filepath.Abs(*p); err != nil {
				return err
			}
		}
		if err := os.MkdirAll(s.work, 0o700); err != nil {
			return err
		}
		set, err := gather(s, strings.Split(*files, ","))
		if err != nil {
			return err
		}
		for format, files := range set {
			if s.most > 0 {
				set[format] = spread(files, s.most)
			}
		}
		fmt.Printf("%s, %s\n", time.Now().UTC().Format(time.DateOnly), machine())
		for _, t := range versions() {
			fmt.Println("- " + t)
		}
		fmt.Println()
		if *quality {
			return measureQuality(s, set)
		}
		return measureSpeed(s, set)
	}()
	if err != nil {
		fmt.Fprintln(os.Stderr, "extraction:", err)
		os.Exit(1)
	}
}
