package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"mailquarry/extract"
)

// median takes the run whose time is in the middle, with the highest peak of all.
func median(runs []run, by func(run) time.Duration) run {
	slices.SortFunc(runs, func(a, b run) int { return cmp.Compare(by(a), by(b)) })
	m := runs[len(runs)/2]
	for _, r := range runs {
		m.Peak = max(m.Peak, r.Peak)
	}
	return m
}

func wall(r run) time.Duration { return r.Wall }
func cpu(r run) time.Duration  { return r.CPU }

// middle is the run with the median time and the median processor time.
func middle(runs []run) run {
	m := median(runs, cpu)
	m.Wall = median(runs, wall).Wall
	return m
}

// sameWork repeats what takes turns.
func sameWork(rounds int, turns ...func() (run, error)) ([]run, error) {
	all := make([][]run, len(turns))
	for range rounds {
		for i, turn := range turns {
			r, err := turn()
			if err != nil {
				return nil, err
			}
			all[i] = append(all[i], r)
		}
	}
	var out []run
	for _, runs := range all {
		out = append(out, middle(runs))
	}
	return out, nil
}

func measureSpeed(s settings, set map[string][]file) error {
	if err := os.RemoveAll(filepath.Join(s.work, "extract.test")); err != nil {
		return err
	}
	read := map[string][]file{} // what is read without an error
	many := max(2, runtime.NumCPU())
	fmt.Printf("| format | files | MB | read to the end | files/s, 1 worker | MB/s | files/s, %d workers | MB/s | CPU ms per file | peak MB of a worker |\n", many)
	fmt.Println("|---|---|---|---|---|---|---|---|---|---|")
	for _, f := range formats {
		files := set[f.name]
		if len(files) == 0 {
			continue
		}
		first, err := pool(s, files, many, true) // warms the caches, and compiles PDFium where it was not
		if err != nil {
			return err
		}
		for _, file := range files {
			switch first.States[file.path] {
			case extract.Failed, extract.Timeout, extract.TooLarge, "error":
			default:
				read[f.name] = append(read[f.name], file)
			}
		}
		ended := read[f.name]
		runs, err := sameWork(s.rounds,
			func() (run, error) { return pool(s, ended, 1, true) },
			func() (run, error) { return pool(s, ended, many, true) })
		if err != nil {
			return err
		}
		one, all := runs[0], runs[1]
		n, size := float64(len(ended)), mb(bytesOf(ended))
		fmt.Printf("| %s | %d | %.1f | %d | %.0f | %.1f | %.0f | %.1f | %.1f | %.0f |\n", f.name, len(files), mb(bytesOf(files)), len(ended),
			n/one.Wall.Seconds(), size/one.Wall.Seconds(), n/all.Wall.Seconds(), size/all.Wall.Seconds(),
			one.CPU.Seconds()*1000/n, mb(max(one.Peak, all.Peak)))
	}
	if err := besideInProcess(s, read); err != nil {
		return err
	}
	return besideTools(s, read)
}

// besideInProcess measures what the workers cost, over what both read without
// PDFium.
func besideInProcess(s settings, read map[string][]file) error {
	fmt.Println("\n| format | files | in process: wall s | CPU s | one worker: wall s | CPU s | wall, in process = 1 | CPU, in process = 1 |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	var everything []file
	tell := func(name string, files []file) error {
		runs, err := sameWork(s.rounds,
			func() (run, error) { return inProcess(s, files) },
			func() (run, error) { return pool(s, files, 1, false) })
		if err != nil {
			return err
		}
		in, out := runs[0], runs[1]
		fmt.Printf("| %s | %d | %.2f | %.2f | %.2f | %.2f | %.2f | %.2f |\n", name, len(files), in.Wall.Seconds(), in.CPU.Seconds(),
			out.Wall.Seconds(), out.CPU.Seconds(), out.Wall.Seconds()/in.Wall.Seconds(), out.CPU.Seconds()/in.CPU.Seconds())
		return nil
	}
	for _, f := range formats {
		if len(read[f.name]) == 0 {
			continue
		}
		if err := tell(f.name, read[f.name]); err != nil {
			return err
		}
		everything = append(everything, read[f.name]...)
	}
	return tell("all", everything)
}

// besideTools measures each tool over what it and the pool read.
func besideTools(s settings, read map[string][]file) error {
	fmt.Println("\n| format | tool | files both read | only Mailquarry | Mailquarry files/s | tool files/s | speed, tool = 1 | CPU, tool = 1 | tool's peak MB |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|")
	tell := func(format, name string, both []file, of int, r run, ours run) {
		n := float64(len(both))
		fmt.Printf("| %s | %s | %d | %d | %.0f | %.1f | %.1f | %.3f | %.0f |\n", format, name, len(both), of-len(both),
			n/ours.Wall.Seconds(), n/r.Wall.Seconds(), r.Wall.Seconds()/ours.Wall.Seconds(), ours.CPU.Seconds()/r.CPU.Seconds(), mb(r.Peak))
	}
	for _, f := range formats {
		for _, t := range tools {
			if !t.reads(f.name) || !t.installed() || len(read[f.name]) == 0 {
				continue
			}
			_, good := t.all(read[f.name])
			both := only(read[f.name], func(path string) bool { return good[path] })
			if len(both) == 0 {
				continue
			}
			runs, err := sameWork(s.rounds,
				func() (run, error) { r, _ := t.all(both); return r, nil },
				func() (run, error) { return pool(s, both, 1, true) })
			if err != nil {
				return err
			}
			tell(f.name, t.command, both, len(read[f.name]), runs[0], runs[1])
		}
	}
	if !(tool{command: "soffice"}).installed() {
		return nil
	}
	for _, f := range formats {
		files := spread(read[f.name], s.sample)
		if !convertible(f.name) || len(files) == 0 {
			continue
		}
		filter, ending := target(f.name)
		_, texts, err := convert(s, filter, ending, files, batch)
		if err != nil {
			return err
		}
		both := only(files, func(path string) bool { return texts[path] != "" })
		if len(both) == 0 {
			continue
		}
		few := both[:min(s.single, len(both))]
		office := func(files []file, perStart int) func() (run, error) {
			return func() (run, error) { r, _, err := convert(s, filter, ending, files, perStart); return r, err }
		}
		ours := func(files []file) func() (run, error) {
			return func() (run, error) { return pool(s, files, 1, true) }
		}
		runs, err := sameWork(s.rounds, office(both, batch), ours(both), office(few, 1), ours(few))
		if err != nil {
			return err
		}
		tell(f.name, fmt.Sprintf("LibreOffice, %d a start", min(batch, len(both))), both, len(files), runs[0], runs[1])
		tell(f.name, "LibreOffice, one a start", few, len(few), runs[2], runs[3])
	}
	return nil
}

func only(files []file, keep func(string) bool) (out []file) {
	for _, f := range files {
		if keep(f.path) {
			out = append(out, f)
		}
	}
	return out
}
