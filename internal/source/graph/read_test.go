package graph

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"mailquarry/internal/graphsim"
	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// The whole tenant is read: people, their mailboxes, folders, messages and
// attachments; and every single request asks for immutable ids.
func TestWholeTenant(t *testing.T) {
	t.Parallel()
	c, tenant, box := simulate(t, graphsim.Options{})
	inbox := box.Folder("inbox")
	sub := box.AddFolder(inbox, "Projekte/2026 🚀")
	want := fill(sub, 120)
	ctx := testContext(t)

	users, err := c.Mailboxes(ctx, source.Cursor{})
	if err != nil {
		t.Fatal(err)
	}
	if len(users.Mailboxes) != 1 || !users.Next.Complete {
		t.Fatalf("mailboxes %+v", users)
	}
	u := users.Mailboxes[0]
	if u.Key != box.ID() || u.Address != "anna@contoso.example" || u.Name != "Anna Arendt" || !slices.Equal(u.Aliases, []string{"a.arendt@contoso.example"}) || len(u.Payload) == 0 {
		t.Errorf("mailbox %+v", u)
	}
	probed, err := c.Probe(ctx, u.Key)
	if err != nil || probed.Purpose != "user" || len(probed.Settings) == 0 {
		t.Errorf("probed %+v, error %v", probed, err)
	}
	got, _ := readRound(t, c, u.Key, sub.ID(), source.Cursor{})
	var ids []string
	for _, ch := range got {
		ids = append(ids, ch.Key)
		if !json.Valid(ch.Payload) || ch.Format != source.GraphJSON || ch.Gone {
			t.Errorf("change %+v", ch)
		}
	}
	slices.Sort(ids)
	slices.Sort(want)
	if !slices.Equal(ids, want) {
		t.Errorf("%d messages read, want %d", len(ids), len(want))
	}
	readFolders(t, c, u.Key, source.Cursor{})
	one, err := fetch(ctx, c, u.Key, ids[0])
	if err != nil || one.Key != ids[0] || !strings.Contains(string(one.Payload), "Hello") {
		t.Errorf("message %+v, error %v", one, err)
	}
	if f, err := locate(ctx, c, u.Key, ids[0]); err != nil || f != sub.ID() {
		t.Errorf("located in %q, error %v", f, err)
	}
	for _, r := range tenant.Requests() {
		if strings.Contains(r.Path, "/v1.0/") && !slices.ContainsFunc(r.Prefer, func(p string) bool { return strings.Contains(p, `IdType="ImmutableId"`) }) {
			t.Errorf("no immutable ids asked for: %s %q", r.Path, r.Prefer)
		}
		if strings.Contains(r.Path, "messages/delta") && !slices.ContainsFunc(r.Prefer, func(p string) bool { return strings.Contains(p, "odata.maxpagesize=50") }) {
			t.Errorf("no page size asked for: %s %q", r.Path, r.Prefer)
		}
	}
}

func readFolders(t *testing.T, c *Client, box string, since source.Cursor) (map[string]source.Folder, source.Cursor) {
	t.Helper()
	out := map[string]source.Folder{}
	for {
		p, err := c.Folders(testContext(t), box, since)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range p.Folders {
			out[f.Key] = f
		}
		if since = p.Next; since.Complete {
			return out, since
		}
	}
}

