package main

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"mailquarry/internal/graphsim"
	"mailquarry/internal/mail"
)

// watchedWord stands in every message that is watched; its subject ends with a number.
const watchedWord = "zqwatched"

// lookEvery is how often both looks are taken.
const lookEvery = 10 * time.Millisecond

// sighting is what became of one message.
type sighting struct {
	arrived, found time.Time
	id             mail.MessageID
	committed      time.Time
}

// watch looks when messages are committed, which the archive's database tells,
// and when a search finds them.
type watch struct {
	program *serving
	db      *sql.DB
	stop    chan struct{}
	working sync.WaitGroup

	mu       sync.Mutex
	number   int
	waiting  map[int]*sighting
	seen     []sighting
	commits  map[mail.MessageID]time.Time
	failures []error
}

func newWatch(program *serving, data string) (*watch, error) {
	path := (&url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(filepath.Join(data, "archive", "log.db")), RawQuery: "mode=ro"}).String()
	db, err := sql.Open("sqlite", path) // the driver comes with internal/archive
	if err != nil {
		return nil, err
	}
	w := &watch{program: program, db: db, stop: make(chan struct{}), waiting: map[int]*sighting{}, commits: map[mail.MessageID]time.Time{}}
	var last int64
	if err := db.QueryRow("SELECT max(id) FROM message").Scan(&last); err != nil {
		return nil, errors.Join(fmt.Errorf("read the archive's database: %w", err), db.Close())
	}
	w.every(func() error { return w.lookForCommits(&last) })
	w.every(w.lookForFinds)
	return w, nil
}

// every does it again and again until the watch ends.
func (w *watch) every(do func() error) {
	w.working.Go(func() {
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		for {
			select {
			case <-w.stop:
				return
			case <-tick.C:
			}
			if err := do(); err != nil {
				w.mu.Lock()
				w.failures = append(w.failures, err)
				w.mu.Unlock()
				return
			}
		}
	})
}

func (w *watch) lookForCommits(last *int64) error {
	rows, err := w.db.Query("SELECT id FROM message WHERE id > ?", *last)
	if err != nil {
		return fmt.Errorf("look for commits: %w", err)
	}
	defer rows.Close()
	now := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return err
		}
		w.commits[mail.MessageID(id)] = now
		*last = max(*last, id)
	}
	return rows.Err()
}

// lookForFinds asks whether or not something is awaited: what it costs other searches
// is the same all the time.
func (w *watch) lookForFinds() error {
	a, err := w.program.found(url.Values{"q": {"+" + watchedWord}, "sort": {"newest"}, "limit": {"100"}, "copies": {"each"}})
	if err != nil {
		return err
	}
	now := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, h := range a.Hits {
		n, err := strconv.Atoi(h.Subject[strings.LastIndexByte(h.Subject, ' ')+1:])
		if err != nil {
			return fmt.Errorf("a message was found that is not watched: %w", err)
		}
		s, ok := w.waiting[n]
		if !ok {
			continue
		}
		delete(w.waiting, n)
		if s.id, err = mail.ParseMessageID(h.ID); err != nil {
			return err
		}
		s.found = now
		w.seen = append(w.seen, *s)
	}
	return nil
}

// sent puts a message into a folder and waits for it to be found.
func (w *watch) sent(to *graphsim.Folder, m graphsim.Message) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.number++
	m.Subject = fmt.Sprintf("%s %d", m.Subject, w.number)
	m.Text += "\n" + watchedWord + "\n"
	w.waiting[w.number] = &sighting{arrived: time.Now()}
	to.Add(m)
}

// until waits until so many messages have been found.
func (w *watch) until(n int, patience time.Duration) error {
	for end := time.Now().Add(patience); ; time.Sleep(lookEvery) {
		w.mu.Lock()
		seen, failures := len(w.seen), errors.Join(w.failures...)
		w.mu.Unlock()
		switch {
		case failures != nil:
			return failures
		case seen >= n:
			return nil
		case time.Now().After(end):
			return fmt.Errorf("%d of %d messages were found in %s", seen, n, patience)
		}
	}
}

// take gives what has been seen since the last time.
func (w *watch) take() []sighting {
	w.mu.Lock()
	defer w.mu.Unlock()
	seen := w.seen
	w.seen = nil
	for i := range seen {
		seen[i].committed = w.commits[seen[i].id]
	}
	return seen
}

func (w *watch) close() error {
	close(w.stop)
	w.working.Wait()
	return w.db.Close()
}

// lags tells how long after its commit, and after its arrival, each was found. A
// look at the commits may come after one that finds: that counts as nothing.
func lags(seen []sighting) (commit, arrival spread) {
	for _, s := range seen {
		if !s.committed.IsZero() {
			commit = append(commit, max(0, s.found.Sub(s.committed)))
		}
		arrival = append(arrival, s.found.Sub(s.arrived))
	}
	return commit, arrival
}
