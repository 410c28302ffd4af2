package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// serving is the real program, serving a data folder.
type serving struct {
	cmd  *exec.Cmd
	base string // its address, with a slash at the end
}

// serve starts the program; env goes beside this process's environment.
func serve(binary, data string, env ...string) (*serving, error) {
	cmd := exec.Command(binary, "--data", data, "--listen", "127.0.0.1:0")
	cmd.Env = append(os.Environ(), env...)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &serving{cmd: cmd}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the server did not start: %w", err), s.stop())
	}
	s.base = strings.TrimSpace(strings.TrimPrefix(line, "Search page: "))
	return s, nil
}

func (s *serving) stop() error {
	return errors.Join(s.cmd.Process.Signal(syscall.SIGTERM), s.cmd.Wait())
}

// answer is what the API says to a search, as far as the measurements look at it.
type answer struct {
	Total int
	Hits  []struct{ ID, Subject string }
	Query struct {
		Warnings []struct{ Message string }
	}
	Next   string `json:"next_cursor"`
	Detail string // of a refusal
	status int
	took   time.Duration // until the last byte had been read
}

// search asks the API. A refusal is an answer too.
func (s *serving) search(values url.Values) (a answer, err error) {
	start := time.Now()
	res, err := http.Get(s.base + "api/v1/search?" + values.Encode()) //nolint:bodyclose // drain closes it
	if err != nil {
		return a, err
	}
	body, err := drain(res.Body)
	a.took, a.status = time.Since(start), res.StatusCode
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(body, &a); err != nil {
		return a, fmt.Errorf("%s: %.500s: %w", res.Status, body, err)
	}
	return a, nil
}

// found asks what has to be answered.
func (s *serving) found(values url.Values) (answer, error) {
	a, err := s.search(values)
	if err == nil && a.status != http.StatusOK {
		err = fmt.Errorf("%q: %d: %s", values.Get("q"), a.status, a.Detail)
	}
	return a, err
}