// Folders are known by what they are, whatever the language of their names,
// and those that hold no mail of their own are not read.
func TestFoldersAreNamedAndSkipped(t *testing.T) {
	t.Parallel()
	tenant := graphsim.New(graphsim.Options{})
	box := tenant.AddUser(graphsim.User{Address: "anna@contoso.example", Locale: "de-AT"})
	search := box.AddSearchFolder("Ungelesen")
	below := box.AddFolder(box.Folder("syncissues"), "Mine")
	mine := box.AddFolder(nil, "Mine too")
	c := clientFor(t, configFor(t, tenant))
	all, next := readFolders(t, c, box.ID(), source.Cursor{})
	for _, tt := range []struct {
		folder    *graphsim.Folder
		wellKnown string
		skip      bool
	}{
		{box.Folder("inbox"), "inbox", false},
		{box.Folder("sentitems"), "sentitems", false},
		{box.Folder("outbox"), "outbox", true},
		{box.Folder("syncissues"), "syncissues", true},
		{box.Folder("conflicts"), "conflicts", true},
		{below, "", true},
		{search, "", true},
		{mine, "", false},
	} {
		got, ok := all[tt.folder.ID()]
		if !ok {
			t.Errorf("%q is not listed", tt.folder.Name())
			continue
		}
		if got.WellKnown != tt.wellKnown || got.Skip != tt.skip || got.Name != tt.folder.Name() {
			t.Errorf("%q: %+v", tt.folder.Name(), got)
		}
	}
	root := all[mine.ID()].ParentKey
	if all[root].WellKnown != "msgfolderroot" {
		t.Errorf("the parent of a top folder is %+v", all[root])
	}

	tenant.ForgetRequests()
	readFolders(t, c, box.ID(), next)
	if n := len(tenant.Requests()); n != 1 {
		t.Errorf("%d requests for a round without a change, want 1", n)
	}
	mine.Rename("Other")
	below.Remove()
	changed, _ := readFolders(t, c, box.ID(), next)
	if changed[mine.ID()].Name != "Other" || !changed[below.ID()].Gone {
		t.Errorf("changes %+v", changed)
	}
}

// A removal says that the message left the folder; the cursor goes on from
// where the last round ended.
func TestChangesAfterTheFirstRound(t *testing.T) {
	t.Parallel()
	c, _, box := simulate(t, graphsim.Options{})
	inbox, archive := box.Folder("inbox"), box.Folder("archive")
	ids := fill(inbox, 5)
	_, next := readRound(t, c, box.ID(), inbox.ID(), source.Cursor{})
	box.Move(ids[0], archive)
	box.SetRead(ids[1], true)
	got, _ := readRound(t, c, box.ID(), inbox.ID(), next)
	state := map[string]source.Change{}
	for _, ch := range got {
		state[ch.Key] = ch
	}
	if len(state) != 2 || !state[ids[0]].Gone || state[ids[1]].Gone {
		t.Fatalf("changes %+v", got)
	}
	if f, err := locate(testContext(t), c, box.ID(), ids[0]); err != nil || f != archive.ID() {
		t.Errorf("moved message is in %q, error %v", f, err)
	}
	box.Delete(ids[2])
	_, err := fetch(testContext(t), c, box.ID(), ids[2])
	wantClass(t, err, source.NotFound)
}

// A deleted person can be restored for a while; one that was purged can not.
func TestRemovedUsers(t *testing.T) {
	t.Parallel()
	c, _, box := simulate(t, graphsim.Options{})
	first, err := c.Mailboxes(testContext(t), source.Cursor{})
	if err != nil {
		t.Fatal(err)
	}
	box.Remove()
	second, err := c.Mailboxes(testContext(t), first.Next)
	if err != nil || len(second.Mailboxes) != 1 || !second.Mailboxes[0].Gone || second.Mailboxes[0].Purged {
		t.Fatalf("after removal %+v, error %v", second, err)
	}
	box.Purge()
	third, err := c.Mailboxes(testContext(t), second.Next)
	if err != nil || len(third.Mailboxes) != 1 || !third.Mailboxes[0].Purged {
		t.Fatalf("after purge %+v, error %v", third, err)
	}
}

// A user object that leaves out what did not change does not lose the address.
func TestPartialUserIsReadWhole(t *testing.T) {
	t.Parallel()
	c, s := stub(t, nil)
	s.Config.Handler = answering(s, func(path string) string {
		if strings.Contains(path, "delta") {
			return fmt.Sprintf(`{"value":[{"id":"u1","accountEnabled":false}],"@odata.deltaLink":"%s/v1.0/users/delta()?$deltatoken=2"}`, s.URL)
		}
		return `{"id":"u1","displayName":"Anna","mail":"anna@contoso.example","userPrincipalName":"a@contoso.example","accountEnabled":false}`
	})
	p, err := c.Mailboxes(testContext(t), source.Cursor{})
	if err != nil || len(p.Mailboxes) != 1 || p.Mailboxes[0].Address != "anna@contoso.example" || p.Mailboxes[0].Name != "Anna" {
		t.Fatalf("page %+v, error %v", p, err)
	}
}

