package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

func measureOurs(binary, data string, s set, queries []string) (f figures, err error) {
	f.name = "Mailquarry"
	if f.index, err = measure(exec.Command(binary, "import", "--data", data, "--tree", s.tree)); err != nil {
		return f, err
	}
	if f.reindex, err = measure(exec.Command(binary, "--reindex", "--data", data)); err != nil {
		return f, err
	}
	store, err := diskUsage(filepath.Join(data, "archive"))
	if err != nil {
		return f, err
	}
	index, err := diskUsage(filepath.Join(data, "index"))
	if err != nil {
		return f, err
	}
	f.disk = index
	f.diskPart = fmt.Sprintf("store %.1f MB (%.2f bytes per byte of mail), index %.1f MB (%.2f)",
		mb(store), float64(store)/float64(s.bytes), mb(index), float64(index)/float64(s.bytes))
	f.how = "over HTTP, with 20 hits, snippets and JSON"
	f.found, f.latency, err = askOurs(binary, data, queries)
	return f, err
}

func askOurs(binary, data string, queries []string) (found int, took []time.Duration, err error) {
	cmd := exec.Command(binary, "--data", data, "--listen", "127.0.0.1:0")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return 0, nil, err
	}
	if err := cmd.Start(); err != nil {
		return 0, nil, err
	}
	defer func() {
		err = errors.Join(err, cmd.Process.Signal(syscall.SIGTERM), cmd.Wait())
	}()
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return 0, nil, fmt.Errorf("the server did not start: %w", err)
	}
	base := strings.TrimSpace(strings.TrimPrefix(line, "Search page: "))
	for round := range 2 { // the first warms the page cache, as for the others
		found, took = 0, nil
		for _, q := range queries {
			start := time.Now()
			total, err := askOne(base + "api/v1/search?limit=20&copies=each&q=" + url.QueryEscape(q))
			if err != nil {
				return 0, nil, fmt.Errorf("%q: %w", q, err)
			}
			found += total
			took = append(took, time.Since(start))
		}
		_ = round
	}
	return found, took, nil
}

func askOne(u string) (int, error) {
	res, err := http.Get(u) //nolint:bodyclose // drain closes it
	if err != nil {
		return 0, err
	}
	body, err := drain(res.Body)
	if err != nil {
		return 0, err
	}
	if res.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("%s: %.500s", res.Status, body)
	}
	var a struct {
		Total int `json:"total"`
	}
	return a.Total, json.Unmarshal(body, &a)
}
