package graph

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mailquarry/internal/graphsim"
	"mailquarry/internal/source"
)

// Many lookups are few exchanges, each answer is its own message's, and one that
// is gone spoils no other.
func TestItemsGoTogether(t *testing.T) {
	t.Parallel()
	c, tenant, box := simulate(t, graphsim.Options{})
	inbox, sub := box.Folder("inbox"), box.AddFolder(nil, "Kunden/ö+1")
	ids := append(fill(inbox, 25), fill(sub, 20)...)
	box.Delete(ids[7])
	ctx := testContext(t)
	located, err := c.Locate(ctx, box.ID(), ids)
	if err != nil {
		t.Fatal(err)
	}
	fetched, err := c.Fetch(ctx, box.ID(), ids)
	if err != nil {
		t.Fatal(err)
	}
	for i, id := range ids {
		if i == 7 {
			wantClass(t, located[i].Err, source.NotFound)
			wantClass(t, fetched[i].Err, source.NotFound)
			continue
		}
		want := inbox.ID()
		if i >= 25 {
			want = sub.ID()
		}
		if located[i].Err != nil || located[i].Folder != want {
			t.Errorf("message %d is in %q (%v), want %q", i, located[i].Folder, located[i].Err, want)
		}
		if fetched[i].Err != nil || fetched[i].Change.Key != id || !bytes.Contains(fetched[i].Change.Payload, []byte("Hello")) {
			t.Errorf("message %d is %s (%v)", i, fetched[i].Change.Payload, fetched[i].Err)
		}
	}
	exchanges, requests := c.Requests()
	if exchanges["$batch"] != 3+5 || requests["$batch"] != 90 {
		t.Errorf("%d exchanges for %d requests, want 8 for 90", exchanges["$batch"], requests["$batch"])
	}
	for _, r := range tenant.Requests() {
		if r.Mailbox != "" && !slices.ContainsFunc(r.Prefer, func(p string) bool { return strings.Contains(p, `IdType="ImmutableId"`) }) {
			t.Errorf("a request without immutable ids: %s %s", r.Kind, r.Path)
		}
	}
}

// What is refused inside a batch is asked again alone, after the longest time
// asked for; what was answered is not.
func TestBatchRetriesWhatFailed(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"429", "429-date", "503-empty", "500", "malformed"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, tenant, box := simulate(t, graphsim.Options{})
			ids := fill(box.Folder("inbox"), 6)
			f, ok := graphsim.NamedFault(name)
			if !ok {
				t.Fatal("there is no such fault")
			}
			f.Match, f.Times, f.Place = graphsim.OfKind(graphsim.MessageGet), 2, graphsim.InBatch
			tenant.Inject(f)
			located, err := c.Locate(testContext(t), box.ID(), ids)
			if err != nil {
				t.Fatal(err)
			}
			for i, l := range located {
				if l.Err != nil || l.Folder == "" {
					t.Errorf("message %d: %v", i, l.Err)
				}
			}
			asked := 0
			for _, r := range tenant.Requests() {
				if r.Kind == graphsim.MessageGet {
					asked++
				}
			}
			if asked < 8 || asked > 14 {
				t.Errorf("%d requests for 6 messages of which 2 were refused once", asked)
			}
			if name == "429" {
				obeyed(t, tenant)
			}
		})
	}
}

// obeyed checks that nothing was sent to a mailbox before the time that it had
// asked for was over.
func obeyed(t *testing.T, tenant *graphsim.Tenant) {
	t.Helper()
	until := map[string]time.Time{}
	for _, r := range tenant.Requests() {
		if r.InBatch {
			until[r.Mailbox] = latest(until[r.Mailbox], r.Ended.Add(r.RetryAfter))
			continue
		}
		if r.Kind == graphsim.Batch && r.Time.Before(until[r.Mailbox]) {
			t.Errorf("a batch was sent %s too early", until[r.Mailbox].Sub(r.Time))
		}
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// A Graph that does not know batches, or answers them with nonsense, is asked
// one by one.
func TestBatchFallsBackToSingleRequests(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(w http.ResponseWriter){
		"refused":  func(w http.ResponseWriter) { http.Error(w, `{"error":{"code":"BadRequest","message":"x"}}`, 400) },
		"nonsense": func(w http.ResponseWriter) { fmt.Fprint(w, `{"responses":"none"}`) },
		"empty":    func(w http.ResponseWriter) { fmt.Fprint(w, `{"responses":[]}`) },
		"failure":  func(w http.ResponseWriter) { w.WriteHeader(500) },
		"a page":   func(w http.ResponseWriter) { w.WriteHeader(502); fmt.Fprint(w, "<html>Bad Gateway</html>") },
		"half":     func(w http.ResponseWriter) { fmt.Fprint(w, `{"responses":[{"id":"0"`) },
		"foreign":  func(w http.ResponseWriter) { fmt.Fprint(w, `{"responses":[{"id":"9","status":200},{"id":"x"},null]}`) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var batches atomic.Int32
			c, _ := stub(t, func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "$batch") {
					batches.Add(1)
					answer(w)
					return
				}
				fmt.Fprint(w, `{"id":"m","parentFolderId":"f"}`)
			})
			located, err := c.Locate(testContext(t), "u", []string{"a", "b"})
			if err != nil {
				t.Fatal(err)
			}
			for i, l := range located {
				if l.Err != nil || l.Folder != "f" {
					t.Errorf("message %d: %q %v", i, l.Folder, l.Err)
				}
			}
			if n := batches.Load(); n > 2 {
				t.Errorf("the batch was sent %d times, want 2 at most", n)
			}
		})
	}
}

