package graph

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"mailquarry/internal/graphsim"
	"mailquarry/internal/source"
)

// Whatever is asked of a mailbox, alone or in a batch, is asked with immutable
// ids: an id of the other kind would be another message's name.
func TestEveryRequestAsksForImmutableIDs(t *testing.T) {
	t.Parallel()
	c, tenant, box := simulate(t, graphsim.Options{})
	inbox := box.Folder("inbox")
	ids := fill(inbox, 3)
	ids = append(ids, inbox.Add(graphsim.Message{Attachments: []graphsim.Attachment{
		{Name: "a", Content: []byte("a")}, {Name: "b", Content: []byte("b")}, {Name: "c", Content: bytes.Repeat([]byte("c"), smallPart+1)},
	}}))
	ctx := testContext(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := c.Probe(ctx, box.ID())
	must(err)
	_, err = c.Folders(ctx, box.ID(), source.Cursor{})
	must(err)
	readRound(t, c, box.ID(), inbox.ID(), source.Cursor{})
	_, err = c.List(ctx, box.ID(), inbox.ID(), source.Cursor{})
	must(err)
	_, err = c.Count(ctx, box.ID(), []string{inbox.ID(), inbox.ID()})
	must(err)
	for n := 1; n <= len(ids); n += len(ids) - 1 {
		_, err = c.Locate(ctx, box.ID(), ids[:n])
		must(err)
		_, err = c.Fetch(ctx, box.ID(), ids[:n])
		must(err)
		_, err = c.ListParts(ctx, box.ID(), ids[:n])
		must(err)
	}
	parts, err := listParts(ctx, c, box.ID(), ids[3])
	must(err)
	var wanted []source.PartRef
	for _, p := range parts {
		wanted = append(wanted, source.PartRef{Message: ids[3], Part: p})
	}
	_, err = c.FetchParts(ctx, box.ID(), wanted, func(_ int, body io.Reader) error { _, err := io.Copy(io.Discard, body); return err })
	must(err)
	box.SetOverQuota(true)
	_, err = c.Folders(ctx, box.ID(), source.Cursor{})
	must(err)
	_, err = c.Messages(ctx, box.ID(), inbox.ID(), source.Cursor{})
	must(err)
	kinds := map[graphsim.Kind]bool{}
	for _, r := range tenant.Requests() {
		if r.Kind == graphsim.Tokens || r.Kind == graphsim.Discovery {
			continue
		}
		kinds[r.Kind] = true
		if !strings.Contains(strings.Join(r.Prefer, ","), `IdType="ImmutableId"`) {
			t.Errorf("%s %s (in a batch: %v) prefers %q", r.Method, r.Path, r.InBatch, r.Prefer)
		}
	}
	for _, k := range []graphsim.Kind{graphsim.Batch, graphsim.MessageGet, graphsim.MessageList, graphsim.MessageDelta, graphsim.AttachmentList, graphsim.AttachmentBytes, graphsim.Folders, graphsim.FolderDelta, graphsim.Settings} {
		if !kinds[k] {
			t.Errorf("no request of kind %s was sent: this test tries less than it says", k)
		}
	}
}

// No answer can lead a request, and the token with it, to another host.
func TestNoLinkLeadsElsewhere(t *testing.T) {
	t.Parallel()
	var visits atomic.Int32
	elsewhere := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { visits.Add(1) }))
	defer elsewhere.Close()
	for _, form := range []string{"%s/v1.0/x", "https://graph@%[2]s/v1.0/x", "//%[2]s/v1.0/x", "http://%[3]s/v1.0/x", "/v1.0/x", "https://%[3]s.evil.example/v1.0/x", "://"} {
		var link string
		c, s := stub(t, func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "$batch") {
				w.WriteHeader(http.StatusNotImplemented)
				return
			}
			fmt.Fprintf(w, `{"value":[{"id":"a","parentFolderId":"p"}],"id":"r","@odata.nextLink":%q,"@odata.deltaLink":%q}`, link, link)
		})
		u, _ := url.Parse(elsewhere.URL)
		own, _ := url.Parse(s.URL)
		link = fmt.Sprintf(form+"%.0[2]s%.0[3]s%.0[1]s", elsewhere.URL, u.Host, own.Host)
		ctx := testContext(t)
		for name, ask := range map[string]func() error{
			"users":         func() error { _, err := c.Mailboxes(ctx, source.Cursor{}); return err },
			"folders":       func() error { _, err := c.Folders(ctx, "u", source.Cursor{}); return err },
			"messages":      func() error { _, err := c.Messages(ctx, "u", "f", source.Cursor{}); return err },
			"list":          func() error { _, err := c.List(ctx, "u", "f", source.Cursor{}); return err },
			"members":       func() error { _, err := c.Members(ctx, "g"); return err },
			"attachments":   func() error { _, err := listParts(ctx, c, "u", "m"); return err },
			"child folders": func() error { _, err := c.childFolders(ctx, "u", "f"); return err },
			"a stored link": func() error {
				_, err := c.List(ctx, "u", "f", source.Cursor{Link: link})
				return err
			},
		} {
			want := source.Transient // asked again, the answer may be another
			if name == "a stored link" {
				want = source.Expired
			}
			if e := asSource(ask()); e == nil || e.Code != "ForeignLink" || e.Class != want {
				t.Errorf("%s, link %s: %v", name, link, e)
			}
		}
	}
	if visits.Load() > 0 {
		t.Errorf("%d requests went to another host", visits.Load())
	}
}

