package graphsim_test

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mailquarry/internal/graphsim"
)

// undeclared lists where the simulator's answers differ from the metadata, with
// the reason.
func undeclared() map[string]string {
	const onPurpose = "made by Odd, since readers have to survive it"
	return map[string]string{
		"mailFolder.sizeInBytes: unknown":                               "observed in v1.0 though undeclared",
		"mailSearchFolder.sizeInBytes: unknown":                         "observed in v1.0 though undeclared",
		"message.toRecipients: a string where a collection is declared": onPurpose,
		"message: no type #microsoft.graph.hologramMessage":             onPurpose,
		`message.importance: no value "cosmic"`:                         onPurpose,
		`message.inferenceClassification: no value "blurred"`:           onPurpose,
		`followupFlag.flagStatus: no value "halfMast"`:                  onPurpose,
		`itemBody.contentType: no value "markdown"`:                     onPurpose,
		"message.aura: unknown":                                         onPurpose,
		"message.layers: unknown":                                       onPurpose,
		"message.@odata.novelty: unknown annotation":                    onPurpose,
		"message.subject@odata.novelty: unknown annotation":             onPurpose,
		"users('')/messages: null in a collection":                      "made by SetNulls, since readers have to survive it",
		"Collection(message): null in a collection":                     "made by SetNulls, since readers have to survive it",
		`mailboxSettings.userPurpose: no value "hologram"`:              "configured, since the enumeration may grow",
		`users('')/mailboxSettings/userPurpose: no value "hologram"`:    "configured, since the enumeration may grow",
	}
}

// metadata reads the published metadata, which lies beside the repository.
func metadata(t *testing.T) *csdl {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("the tests run outside of the repository")
		}
		dir = filepath.Dir(dir)
	}
	doc, err := os.ReadFile(filepath.Join(dir, "..", "shared", "graph-metadata.xml"))
	if err != nil {
		t.Skip("Graph's metadata is absent: put it at ../shared/graph-metadata.xml, beside the repository")
	}
	c, err := readCSDL(doc)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// surveyor asks a tenant for all that it has and checks every answer.
type surveyor struct {
	*client
	check *csdlCheck
	pages int
}

// see checks one body, with all that it holds.
func (s *surveyor) see(where string, raw []byte) {
	var body map[string]any
	if err := json.Unmarshal(raw, &body); err != nil {
		s.t.Fatalf("%s: %v", where, err)
	}
	if e, ok := body["error"].(map[string]any); ok {
		if str(e, "code") == "" {
			s.check.report(where, "error without code")
		}
		return
	}
	if list, ok := body["responses"].([]any); ok {
		for _, v := range list {
			one, _ := v.(map[string]any)
			if inner, ok := one["body"].(map[string]any); ok {
				b, err := json.Marshal(inner)
				if err != nil {
					s.t.Fatal(err)
				}
				s.see(where, b)
			}
		}
		return
	}
	s.check.body(where, body)
}

// ask follows a path and its links, and gives the items and the delta link.
func (s *surveyor) walk(path string, prefers ...string) (items []map[string]any, delta string) {
	s.t.Helper()
	for path != "" {
		r := s.get(path, prefers...)
		s.pages++
		s.see(path, r.raw)
		items = append(items, r.items()...)
		path, delta = r.next(), r.delta()
	}
	return items, delta
}

// TestAnswersFollowTheMetadata compares all that the simulator answers with the
// published metadata: no property, type or value that it does not know, but for
// those listed.
func TestAnswersFollowTheMetadata(t *testing.T) {
	t.Parallel()
	check := &csdlCheck{csdl: metadata(t), found: map[string]string{}, seen: map[string]int{}}
	l := listen(t)
	s := &surveyor{client: serve(t, graphsim.Options{Outbound: l.Client(), Roles: []string{"User.Read.All", "Mail.Read", "MailboxSettings.Read", "Group.Read.All"}}), check: check}
	s.oddTenant()
	s.directory()
	for _, m := range s.tenant.Mailboxes() {
		s.mailbox(m)
	}
	s.subscribe(l)
	known := undeclared()
	for _, what := range slices.Sorted(maps.Keys(check.found)) {
		key := withoutKeys(what)
		if _, ok := known[key]; !ok {
			t.Errorf("%s (%s)", what, check.found[what])
		}
	}
	found := make(map[string]bool)
	for what := range check.found {
		found[withoutKeys(what)] = true
	}
	for what := range known {
		if !found[what] {
			t.Errorf("the table excuses %q, which does not happen", what)
		}
	}
	for _, kind := range []string{
		"user", "group", "mailboxSettings", "localeInfo", "mailFolder", "mailSearchFolder", "message", "eventMessage", "eventMessageRequest",
		"eventMessageResponse", "calendarSharingMessage", "fileAttachment", "itemAttachment", "referenceAttachment", "recipient", "emailAddress",
		"itemBody", "followupFlag", "internetMessageHeader", "subscription", "location", "dateTimeTimeZone",
	} {
		if check.seen[kind] == 0 {
			t.Errorf("the run never met a %s", kind)
		}
	}
	t.Logf("%d pages, %d kinds of object", s.pages, len(check.seen))
}

