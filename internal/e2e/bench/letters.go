package main

import (
	"bytes"
	"fmt"
	"io/fs"
	netmail "net/mail"
	"os"
	"path/filepath"

	"mailquarry/internal/graphsim"
)

// letters are real mails that arrive again, taking turns.
type letters struct {
	all []graphsim.Message
	n   int
}

// newLetters takes every twentieth mail of a tree, so that an hour of arrivals
// says as much as the mail does.
func newLetters(tree string) (*letters, error) {
	l, n := &letters{}, 0
	err := filepath.WalkDir(tree, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if n++; n%20 != 0 {
			return nil
		}
		raw, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		if m, err := netmail.ReadMessage(bytes.NewReader(raw)); err == nil { // a few files are no mail
			_, body, _ := bytes.Cut(raw, []byte("\n\n"))
			l.all = append(l.all, graphsim.Message{
				Subject: m.Header.Get("Subject"), Text: string(body), From: address(m.Header.Get("From")),
				To: []graphsim.Address{address(m.Header.Get("To"))},
			})
		}
		return nil
	})
	if err == nil && len(l.all) == 0 {
		err = fmt.Errorf("there is no mail in %s", tree)
	}
	return l, err
}

func address(field string) graphsim.Address {
	list, err := netmail.ParseAddressList(field)
	if err != nil || len(list) == 0 {
		return graphsim.Address{Address: "nobody@enron.example"}
	}
	return graphsim.Address{Name: list[0].Name, Address: list[0].Address}
}

// next gives the next mail, as a message of its own.
func (l *letters) next() graphsim.Message {
	m := l.all[l.n*7919%len(l.all)]
	l.n++
	return m
}