// A list of users that is cast and paged is an advanced query: Graph refuses it
// without this header, on each page, and $count.
func TestMembersAreAnAdvancedQuery(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var asked []string
	c, s := stub(t, nil)
	s.Config.Handler = withStub(s.Config.Handler, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, r.URL.String())
		if r.Header.Get("ConsistencyLevel") != "eventual" || !r.URL.Query().Has("$count") {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if len(asked) == 1 {
			fmt.Fprintf(w, `{"value":[{"id":"a"}],"@odata.nextLink":%q}`, s.URL+"/v1.0/groups/g/x?$count=true&$skiptoken=t")
			return
		}
		_, _ = io.WriteString(w, `{"value":[{"id":"b"},null,{"id":7}]}`)
	})
	got, err := c.Members(testContext(t), "g")
	if err != nil || len(got) != 2 {
		t.Errorf("members %v, error %v; asked %v", got, err, asked)
	}
}

// withStub answers Graph's part of a stub.
func withStub(authority http.Handler, graph http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/v1.0/") {
			w.Header().Set("Content-Type", "application/json")
			graph(w, r)
			return
		}
		authority.ServeHTTP(w, r)
	})
}

// Whatever goes wrong with items of a batch, all that can be had is had.
func TestItemsSurviveEveryFault(t *testing.T) {
	t.Parallel()
	for _, name := range graphsim.FaultNames() {
		fault, _ := graphsim.NamedFault(name)
		switch fault.Status {
		case 400, 403, 404, 405, 410:
			continue // an answer about the item, which is not asked again
		}
		if strings.HasPrefix(name, "503-moving") || strings.HasPrefix(name, "503-store") || name == "503-stale" || strings.HasPrefix(name, "stall") || strings.Contains(name, "corrupt") || fault.RetryAfter > 3 {
			continue // the mailbox, or the item, is away for longer than a test
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, tenant, box := simulate(t, graphsim.Options{})
			var ids []string
			for i := range 3 {
				ids = append(ids, box.Folder("inbox").Add(graphsim.Message{Attachments: []graphsim.Attachment{
					{Name: "a", Content: []byte(fmt.Sprint("one", i))}, {Name: "b", Content: []byte(fmt.Sprint("two", i))},
				}}))
			}
			for _, k := range []graphsim.Kind{graphsim.AttachmentList, graphsim.AttachmentBytes, graphsim.Batch} {
				f := fault
				f.Match, f.Times = graphsim.OfKind(k), 1
				tenant.Inject(f)
			}
			ctx, cancel := context.WithTimeout(context.Background(), testWait)
			defer cancel()
			lists, err := c.ListParts(ctx, box.ID(), ids)
			if err != nil {
				t.Fatal(err)
			}
			var wanted []source.PartRef
			for i, l := range lists {
				if l.Err != nil {
					t.Fatal(l.Err)
				}
				for _, p := range l.Parts {
					wanted = append(wanted, source.PartRef{Message: ids[i], Part: p})
				}
			}
			var mu sync.Mutex
			got := map[int]string{}
			errs, err := c.FetchParts(ctx, box.ID(), wanted, func(i int, body io.Reader) error {
				b, err := io.ReadAll(body)
				mu.Lock()
				defer mu.Unlock()
				got[i] = string(b)
				return err
			})
			if err != nil || len(wanted) != 6 {
				t.Fatalf("%d attachments, error %v", len(wanted), err)
			}
			for i := range wanted {
				want := fmt.Sprint([]string{"one", "two"}[i%2], i/2)
				if errs[i] != nil || got[i] != want {
					t.Errorf("attachment %d: %q, error %v", i, got[i], errs[i])
				}
			}
		})
	}
}

// The address that comes with a 410 is not followed, wherever it leads: a stream
// begins anew at its own start, with the properties that this program needs.
func TestAddressOfA410IsNotFollowed(t *testing.T) {
	t.Parallel()
	var astray atomic.Int32
	foreign := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { astray.Add(1) }))
	t.Cleanup(foreign.Close)
	var asked []url.Values
	var mu sync.Mutex
	c, s := stub(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, r.URL.Query())
		if r.URL.Query().Get("$deltatoken") == "old" {
			w.Header().Set("Location", foreign.URL+r.URL.Path+"?$deltatoken=")
			w.WriteHeader(http.StatusGone)
			fmt.Fprint(w, `{"error":{"code":"SyncStateNotFound","message":"x"}}`)
			return
		}
		fmt.Fprintf(w, `{"value":[],"@odata.deltaLink":"https://%s%s?$deltatoken=new"}`, r.Host, r.URL.Path)
	})
	old := s.URL + "/v1.0/users/u/mailFolders/f/messages/delta?$deltatoken=old"
	_, err := c.Messages(testContext(t), "u", "f", source.Cursor{Link: old, Complete: true})
	wantClass(t, err, source.Expired)
	if _, err := c.Messages(testContext(t), "u", "f", source.Cursor{}); err != nil {
		t.Fatal(err)
	}
	if n := astray.Load(); n != 0 {
		t.Errorf("another host was asked %d times", n)
	}
	if len(asked) != 2 || asked[1].Has("$deltatoken") || !strings.Contains(asked[1].Get("$select"), "isRead") {
		t.Errorf("asked were %v", asked)
	}
}