// withoutKeys drops the keys in a context, which differ with the seed.
func withoutKeys(s string) string {
	for {
		a := strings.Index(s, "('")
		b := strings.Index(s, "')")
		if a < 0 || b <= a+2 {
			return s
		}
		s = s[:a+2] + s[b:]
	}
}

func (s *surveyor) oddTenant() {
	a := s.tenant.AddUser(graphsim.User{DisplayName: "Anna Arendt", Aliases: []string{"a@alias.example"}})
	b := s.tenant.AddUser(graphsim.User{UserType: "Guest", NoMailbox: "ErrorInvalidUser"})
	s.tenant.AddUser(graphsim.User{Purpose: "hologram", Locale: "de-AT", Disabled: true})
	s.tenant.AddGroup("sales@contoso.example", "Sales", a, b, s.tenant.AddGroup("", "Inner", a))
	inbox := a.Folder("inbox")
	for _, o := range graphsim.Oddities() {
		inbox.Add(graphsim.Odd(o))
	}
	a.Corrupt(inbox.Add(graphsim.Message{Subject: "corrupt"}), true)
	inbox.Add(graphsim.Message{Flagged: true, Categories: []string{"Red"}, Headers: [][2]string{{"X-A", "b"}}, Importance: "high"})
	inbox.Generate(20)
	a.AddSearchFolder("Unread")
	a.AddFolder(nil, "Hidden").SetHidden(true)
	a.Folder("archive").SetNulls(true)
	a.Folder("archive").Generate(5)
}

func (s *surveyor) directory() {
	for _, path := range []string{
		"/users", "/users?$select=id,mail,userType,accountEnabled,proxyAddresses,otherMails,assignedPlans,assignedLicenses,createdDateTime,onPremisesSyncEnabled,department,companyName",
		"/groups", "/groups?$select=id,mail", "/nothing", "/users?$select=nonsense",
	} {
		s.walk(path)
	}
	for _, q := range []string{"", "?$select=id,mail,accountEnabled,userType"} {
		_, link := s.walk("/users/delta" + q)
		s.tenant.AddUser(graphsim.User{}).Remove()
		s.tenant.AddUser(graphsim.User{}).Update(func(u *graphsim.User) { u.DisplayName = "Renamed One" })
		s.walk(link)
	}
	groups, _ := s.walk("/groups?$select=id")
	for _, g := range groups {
		for _, tail := range []string{"", "/members", "/transitiveMembers", "/transitiveMembers/microsoft.graph.user", "/members/microsoft.graph.group"} {
			s.walk("/groups/" + str(g, "id") + tail)
		}
	}
}

func (s *surveyor) mailbox(m *graphsim.Mailbox) {
	u := "/users/" + m.ID()
	for _, path := range []string{"", "/mailboxSettings", "/mailboxSettings/userPurpose", "/mailboxSettings/language", "/mailFolders?includeHiddenFolders=true", "/mailFolders/inbox/childFolders"} {
		s.walk(u + path)
	}
	_, tree := s.walk(u + "/mailFolders/delta")
	f := m.AddFolder(nil, "Short-lived")
	if tree != "" {
		s.walk(tree)
		_, tree = s.walk(u + "/mailFolders/delta")
	}
	f.Remove()
	if tree != "" {
		s.walk(tree)
	}
	for _, name := range []string{"inbox", "archive"} {
		folder := u + "/mailFolders/" + name
		s.walk(folder)
		s.walk(folder + "/messages?$count=true&$top=7&$expand=attachments")
		s.walk(folder + "/messages?$select=id,internetMessageHeaders,uniqueBody&$orderby=" + url.QueryEscape("receivedDateTime desc"))
		_, link := s.walk(folder+"/messages/delta", immutable, "odata.maxpagesize=5")
		ids := m.Folder(name).Messages()
		if len(ids) > 3 && link != "" {
			m.SetRead(ids[0], true)
			m.Delete(ids[1])
			m.Edit(ids[2], func(m *graphsim.Message) { m.Subject = "edited" })
			s.walk(link, immutable)
		}
		for _, id := range ids {
			s.message(u + "/messages/" + esc(id))
		}
	}
}

