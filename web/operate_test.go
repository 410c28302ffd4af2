package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"mailquarry/internal/access"
	"mailquarry/internal/archive"
	"mailquarry/internal/operate"
	"mailquarry/internal/source"
)

// TestStatusIsLive: an administrator finds in the status what the sync does at
// this moment, beside what it always told.
func TestStatusIsLive(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var got struct {
		Totals    struct{ Stored, Indexed int }
		Running   bool
		Problems  int
		Live      *liveJSON
		Mailboxes []struct {
			Mailbox  mailboxRefJSON
			State    string
			Stored   int
			Live     *liveJSON
			Problems int
		}
	}
	must(t, json.Unmarshal([]byte(s.get("/api/v1/status").body), &got))
	if !got.Running || got.Problems != 4 || got.Totals.Stored != 3 || got.Totals.Indexed != 3 || len(got.Mailboxes) != 1 {
		t.Fatalf("status %+v", got)
	}
	for _, l := range []*liveJSON{got.Live, got.Mailboxes[0].Live} {
		if l == nil || l.State != "paused" || l.Done != 3 || l.ToDo != 7 || l.Rate != 2.5 || l.SecondsLeft == nil || *l.SecondsLeft != 3 ||
			l.PausedUntil == nil || l.PauseReason != "ErrorMailboxMoveInProgress" || l.Requests != 40 || l.Throttled != 2 {
			t.Errorf("live %+v", l)
		}
	}
	if got.Mailboxes[0].Problems != 4 {
		t.Errorf("mailbox %+v", got.Mailboxes[0])
	}
	page := s.get("/status").body
	for _, want := range []string{"Paused", "ErrorMailboxMoveInProgress", "4 problems set aside", "The answer is &lt;malformed&gt;.", "Nothing is held", "have not been compared yet"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not tell %q", want)
		}
	}
}