// answering replaces a stub's Graph by one that gives JSON by path.
func answering(s *httptest.Server, body func(path string) string) http.Handler {
	old := s.Config.Handler
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/v1.0/") {
			old.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body(r.URL.RequestURI()))
	})
}

// One item that cannot be read is reported and leaves the others alone.
func TestMalformedItemDoesNotSpoilItsPage(t *testing.T) {
	t.Parallel()
	c, s := stub(t, nil)
	s.Config.Handler = answering(s, func(string) string {
		return fmt.Sprintf(`{"value":[{"id":"a","subject":"x"},null,"b",{"subject":"no id"},{"id":5},{"id":"c","isRead":"maybe","receivedDateTime":7},{"id":"d","@removed":"odd"}],"@odata.deltaLink":"%s/x"}`, s.URL)
	})
	p, err := c.Messages(testContext(t), "u", "f", source.Cursor{})
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, ch := range p.Changes {
		keys = append(keys, ch.Key)
	}
	if !slices.Equal(keys, []string{"a", "c", "d"}) || !p.Changes[2].Gone || len(p.Malformed) != 4 {
		t.Errorf("changes %q, malformed %+v", keys, p.Malformed)
	}
	if got := string(p.Changes[1].Payload); got != `{"id":"c","isRead":"maybe","receivedDateTime":7}` {
		t.Errorf("the payload is not verbatim: %s", got)
	}
}

// A link is followed byte for byte: its escapes are part of a token.
func TestLinkIsFollowedByteForByte(t *testing.T) {
	t.Parallel()
	c, s := stub(t, nil)
	const tail = "/v1.0/users/U/mailFolders('F%3D')/messages/delta?$skiptoken=a-b_c.d%2De%2Ef%24g%3dh+i"
	var asked atomic.Value
	s.Config.Handler = answering(s, func(path string) string {
		asked.Store(path)
		return fmt.Sprintf(`{"value":[],"@odata.deltaLink":%q}`, s.URL+tail)
	})
	p, err := c.Messages(testContext(t), "u", "f", source.Cursor{Link: s.URL + tail})
	if err != nil {
		t.Fatal(err)
	}
	if asked.Load() != tail || p.Next.Link != s.URL+tail {
		t.Errorf("asked for %v", asked.Load())
	}
}

// The token is never sent to a host that an answer names.
func TestForeignLinkIsRefused(t *testing.T) {
	t.Parallel()
	var visits atomic.Int32
	foreign := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { visits.Add(1) }))
	defer foreign.Close()
	c, s := stub(t, nil)
	s.Config.Handler = answering(s, func(string) string {
		return fmt.Sprintf(`{"value":[],"@odata.nextLink":"%s/v1.0/next"}`, foreign.URL)
	})
	_, err := c.Messages(testContext(t), "u", "f", source.Cursor{})
	if e := wantClass(t, err, source.Transient); e.Code != "ForeignLink" {
		t.Errorf("code %q", e.Code)
	}
	for _, link := range []string{foreign.URL + "/v1.0/next", strings.Replace(s.URL, "https", "http", 1) + "/v1.0/x", "https://user@" + strings.TrimPrefix(s.URL, "https://") + "/v1.0/x", "/v1.0/x", ""} {
		if link == "" {
			continue
		}
		_, err := c.Messages(testContext(t), "u", "f", source.Cursor{Link: link})
		wantClass(t, err, source.Expired)
	}
	if visits.Load() != 0 {
		t.Error("the foreign host was asked")
	}
}

