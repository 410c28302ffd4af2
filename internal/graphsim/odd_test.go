package graphsim_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"mailquarry/internal/graphsim"
)

// Statement 37: every oddity comes through delta, a list and a request of its
// own, as what it is said to be.
func TestStatement37_OddMessages(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	inbox := m.Folder("inbox")
	ids := make(map[string]graphsim.Oddity)
	for _, o := range graphsim.Oddities() {
		ids[inbox.Add(graphsim.Odd(o))] = o
	}
	seen := map[graphsim.Oddity]map[string]any{}
	items, _ := c.round(deltaPath(m, inbox), immutable)
	for _, it := range items {
		seen[ids[str(it, "id")]] = it
	}
	if list := c.listOf("/users/"+m.ID()+"/mailFolders/inbox/messages?$top=50", immutable); len(list) != len(ids) || len(seen) != len(ids) {
		t.Errorf("%d in the list, %d in delta, want %d", len(list), len(seen), len(ids))
	}
	for id, o := range ids {
		one := c.want("/users/"+m.ID()+"/messages/"+esc(id), immutable)
		if why := oddness(o, one.body, one.raw); why != "" {
			t.Errorf("%s: %s: %.300s", o, why, one.raw)
		}
		b, err := json.Marshal(seen[o])
		if err != nil {
			t.Fatal(err)
		}
		if o != graphsim.LoneSurrogates { // parsing replaced them
			if why := oddness(o, seen[o], b); why != "" {
				t.Errorf("%s in delta: %s", o, why)
			}
		}
	}
	items, _ = c.round(deltaPath(m, inbox) + "?$select=importance")
	for _, it := range items {
		if _, has := it["importance"]; it["subject"] != nil || !has {
			t.Errorf("$select holds for odd properties: %v", it)
		}
	}
}

// listOf is listAll with preferences.
func (c *client) listOf(path string, prefers ...string) []map[string]any {
	c.t.Helper()
	var all []map[string]any
	for path != "" {
		r := c.want(path, prefers...)
		all = append(all, r.items()...)
		path = r.next()
	}
	return all
}

// oddness tells what is missing from an odd message, "" for nothing.
func oddness(o graphsim.Oddity, m map[string]any, raw []byte) string {
	text := string(raw)
	from, _ := m["from"].(map[string]any)
	sender, _ := from["emailAddress"].(map[string]any)
	body, _ := m["body"].(map[string]any)
	var ok bool
	switch o {
	case graphsim.WrongType:
		_, ok = m["toRecipients"].(string)
	case graphsim.UnknownType:
		ok = str(m, "@odata.type") == "#microsoft.graph.hologramMessage"
	case graphsim.UnknownEnum:
		ok = str(m, "importance") == "cosmic" && str(body, "contentType") == "markdown"
	case graphsim.ExtraFields:
		ok = str(m, "aura") == "violet" && m["@odata.novelty"] == true
	case graphsim.Nulls:
		v, has := m["receivedDateTime"]
		ok = has && v == nil && m["id"] != nil
	case graphsim.LoneSurrogates:
		ok = strings.Contains(text, `lone \ud800 and \udfff`)
	case graphsim.YearOne:
		ok = str(m, "receivedDateTime") == "0001-01-01T00:00:00Z"
	case graphsim.NoSender:
		_, has := m["from"]
		ok = !has && m["isDraft"] == true
	case graphsim.X500:
		ok = strings.HasPrefix(str(sender, "address"), "/O=EXCHANGELABS/")
	case graphsim.NoAddress:
		_, has := sender["address"]
		ok = !has && str(sender, "name") == "Name Only"
	case graphsim.Empty:
		ok = m["subject"] == "" && str(body, "content") == ""
	case graphsim.Huge:
		ok = len(str(body, "content")) > 3_000_000
	case graphsim.Deep, graphsim.Attached, graphsim.Unopenable, graphsim.Encrypted:
		ok = m["hasAttachments"] == true
	case graphsim.Meeting:
		ok = str(m, "@odata.type") == "#microsoft.graph.eventMessage" && str(m, "meetingMessageType") == "meetingCancelled" && m["startDateTime"] != nil
	case graphsim.MeetingRequest:
		ok = str(m, "@odata.type") == "#microsoft.graph.eventMessageRequest" && str(m, "meetingRequestType") == "newMeetingRequest" && m["location"] != nil
	case graphsim.MeetingReply:
		ok = str(m, "@odata.type") == "#microsoft.graph.eventMessageResponse" && str(m, "responseType") == "accepted"
	case graphsim.Sharing:
		ok = str(m, "@odata.type") == "#microsoft.graph.calendarSharingMessage" && m["canAccept"] == true
	default:
		return "the test does not know it"
	}
	if !ok {
		return "not odd"
	}
	return ""
}