// TestProblemsArePaged: all problems can be walked through, none twice.
func TestProblemsArePaged(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var ids []int64
	for cursor := ""; ; {
		var page problemsJSON
		must(t, json.Unmarshal([]byte(s.get("/api/v1/problems?limit=3&cursor="+cursor).body), &page))
		if page.Total != 4 {
			t.Errorf("total %d", page.Total)
		}
		for _, p := range page.Problems {
			ids = append(ids, p.ID)
			if p.Mailbox.Address != "eva@contoso.example" || p.Folder.Path != "Inbox" || p.Code != "ErrorCorruptData" || p.Next == nil {
				t.Errorf("problem %+v", p)
			}
		}
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	if len(ids) != 4 || !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != 4 {
		t.Errorf("problems %v", ids)
	}
	for query, parameter := range map[string]string{"limit=0": "limit", "limit=1001": "limit", "kind=star": "kind", "cursor=x": "cursor", "mailbox=nobody": "mailbox"} {
		var p problem
		res := s.get("/api/v1/problems?" + query)
		must(t, json.Unmarshal([]byte(res.body), &p))
		if res.StatusCode != http.StatusBadRequest || p.Parameter != parameter {
			t.Errorf("%s: %d %s", query, res.StatusCode, res.body)
		}
	}
}

// TestRetryWakesTheSync: a retry makes problems due, and the sync of their
// mailbox begins at once.
func TestRetryWakesTheSync(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if res := s.post("/api/v1/problems/retry", `{"ids":[2,3,99]}`); res.body != `{"problems":2,"now":true}`+"\n" {
		t.Errorf("retry: %d %s", res.StatusCode, res.body)
	}
	due, err := s.archive.Problems(t.Context(), archive.ProblemFilter{Due: time.Now(), Limit: 10})
	must(t, err)
	if len(due) != 2 || due[0].ID != 2 || !slices.Equal(s.sync.woken, []string{"u"}) {
		t.Errorf("due %v, woken %v", due, s.sync.woken)
	}
}

// TestAnotherSiteSteersNothing: a page of another site can neither have
// anything done nor find out anything by trying.
func TestAnotherSiteSteersNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, r := range s.server.routes() {
		if r.Method == http.MethodGet {
			continue
		}
		path := strings.Replace(r.Path, ":id", "1", 1)
		for _, header := range [][]string{
			{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"},
		} {
			res := s.send(r.Method, path, "{}", append([]string{"Content-Type", "application/json"}, header...)...)
			if res.StatusCode != http.StatusForbidden || r.Policy != operating {
				t.Errorf("%s %s with %v: %d", r.Method, path, header, res.StatusCode)
			}
		}
	}
	if len(s.sync.woken) > 0 {
		t.Error("the sync was woken")
	}
}

// send a form as the page does.
func (s *site) form(path string, fields url.Values) answer {
	s.t.Helper()
	return s.send(http.MethodPost, path, fields.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin")
}

// TestFormsWork: every button of the status page does its work without a
// script, and leads back to the page.
func TestFormsWork(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	to := func(res answer, want string) {
		t.Helper()
		if got := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || got != want {
			t.Errorf("%s: %d to %q, want %q", res.Request.URL.Path, res.StatusCode, got, want)
		}
	}
	to(s.form("/status/retry", url.Values{"id": {"2"}}), "/status?said=retry#problems")
	due, err := s.archive.Problems(t.Context(), archive.ProblemFilter{Due: time.Now(), Limit: 10})
	must(t, err)
	if len(due) != 1 || due[0].ID != 2 {
		t.Errorf("due after one: %v", due)
	}
	to(s.form("/status/retry", nil), "/status?said=retry#problems")
	if due, err = s.archive.Problems(t.Context(), archive.ProblemFilter{Due: time.Now(), Limit: 10}); err != nil || len(due) != 4 {
		t.Errorf("due after all: %v %v", due, err)
	}
	to(s.form("/status/holds", url.Values{"kind": {"query"}, "what": {"subject:lease"}, "reason": {"Case 17"}}), "/status?said=held#holds")
	to(s.form("/status/holds", url.Values{"kind": {"mailbox"}, "what": {"EVA@contoso.example"}, "reason": {"Case 18"}}), "/status?said=held#holds")
	if page := s.get("/status?said=held").body; !strings.Contains(page, "Case 17") || !strings.Contains(page, "Case 18") || !strings.Contains(page, "The hold has begun.") {
		t.Error("the holds are not shown")
	}
	to(s.form("/status/holds/end", url.Values{"id": {"1"}}), "/status?said=released#holds")
	if page := s.get("/status").body; strings.Contains(page, "Case 17") || !strings.Contains(page, "Case 18") {
		t.Error("the wrong hold was ended")
	}
	res := s.form("/status/holds", url.Values{"kind": {"query"}, "what": {"subject:"}, "reason": {"<b>Case</b> 19"}})
	if res.StatusCode != http.StatusBadRequest || !strings.Contains(res.body, "not understood whole") || !strings.Contains(res.body, "&lt;b&gt;Case&lt;/b&gt; 19") {
		t.Errorf("a hold on half a query: %d", res.StatusCode)
	}
	if res := s.get("/status?said=%3Cb%3Enonsense"); strings.Contains(res.body, "nonsense") {
		t.Error("the page says what its address tells it to")
	}
}

// TestVerifyNow: the button compares, and the page shows what came of it.
func TestVerifyNow(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if res := s.form("/status/verify", nil); res.Header.Get("Location") != "/status?said=verify#coverage" {
		t.Fatalf("verify: %d %s", res.StatusCode, res.body)
	}
	var got coverageJSON
	for got.Pass.State != operate.PassDone {
		if t.Context().Err() != nil {
			t.Fatal("the pass does not end")
		}
		must(t, json.Unmarshal([]byte(s.get("/api/v1/coverage").body), &got))
	}
	inbox := got.Mailboxes[0].Folders[0]
	if got.Proven || got.Totals.Unexplained != 1 || got.Totals.Kept != 2 || got.Unverified != 1 || inbox.Counts.Source != 5 || len(inbox.Causes) != 1 || inbox.Causes[0].Messages != 2 {
		t.Errorf("coverage %+v", got)
	}
	if u := got.Mailboxes[0].Unreachable; len(u) != 1 || !strings.Contains(u[0].Why, "in-place archive cannot be reached by this API") {
		t.Errorf("unreachable %+v", u)
	}
	page := s.get("/status").body
	for _, want := range []string{"1 message is not accounted for.", "1 unexplained", "The in-place archive cannot be reached by this API.", "2 messages set aside: The answer is &lt;malformed&gt;."} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not tell %q", want)
		}
	}
}

