package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"time"
)

// insideScript asks the libraries of the peers in one process of Python, so that
// no start of a program is measured.
//
//go:embed inside.py
var insideScript string

// python is the system's, for which the distribution's packages are.
const python = "/usr/bin/python3"

// rounds is how often each question is asked; the median counts.
const rounds = 5

// library is a peer's library, asked inside a process.
type library struct {
	name   string
	module string // of Python
	need   string // the package that has it
	job    insideJob
}

// insideJob is what inside.py takes.
type insideJob struct {
	Program   string            `json:"program"`
	Path      string            `json:"path"`
	Config    string            `json:"config"`
	Rounds    int               `json:"rounds"`
	Order     string            `json:"order"`
	Exact     bool              `json:"exact"`
	Questions []*insideQuestion `json:"questions"` // null: cannot be asked
}

type insideQuestion struct {
	Match   string `json:"match"`   // FTS5's
	Words   string `json:"words"`   // for Xapian's parser, without the range
	Notmuch string `json:"notmuch"` // notmuch's
	After   int64  `json:"after"`   // seconds; 0 and 0: no range
	Before  int64  `json:"before"`
}

// reply is how a program answered a question.
type reply struct {
	known bool
	total int
	took  time.Duration // the median of the rounds
}

func (l library) present() bool {
	return exec.Command(python, "-c", "import "+l.module).Run() == nil
}

func (l library) ask(questions []question) ([]reply, error) {
	l.job.Rounds = rounds
	for _, q := range questions {
		l.job.Questions = append(l.job.Questions, asked(q))
	}
	in, err := json.Marshal(l.job)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(python, "-c", insideScript)
	cmd.Stdin = bytes.NewReader(in)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %.2000s", l.name, err, said.String())
	}
	var answers []*struct {
		Total int
		US    []float64 `json:"us"`
	}
	if err := json.Unmarshal(out, &answers); err != nil {
		return nil, fmt.Errorf("%s: %w", l.name, err)
	}
	if len(answers) != len(questions) {
		return nil, fmt.Errorf("%s answered %d of %d questions", l.name, len(answers), len(questions))
	}
	replies := make([]reply, len(answers))
	for i, a := range answers {
		if a == nil {
			continue
		}
		slices.Sort(a.US)
		replies[i] = reply{known: true, total: a.Total, took: time.Duration(a.US[len(a.US)/2] * float64(time.Microsecond))}
	}
	return replies, nil
}

// asked is the question in the languages of the peers; nil where they have no words
// for it.
func asked(q question) *insideQuestion {
	match, ok := q.fts5()
	whole, also := q.notmuch()
	if !ok || !also {
		return nil
	}
	in := &insideQuestion{Match: match, Words: whole, Notmuch: whole}
	if q.class == inRange {
		in.Words, in.After, in.Before = q.words[0], q.after.Unix(), q.before.Unix()
	}
	return in
}
