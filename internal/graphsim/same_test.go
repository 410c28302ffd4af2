package graphsim_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"mailquarry/internal/graphsim"
)

// transcript asks a tenant made of a seed for everything and writes down all
// that it answers: status, headers and body, byte for byte as sent.
type transcript struct {
	*direct
	now  time.Time // moves on between requests
	out  bytes.Buffer
	zips int
}

func (s *transcript) ask(method, link, body string, prefers ...string) map[string]any {
	s.now = s.now.Add(3 * time.Second)
	link = strings.TrimPrefix(strings.TrimPrefix(link, "https://127.0.0.1"), "/v1.0")
	r := httptest.NewRequest(method, "https://127.0.0.1/v1.0"+link, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+s.token)
	r.Header.Set("Accept-Encoding", "gzip")
	for _, p := range prefers {
		r.Header.Add("Prefer", p)
	}
	w := httptest.NewRecorder()
	s.tenant.ServeHTTP(w, r)
	raw := w.Body.Bytes()
	fmt.Fprintf(&s.out, "%s %s %d\n", method, link, w.Code)
	if err := w.Header().Write(&s.out); err != nil {
		panic(err)
	}
	s.out.Write(raw)
	if w.Header().Get("Content-Encoding") == "gzip" {
		s.zips++
		z, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			panic(err)
		}
		if raw, err = io.ReadAll(z); err != nil {
			panic(err)
		}
	}
	var parsed map[string]any
	if json.Unmarshal(raw, &parsed) != nil {
		return nil
	}
	return parsed
}

func (s *transcript) round(link string, prefers ...string) string {
	for range 1000 {
		body := s.ask(http.MethodGet, link, "", prefers...)
		if next, ok := body["@odata.nextLink"].(string); ok {
			link = next
			continue
		}
		delta, _ := body["@odata.deltaLink"].(string)
		return delta
	}
	return ""
}

func runOnce(t *testing.T, seed int64) *transcript {
	s := &transcript{now: at()}
	s.direct = newDirect(t, graphsim.Options{
		Seed: seed, Now: func() time.Time { return s.now },
		Quirks: graphsim.Quirks{EmptyPages: true, FreshMailDoubles: true},
	})
	fmt.Fprintf(&s.out, "token %s\n", s.token)
	m := s.tenant.AddUser(graphsim.User{})
	s.tenant.AddUser(graphsim.User{})
	s.tenant.AddGroup("g@x.example", "G", m)
	inbox := m.Folder("inbox")
	for _, o := range graphsim.Oddities() {
		inbox.Add(graphsim.Odd(o))
	}
	inbox.Generate(40)
	s.tenant.Inject(graphsim.Fault{Status: 503, Chance: 0.2})
	users := s.round("/users/delta")
	for range 2 {
		s.round("/users?$top=1")
		s.ask(http.MethodGet, "/nonsense", "")
		link := s.round(deltaPath(m, inbox), "odata.maxpagesize=9", immutable)
		for n := range uint64(10) {
			s.tenant.Arrive(n)
		}
		s.round(link, immutable)
		s.round("/users/" + m.ID() + "/mailFolders/inbox/messages?$top=20")
		s.round("/users/" + m.ID() + "/mailFolders/delta")
		id := esc(inbox.Messages()[3])
		s.ask(http.MethodGet, "/users/"+m.ID()+"/messages/"+id+"/$value", "")
		s.ask(http.MethodGet, "/users/"+m.ID()+"/messages/"+id+"/attachments", "")
		s.ask(http.MethodPost, "/$batch", `{"requests":[{"id":"1","method":"GET","url":"/users"},{"id":"2","method":"GET","url":"/users/`+m.ID()+`/messages"},{"id":"3","method":"GET","url":"/nothing"}]}`)
		m.Update(func(u *graphsim.User) { u.DisplayName = "Renamed" })
		users = s.round(users)
	}
	s.tenant.ClearFaults()
	return s
}

// Statement 53: two runs from one seed and one clock answer byte for byte alike:
// tokens, ids, dates, shuffles, replays, empty pages, faults, packed bodies.
func TestStatement53_SameSeedSameBytes(t *testing.T) {
	t.Parallel()
	a, b, other := runOnce(t, 5), runOnce(t, 5), runOnce(t, 6)
	if !bytes.Equal(a.out.Bytes(), b.out.Bytes()) {
		x, y := strings.Split(a.out.String(), "\n"), strings.Split(b.out.String(), "\n")
		for i := range min(len(x), len(y)) {
			if x[i] != y[i] {
				t.Errorf("line %d of %d: %.300q and %.300q", i, len(x), x[i], y[i])
				break
			}
		}
		t.Error("the answers differ")
	}
	if bytes.Equal(a.out.Bytes(), other.out.Bytes()) {
		t.Error("another seed gives the same answers")
	}
	if a.zips == 0 || !bytes.Contains(a.out.Bytes(), []byte(" 503\n")) {
		t.Error("the run had no packed answer, or no fault")
	}
}