// TestWhatIsGoneIsMarked: a message that is kept though it was deleted at its
// source can be found, and says so wherever it is shown.
func TestWhatIsGoneIsMarked(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	at := time.Now().UTC().Truncate(time.Microsecond)
	_, err := s.archive.CommitMessages(t.Context(), archive.MessageCommit{
		Mailbox: s.box, Folder: s.inbox, KeepCursor: true, Removed: []string{"plain"}, Removal: archive.Removal{Keep: true, At: at},
	})
	must(t, err)
	s.rebuild()
	id := s.ids["plain"].String()
	for path, want := range map[string]string{
		"/api/v1/search?q=renewal+is:gone": `"gone_at":"` + at.Format(time.RFC3339Nano) + `"`,
		"/api/v1/messages/" + id:           `"gone_at":"` + at.Format(time.RFC3339Nano) + `"`,
		"/?q=renewal+is:gone":              "Deleted at the source",
		"/message/" + id:                   "Deleted at the source, noticed",
	} {
		if res := s.get(path); !strings.Contains(res.body, want) {
			t.Errorf("%s does not say %s:\n%s", path, want, res.body)
		}
	}
	for _, path := range []string{"/api/v1/messages/" + s.ids["html"].String(), "/message/" + s.ids["html"].String()} {
		if res := s.get(path); strings.Contains(res.body, "Deleted at the source") || strings.Contains(res.body, `"gone_at":"`) {
			t.Errorf("%s is marked and is not gone", path)
		}
	}
}

// TestCoverageComesInPages: the mailboxes of a report are read page by page, with
// their folders, under totals that are of all.
func TestCoverageComesInPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	must(t, s.archive.CommitMailboxes(t.Context(), "graph", source.MailboxPage{
		Mailboxes: []source.Mailbox{{Key: "one", Address: "aaron@contoso.example"}, {Key: "two", Address: "zoe@contoso.example"}},
	}))
	all, err := s.archive.Mailboxes(t.Context())
	must(t, err)
	must(t, s.archive.SaveCoverage(t.Context(), []archive.Coverage{{Mailbox: s.box, Folder: s.inbox, At: time.Now(), Source: 5, Stored: 5, Indexed: 5}}))
	seen := map[string]int{}
	for cursor, pages := "", 0; pages == 0 || cursor != ""; pages++ {
		var got coverageJSON
		must(t, json.Unmarshal([]byte(s.get("/api/v1/coverage?limit=1&cursor="+cursor).body), &got))
		if len(got.Mailboxes) != 1 || got.Totals.Source != 5 || got.Compared != 1 {
			t.Fatalf("page %d: %+v", pages, got)
		}
		seen[got.Mailboxes[0].Mailbox.ID] = len(got.Mailboxes[0].Folders)
		cursor = got.NextCursor
	}
	if len(seen) != len(all) || seen[s.box.String()] == 0 {
		t.Errorf("seen are %v of %d mailboxes", seen, len(all))
	}
	if res := s.get("/api/v1/coverage?limit=501"); res.StatusCode != 400 {
		t.Errorf("a page of 501: %d", res.StatusCode)
	}
}

// TestOnlyOperatorsOperate: the desk refuses whoever is no operator, and the
// API says so.
func TestOnlyOperatorsOperate(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	_, err := s.desk.Live(t.Context(), access.Principal{})
	if p := problemOf(err); p.Status != http.StatusForbidden {
		t.Errorf("%v is answered %d", err, p.Status)
	}
}