// Statement 37: a page may hold a null in place of an item, in delta and lists.
func TestStatement37_NullItems(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	inbox := m.Folder("inbox")
	fill(inbox, 4)
	inbox.SetNulls(true)
	for _, path := range []string{deltaPath(m, inbox), "/users/" + m.ID() + "/mailFolders/inbox/messages"} {
		list, _ := c.want(path).body["value"].([]any)
		if len(list) != 5 || list[0] != nil || list[1] == nil {
			t.Errorf("%s: %d items", path, len(list))
		}
	}
	inbox.SetNulls(false)
	if items, _ := c.round(deltaPath(m, inbox)); len(items) != 4 {
		t.Errorf("%d items without nulls", len(items))
	}
}

// Generated messages are the same whenever they are asked for, differ from one
// another, and change and move like others.
func TestGenerate(t *testing.T) {
	t.Parallel()
	build := func(seed int64) (*client, *graphsim.Mailbox) {
		c, m := withBox(t, graphsim.Options{Seed: seed})
		m.Folder("inbox").Generate(60)
		return c, m
	}
	texts := func(c *client, m *graphsim.Mailbox) []string {
		var out []string
		for _, id := range m.Folder("inbox").Messages() {
			msg, ok := m.Message(id)
			if !ok || msg.Subject == "" || msg.InternetMessageID == "" || msg.Received.IsZero() || msg.Text == "" {
				t.Fatalf("message %+v", msg)
			}
			served := c.want("/users/" + m.ID() + "/messages/" + esc(id) + "?$select=subject,body")
			body, _ := served.body["body"].(map[string]any)
			if str(served.body, "subject") != msg.Subject || !strings.Contains(str(body, "content"), "Reference ") {
				t.Errorf("served %s", served.raw)
			}
			out = append(out, msg.Subject+str(body, "content")+fmt.Sprint(len(msg.Attachments)))
		}
		return out
	}
	c, m := build(1)
	a := texts(c, m)
	if !slices.Equal(a, texts(c, m)) || !slices.Equal(a, texts(build(1))) {
		t.Error("a second look shows other messages")
	}
	if b := texts(build(2)); slices.Equal(a, b) {
		t.Error("another seed gives the same messages")
	}
	if slices.Sort(a); len(slices.Compact(a)) != 60 {
		t.Error("messages repeat")
	}
	ids := m.Folder("inbox").Messages()
	m.Edit(ids[0], func(msg *graphsim.Message) { msg.Subject = "edited" })
	m.Move(ids[1], m.Folder("archive"))
	m.Delete(ids[2])
	if msg, ok := m.Message(ids[0]); !ok || msg.Subject != "edited" {
		t.Error("the edit is lost")
	}
	if n := len(m.Folder("inbox").Messages()); n != 58 || len(m.Folder("archive").Messages()) != 1 {
		t.Errorf("%d left", n)
	}
}

// A large tenant of generated mail fits in memory and serves its pages swiftly.
func TestGenerateLarge(t *testing.T) {
	const boxes, each = 40, 2500
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	c := serve(t, graphsim.Options{Quirks: graphsim.Quirks{Generations: -1}, Recorded: 1000})
	for range boxes {
		c.tenant.AddUser(graphsim.User{}).Folder("inbox").Generate(each)
	}
	began := time.Now()
	m := c.tenant.Mailboxes()[7]
	items, _ := c.round(deltaPath(m, m.Folder("inbox"))+"?$select=id,subject,from,receivedDateTime,isRead,parentFolderId", "odata.maxpagesize=200", immutable)
	took := time.Since(began)
	if len(items) != each {
		t.Fatalf("%d items", len(items))
	}
	list := c.listAll("/users/" + m.ID() + "/mailFolders/inbox/messages?$top=1000&$select=id,changeKey&$orderby=" + url.QueryEscape("receivedDateTime desc"))
	if len(list) != each {
		t.Errorf("%d listed", len(list))
	}

	runtime.GC()
	runtime.ReadMemStats(&after)
	used := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	t.Logf("%d MB for %d messages, a mailbox of %d in %v", used>>20, boxes*each, each, took)
	if used > 150<<20 {
		t.Errorf("%d MB of memory, want at most 150", used>>20)
	}
	if took > time.Minute {
		t.Errorf("a mailbox took %v", took)
	}
	runtime.KeepAlive(c.tenant)
}