// Attachments come byte for byte, whether together or alone, whatever they claim
// to be, and one that breaks off is begun again.
func TestAttachmentsComeByteForByte(t *testing.T) {
	t.Parallel()
	c, tenant, box := simulate(t, graphsim.Options{})
	json, large := []byte(`{"a":  1}`+"\n"), bytes.Repeat([]byte("0123456789abcdef"), 100_000)
	m := graphsim.Message{Subject: "s", Text: "t"}
	contents := [][]byte{json, {0, 1, 2, 0xff}, []byte("plain"), large}
	for i, b := range contents {
		kind := []string{"application/json", "application/octet-stream", "text/plain", "image/png"}[i]
		m.Attachments = append(m.Attachments, graphsim.Attachment{Name: fmt.Sprint(i), ContentType: kind, Content: b})
	}
	id := box.Folder("inbox").Add(m)
	ctx := testContext(t)
	parts, err := listParts(ctx, c, box.ID(), id)
	if err != nil || len(parts) != 4 {
		t.Fatalf("parts %v, error %v", parts, err)
	}
	cut, _ := graphsim.NamedFault("cut")
	cut.Match, cut.Times, cut.Place = graphsim.OfKind(graphsim.AttachmentBytes), 1, graphsim.Alone
	tenant.Inject(cut)
	var wanted []source.PartRef
	for _, p := range parts {
		wanted = append(wanted, source.PartRef{Message: id, Part: p})
	}
	var mu sync.Mutex
	got := map[string][]byte{}
	errs, err := c.FetchParts(ctx, box.ID(), wanted, func(i int, body io.Reader) error {
		b, err := io.ReadAll(body)
		mu.Lock()
		defer mu.Unlock()
		got[parts[i].Name] = b
		return err
	})
	if err != nil || slices.ContainsFunc(errs, func(e error) bool { return e != nil }) {
		t.Fatalf("errors %v, %v", errs, err)
	}
	for i, want := range contents {
		if !bytes.Equal(got[fmt.Sprint(i)], want) {
			t.Errorf("attachment %d: %d bytes that differ from the %d sent", i, len(got[fmt.Sprint(i)]), len(want))
		}
	}
	if exchanges, _ := c.Requests(); exchanges["$batch"] != 1 || exchanges["attachments/{id}/$value"] != 2 {
		t.Errorf("exchanges %v, want one batch of the small ones, and the large one twice", exchanges)
	}
}

// The taker's fault, such as a full disk, ends the call as it is.
func TestTakersFaultEndsTheCall(t *testing.T) {
	t.Parallel()
	c, _, box := simulate(t, graphsim.Options{})
	id := box.Folder("inbox").Add(graphsim.Message{Attachments: []graphsim.Attachment{{Name: "a", Content: []byte("a")}, {Name: "b", Content: []byte("b")}}})
	parts, err := listParts(testContext(t), c, box.ID(), id)
	if err != nil {
		t.Fatal(err)
	}
	full := io.ErrShortWrite
	for n := 1; n <= 2; n++ {
		var wanted []source.PartRef
		for _, p := range parts[:n] {
			wanted = append(wanted, source.PartRef{Message: id, Part: p})
		}
		if _, err := c.FetchParts(testContext(t), box.ID(), wanted, func(int, io.Reader) error { return full }); !errors.Is(err, full) {
			t.Errorf("error %v of %d attachments, want the taker's", err, n)
		}
	}
}

// A batch takes all of the mailbox's places in flight, and counts for as many
// requests as it holds.
func TestBatchCountsForWhatItHolds(t *testing.T) {
	t.Parallel()
	c, tenant, box := simulate(t, graphsim.Options{})
	ids := fill(box.Folder("inbox"), 40)
	tenant.Inject(graphsim.Fault{Delay: 3 * time.Millisecond})
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			if n%2 == 0 {
				if _, err := c.Locate(testContext(t), box.ID(), ids); err != nil {
					t.Error(err)
				}
				return
			}
			if _, err := c.Messages(testContext(t), box.ID(), box.Folder("inbox").ID(), source.Cursor{}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, r := range tenant.Requests() {
		if r.InFlight > 4 || r.Status == http.StatusTooManyRequests {
			t.Fatalf("%d in flight, answered %d", r.InFlight, r.Status)
		}
	}
	if p := c.Pace(box.ID()); p.Requests != 4*40+4 || p.InFlight != 0 || p.Throttled != 0 {
		t.Errorf("pace %+v, want 164 requests and nothing in flight", p)
	}
}

// TestReadBatch: whatever a batch's answer looks like, each request gets an
// answer or a failure.
func TestReadBatch(t *testing.T) {
	t.Parallel()
	asked := make([]inner, 3)
	out := make([]reply, 3)
	raw, err := json.Marshal(map[string]any{"responses": []any{
		map[string]any{"id": "2", "status": 200, "body": map[string]any{"id": "two"}},
		map[string]any{"id": "0", "status": 429, "headers": map[string]any{"Retry-After": "7"}, "body": map[string]any{"error": map[string]any{"code": "ApplicationThrottled"}}},
		map[string]any{"id": "7", "status": 200},
	}})
	if err != nil {
		t.Fatal(err)
	}
	failures, whole := readBatch(raw, asked, []int{0, 1, 2}, out)
	if whole != nil || len(failures) != 2 || failures[0].err.RetryAfter != 7*time.Second || !failures[0].pause || !failures[1].again {
		t.Errorf("failures %v, %v", failures, whole)
	}
	if string(out[2].body) != `{"id":"two"}` {
		t.Errorf("answer %s", out[2].body)
	}
}