// Attachments are listed without their bytes, by kind, and streamed.
func TestAttachments(t *testing.T) {
	t.Parallel()
	c, tenant, box := simulate(t, graphsim.Options{})
	big := strings.Repeat("0123456789abcdef", 1<<18)
	id := box.Folder("inbox").Add(graphsim.Message{Subject: "x", Attachments: []graphsim.Attachment{
		{Name: "a.txt", ContentType: "text/plain", ContentID: "cid1", Inline: true, Content: []byte(big)},
		{Name: "fwd", Item: &graphsim.Message{Subject: "forwarded", Text: "inner"}},
		{Name: "cloud", Reference: true},
	}})
	ctx := testContext(t)
	parts, err := listParts(ctx, c, box.ID(), id)
	if err != nil || len(parts) != 3 {
		t.Fatalf("parts %+v, error %v", parts, err)
	}
	byKind := map[mail.PartKind]mail.Part{}
	for _, p := range parts {
		byKind[p.Kind] = p
	}
	file := byKind[mail.FilePart]
	if file.Name != "a.txt" || file.ContentType != "text/plain" || file.ContentID != "cid1" || !file.Inline || file.Size == 0 {
		t.Errorf("file part %+v", file)
	}
	if got := readPart(t, c, box.ID(), id, file); got != big {
		t.Errorf("%d bytes read, want %d", len(got), len(big))
	}
	if got := readPart(t, c, box.ID(), id, byKind[mail.ItemPart]); !strings.Contains(got, "Subject: forwarded") {
		t.Errorf("the item is not MIME: %q", got)
	}
	errs, err := c.FetchParts(ctx, box.ID(), []source.PartRef{{Message: id, Part: byKind[mail.ReferencePart]}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantClass(t, errs[0], source.Permanent)
	for _, r := range tenant.Requests() {
		if strings.Contains(r.Path, "/attachments?") && !strings.Contains(r.Path, "select") {
			t.Errorf("the bytes of all attachments were asked for: %s", r.Path)
		}
	}
	_, err = c.openPart(ctx, box.ID(), id, mail.Part{Key: "no-such", Kind: mail.FilePart})
	if err == nil {
		t.Error("an attachment was opened that does not exist")
	}
}

func readPart(t *testing.T, c *Client, box, message string, p mail.Part) string {
	t.Helper()
	r, err := c.openPart(testContext(t), box, message, p)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A body that comes in pieces is passed on while it comes, and one that breaks
// off is an error, not a short attachment.
func TestAttachmentStream(t *testing.T) {
	t.Parallel()
	more := make(chan struct{})
	c, s := stub(t, nil)
	old := s.Config.Handler
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "$value") {
			old.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "first")
		w.(http.Flusher).Flush()
		<-more
		_, _ = io.WriteString(w, "second")
	})
	r, err := c.openPart(testContext(t), "u", "m", mail.Part{Key: "a"})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b := make([]byte, 5)
	if _, err := io.ReadFull(r, b); err != nil || string(b) != "first" {
		t.Fatalf("read %q, error %v", b, err)
	}
	close(more)
	_, err = io.ReadAll(r)
	wantClass(t, err, source.Transient)
	if n := c.Pace("u").InFlight; n != 0 {
		t.Errorf("%d requests still count as in flight", n)
	}
}

// A senseless answer about one well-known folder is asked for again: without the
// names no folder of the mailbox could be read.
func TestSenselessFolderNameIsAskedForAgain(t *testing.T) {
	t.Parallel()
	c, tenant, box := simulate(t, graphsim.Options{})
	tenant.Inject(graphsim.Fault{
		Match: func(_, path string) bool { return strings.Contains(path, "/mailFolders/drafts") }, Times: 2, WrongType: true,
	})
	folders, _ := readFolders(t, c, box.ID(), source.Cursor{})
	if got := folders[box.Folder("drafts").ID()].WellKnown; got != "drafts" {
		t.Errorf("the folder of drafts is named %q", got)
	}
}
