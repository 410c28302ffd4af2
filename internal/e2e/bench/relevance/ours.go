package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"syscall"
)

// askOurs asks the real program through its API, as one asks in one's own words.
func askOurs(binary, work string, s *set) (found [][]string, err error) {
	if out, err := exec.Command(binary, "import", "--data", work, s.tree).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("import: %w: %s", err, out)
	}
	cmd := exec.Command(binary, "--data", work, "--listen", "127.0.0.1:0")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	defer func() {
		err = errors.Join(err, cmd.Process.Signal(syscall.SIGTERM), cmd.Wait())
	}()
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("the server did not start: %w", err)
	}
	base := strings.TrimSpace(strings.TrimPrefix(line, "Search page: "))
	for _, q := range s.queries {
		ids, err := askOne(fmt.Sprintf("%sapi/v1/search?limit=%d&match=any&copies=each&q=%s", base, depth, url.QueryEscape(q.text)))
		if err != nil {
			return nil, fmt.Errorf("%q: %w", q.text, err)
		}
		found = append(found, ids)
	}
	return found, nil
}

func askOne(u string) ([]string, error) {
	res, err := http.Get(u)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %.500s", res.Status, body)
	}
	var a struct {
		Hits []struct {
			ID string `json:"internet_message_id"`
		} `json:"hits"`
	}
	if err := json.Unmarshal(body, &a); err != nil {
		return nil, err
	}
	var ids []string
	for _, h := range a.Hits {
		ids = append(ids, h.ID)
	}
	return ids, nil
}