func (s *surveyor) message(path string) {
	s.walk(path, immutable)
	s.walk(path, `outlook.body-content-type="text"`)
	s.walk(path + "?$expand=attachments&$select=subject")
	list, _ := s.walk(path+"/attachments", immutable)
	if len(list) == 0 {
		list, _ = s.walk(path+"/attachments?$select=id,name", immutable)
	}
	var steps []map[string]any
	for i, a := range list {
		one := path + "/attachments/" + esc(str(a, "id"))
		s.walk(one, immutable)
		s.walk(one+"?$expand=microsoft.graph.itemattachment/item", immutable)
		steps = append(steps, batchStep(string(rune('a'+i)), one))
	}
	b, err := json.Marshal(map[string]any{"requests": append(steps, batchStep("z", path+"?$select=subject"))})
	if err != nil {
		s.t.Fatal(err)
	}
	s.see("$batch", s.postBatch(b, nil).raw)
}

func (s *surveyor) subscribe(l *listener) {
	r := s.ask(http.MethodPost, "/subscriptions", wish(l, s.tenant.Mailboxes()[0], nil))
	if r.status != http.StatusCreated {
		s.t.Fatalf("subscribe: %d %s", r.status, r.raw)
	}
	s.see("/subscriptions", r.raw)
	id := str(r.body, "id")
	s.see("PATCH", s.ask(http.MethodPatch, "/subscriptions/"+id, map[string]any{"expirationDateTime": at().Add(time.Hour).Format(time.RFC3339)}).raw)
	s.walk("/subscriptions")
	s.walk("/subscriptions/" + id)
}

// The check itself finds what it is there to find.
func TestMetadataCheckFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	c := metadata(t)
	const context = `{"@odata.context":"https://x/v1.0/$metadata#`
	for body, want := range map[string]string{
		context + `users('a')/messages/$entity","id":"1","subject":"s","conversationIndex":"` + base64.StdEncoding.EncodeToString([]byte("abc")) + `"}`: "",
		context + `users('a')/messages/$entity","subjekt":"s"}`:                                                     "message.subjekt: unknown",
		context + `users('a')/messages/$entity","isRead":"true"}`:                                                   "message.isRead: a string where Edm.Boolean is declared",
		context + `users('a')/messages/$entity","receivedDateTime":"yesterday"}`:                                    "message.receivedDateTime: a string where Edm.DateTimeOffset is declared",
		context + `users('a')/messages/$entity","importance":"cosmic"}`:                                             `message.importance: no value "cosmic"`,
		context + `users('a')/messages/$entity","body":"text"}`:                                                     "message.body: a string where microsoft.graph.itemBody is declared",
		context + `users('a')/messages/$entity","from":{"emailAddress":{"adress":"x"}}}`:                            "emailAddress.adress: unknown",
		context + `users('a')/messages/$entity","categories":null}`:                                                 "message.categories: null where a collection is declared",
		context + `users('a')/messages/$entity","@odata.type":"#microsoft.graph.eventMessage","type":"occurrence"}`: "",
		context + `users('a')/messages/$entity","@odata.type":"#microsoft.graph.user","id":"1"}`:                    "message: #microsoft.graph.user is none",
		context + `users('a')/messages/$entity","meetingMessageType":"none"}`:                                       "message.meetingMessageType: unknown",
		context + `users('a')/messages('b')/attachments","value":[{"id":"1"}]}`:                                     "attachment: abstract, and no @odata.type",
		context + `Collection(message)","value":[{"id":"1","@removed":{"reason":"deleted"},"subject":"s"}]}`:        "message.subject: in a removal",
		context + `users('a')/mailFolders","value":[{"id":"1","totalItemCount":1.5}]}`:                              "mailFolder.totalItemCount: a number where Edm.Int32 is declared",
		context + `users","value":[],"extra":1}`:                                                                    "collection.extra: unknown",
		context + `subscriptions/$entity","changeType":null}`:                                                       "subscription.changeType: null is not allowed",
		`{"value":[]}`: "answer without @odata.context",
	} {
		var parsed map[string]any
		if err := json.Unmarshal([]byte(body), &parsed); err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		check := &csdlCheck{csdl: c, found: map[string]string{}, seen: map[string]int{}}
		check.body("x", parsed)
		_, ok := check.found[want]
		if want == "" && len(check.found) > 0 || want != "" && !ok {
			t.Errorf("%s: found %v, want %q", body, check.found, want)
		}
	}
}
