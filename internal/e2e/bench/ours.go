package main

import (
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"path/filepath"
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
	s, err := serve(binary, data)
	if err != nil {
		return 0, nil, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	for range 2 { // the first warms the page cache, as for the others
		found, took = 0, nil
		for _, q := range queries {
			a, err := s.found(url.Values{"q": {q}, "limit": {"20"}, "copies": {"each"}})
			if err != nil {
				return 0, nil, err
			}
			found += a.Total
			took = append(took, a.took)
		}
	}
	return found, took, nil
}
