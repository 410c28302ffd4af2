package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// batch is how many documents LibreOffice converts in one start, and batchTime
// how long it may take over them.
const (
	batch     = 20
	batchTime = 3 * time.Minute
)

// target is what LibreOffice can write of a format: text of a document, all sheets
// of a workbook; of a presentation only a PDF, whose text pdftotext then takes.
func target(format string) (filter, ending string) {
	switch format {
	case "xlsx", "xls", "ods":
		return "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1", ".csv"
	case "pptx", "ppt", "odp":
		return "pdf", ".pdf"
	}
	return "txt:Text (encoded):UTF8", ".txt"
}

// reference is the same for comparing words: the text of a presentation's PDF is
// in pieces where letters are spaced, that of its XML is not.
func reference(format string) (filter, ending string) {
	if filter, ending = target(format); filter == "pdf" {
		return "fodp", ".fodp"
	}
	return filter, ending
}

func convertible(format string) bool { return format != "pdf" && format != "msg" }

// convert has LibreOffice convert the files, so many in a start, and gives what
// it took and the texts of what it made.
func convert(s settings, filter, ending string, files []file, perStart int) (run, map[string]string, error) {
	r, texts := run{}, map[string]string{}
	for len(files) > 0 {
		part := files[:min(perStart, len(files))]
		files = files[len(part):]
		in, out := filepath.Join(s.work, "office-in"), filepath.Join(s.work, "office-out")
		for _, dir := range []string{in, out} {
			if err := os.RemoveAll(dir); err != nil {
				return r, nil, err
			}
			if err := os.MkdirAll(dir, 0o700); err != nil {
				return r, nil, err
			}
		}
		// Of a hostile workbook it would fill the disk.
		args := []string{"-c", `ulimit -f 100000; exec soffice "$@"`, "soffice", "-env:UserInstallation=file://" + filepath.Join(s.work, "office-profile"), "--headless", "--convert-to", filter, "--outdir", out}
		for i, f := range part {
			name := filepath.Join(in, strconv.Itoa(i)+filepath.Ext(f.path))
			if err := os.Symlink(f.path, name); err != nil {
				return r, nil, err
			}
			args = append(args, name)
		}
		limit := batchTime
		if len(part) == 1 {
			limit = 30 * time.Second
		}
		u, _ := finish(limit, &output{}, "sh", args...)
		r.Wall, r.CPU, r.Peak = r.Wall+u.wall, r.CPU+u.cpu, max(r.Peak, u.peak)
		for i, f := range part {
			text, u := converted(out, strconv.Itoa(i), ending)
			r.Wall, r.CPU = r.Wall+u.wall, r.CPU+u.cpu
			if text != "" {
				texts[f.path] = text
			} else {
				r.Lost++
			}
		}
	}
	return r, texts, nil
}

// converted reads what LibreOffice made of a document: of a workbook, a file for
// each sheet.
func converted(dir, name, ending string) (text string, u usage) {
	made, _ := filepath.Glob(filepath.Join(dir, name+ending))
	if ending == ".csv" {
		sheets, _ := filepath.Glob(filepath.Join(dir, name+"-*"+ending))
		made = append(made, sheets...)
	}
	for _, path := range made {
		if ending == ".pdf" {
			said, took, _ := tools[0].text(path)
			text, u = text+said, usage{u.wall + took.wall, u.cpu + took.cpu, 0}
			continue
		}
		b, err := os.ReadFile(path)
		switch {
		case err != nil || len(text)+len(b) > maxOutput:
		case ending == ".fodp":
			text += flatText(string(b))
		default:
			text += string(bytes.TrimPrefix(b, []byte("\ufeff"))) + "\n"
		}
	}
	return text, u
}

// officeTexts is what LibreOffice makes of all the files, from an earlier run
// where that is kept.
func officeTexts(s settings, format string, files []file) (map[string]string, error) {
	kept := filepath.Join(s.work, "office-texts", format)
	if err := os.MkdirAll(kept, 0o700); err != nil {
		return nil, err
	}
	texts := map[string]string{}
	var left []file
	for _, f := range files {
		if b, err := os.ReadFile(filepath.Join(kept, fmt.Sprintf("%x", f.sum))); err == nil {
			texts[f.path] = string(b)
		} else if f.size < 4<<20 {
			left = append(left, f)
		}
	}
	filter, ending := reference(format)
	_, made, err := convert(s, filter, ending, left, batch)
	if err != nil {
		return nil, err
	}
	var again []file // one that stops LibreOffice takes the rest of its batch along
	for _, f := range left {
		if made[f.path] == "" {
			again = append(again, f)
		}
	}
	_, more, err := convert(s, filter, ending, again, 1)
	if err != nil {
		return nil, err
	}
	for _, f := range left {
		text := made[f.path] + more[f.path]
		texts[f.path] = text
		if err := os.WriteFile(filepath.Join(kept, fmt.Sprintf("%x", f.sum)), []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	return texts, nil
}
