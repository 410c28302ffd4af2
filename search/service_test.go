package search_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"mailquarry/internal/access"
	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
	"mailquarry/search"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// TestNamesOfFoldersAndMailboxes: whatever a person calls a folder or a
// mailbox finds it, in any case and whatever language its owner uses.
func TestNamesOfFoldersAndMailboxes(t *testing.T) {
	t.Parallel()
	w := office(t)
	for query, want := range map[string]string{
		"in:inbox":                            "a",
		"in:POSTEINGANG":                      "a",
		"in:sent":                             "d g",
		`in:"Sent Items"`:                     "d g",
		"in:sentitems":                        "d g",
		`in:"gesendete elemente"`:             "d g", // everyone's, in whatever language
		"in:Входящие":                         "a",
		`in:"Boîte de réception/Legal"`:       "e",
		`in:"inbox\legal"`:                    "e",
		"in:drafts":                           "",
		"in:legal":                            "e f",
		"in:Inbox/Legal":                      "e",
		"in:inbox/Verträge":                   "b",
		"in:posteingang/VERTRÄGE":             "b",
		"in:Vertra\u0308ge":                   "b",
		`in:"inbox/**"`:                       "a b c e",
		`in:"inbox/verträge/**"`:              "b c",
		"-in:inbox/legal in:legal":            "f",
		"mailbox:eva@contoso.example lease":   "a d",
		"mailbox:EVA lease":                   "a d",
		`mailbox:"Tom Berg"`:                  "e f g",
		"mailbox:alias-tom@contoso.example":   "e f g",
		"mailbox:nováková in:sent":            "d",
		"mailbox:tom in:sent OR subject:2025": "c g",
	} {
		if got := w.keys(search.Request{Text: query}); got != want {
			t.Errorf("%s found %q, want %q", query, got, want)
		}
	}
}

// TestNothingHasAllWords: where no message has all words, those with some of them are
// found if that was asked for, and said to be.
func TestNothingHasAllWords(t *testing.T) {
	t.Parallel()
	w := office(t)
	all := w.find(search.Request{Text: "renewal"})
	for match, want := range map[search.Match]int{"": 0, search.MatchAll: 0, search.MatchAny: all.Total, search.MatchAuto: all.Total} {
		res := w.find(search.Request{Text: "renewal zanzibar", Match: match})
		if res.Total != want || (res.Match == search.MatchAny) != (want > 0) {
			t.Errorf("%q finds %d by %q, want %d", match, res.Total, res.Match, want)
		}
	}
	if res := w.find(search.Request{Text: "xyzzy zanzibar", Match: search.MatchAuto}); res.Match != search.MatchAll {
		t.Errorf("nothing is found by %q", res.Match)
	}
	if res := w.find(search.Request{Text: "renewal", Match: search.MatchAuto}); res.Match != search.MatchAll || res.Total != all.Total || all.Total == 0 {
		t.Errorf("one word finds %d by %q", res.Total, res.Match)
	}
}

// TestDidYouMean: a word that stands nowhere is proposed in the spelling of one that
// stands in messages that the person may see.
func TestDidYouMean(t *testing.T) {
	t.Parallel()
	w := office(t)
	for text, want := range map[string]string{
		"renwal":                 "renewal",
		"lease renwal":           "lease renewal",
		"subject:(renwal laese)": "subject:(renewal lease)",
		`renwal "lease" -fees`:   `renewal "lease" -fees`,
		"renewal":                "",
		"+renwal":                "",
		"zanzibar":               "",
		"lunhc":                  "", // it stands in one message only
		"-renwal":                "",
	} {
		if res := w.find(search.Request{Text: text}); res.DidYouMean != want {
			t.Errorf("%s: did you mean %q, want %q", text, res.DidYouMean, want)
		}
	}
	if got := w.find(search.Request{Text: "feees"}).DidYouMean; got != "" {
		t.Errorf("did you mean %q", got)
	}
}

// TestUnknownNames: a name that there is none of matches nothing, and the
// warning stands at its place.
func TestUnknownNames(t *testing.T) {
	t.Parallel()
	w := office(t)
	text := `renewal nobody (in:"Büro 3" OR mailbox:nobody)`
	res := w.find(search.Request{Text: text})
	if res.Total != 0 || len(res.Warnings) != 2 {
		t.Fatalf("%d hits with warnings %+v", res.Total, res.Warnings)
	}
	for i, want := range []string{"Büro 3", "nobody"} {
		if wn := res.Warnings[i]; strings.Trim(text[wn.From:wn.To], `"`) != want || !strings.Contains(wn.Message, want) {
			t.Errorf("warning %d: %+v points to %q", i, wn, text[wn.From:wn.To])
		}
	}
	if got := w.keys(search.Request{Text: "subject:lunch OR in:nowhere"}); got != "g" {
		t.Errorf("an unknown folder beside an OR found %q", got)
	}
}

func chosen(f engine.Facet, values ...string) map[engine.Facet][]string {
	return map[engine.Facet][]string{f: values}
}

// TestFilters: the parameters narrow what the query finds.
func TestFilters(t *testing.T) {
	t.Parallel()
	w := office(t)
	for name, tt := range map[string]struct {
		r    search.Request
		want string
	}{
		"mailbox by id":      {search.Request{Text: "renewal", Filters: chosen("mailbox", w.boxes[tom].String())}, "e"},
		"mailbox by address": {search.Request{Text: "renewal", Filters: chosen("mailbox", "EVA@contoso.example")}, "a c"},
		"two mailboxes":      {search.Request{Text: "renewal", Filters: chosen("mailbox", eva, tom)}, "a c e"},
		"unknown address":    {search.Request{Text: "renewal", Filters: chosen("mailbox", "x@y")}, ""},
		"unknown id":         {search.Request{Text: "renewal", Filters: chosen("mailbox", "zzz")}, ""},
		"folder":             {search.Request{Text: "renewal", Filters: chosen("folder", w.folders[tom+":Inbox/Legal"].String())}, "e"},
		"sender":             {search.Request{Filters: chosen("sender", "law@fabrikam.example")}, "e f"},
		"type":               {search.Request{Filters: chosen("type", "text")}, "e"},
		"after":              {search.Request{Filters: chosen("mailbox", tom), After: time.Date(2025, 1, 6, 0, 0, 0, 0, time.UTC)}, "f g"},
		"or in the query":    {search.Request{Text: "lunch OR renewal", Filters: chosen("mailbox", tom)}, "e g"},
	} {
		if got := w.keys(tt.r); got != tt.want {
			t.Errorf("%s: found %q, want %q", name, got, tt.want)
		}
	}
	for _, r := range []search.Request{{Filters: chosen("mailbox", "No Body")}, {Filters: chosen("folder", "In box")}, {Limit: 101}} {
		var fault *search.RequestError
		if _, err := w.service.Search(t.Context(), access.Operator(), r); !errors.As(err, &fault) {
			t.Errorf("%+v: %v, want a RequestError", r, err)
		}
	}
}

// TestFacetLabels: buckets carry what a person calls them, and counts of all
// hits.
func TestFacetLabels(t *testing.T) {
	t.Parallel()
	w := office(t)
	res := w.find(search.Request{Text: "lease", Limit: 1, Facets: engine.Facets()})
	got := map[string]int{}
	for f, buckets := range res.Facets {
		for _, b := range buckets {
			got[string(f)+"="+b.Label+"@"+b.Mailbox] += b.Count
		}
	}
	for label, want := range map[string]int{
		"mailbox=Eva Nováková@": 2, "mailbox=Tom Berg@": 1, "folder=Inbox/Legal@Tom Berg": 1, "folder=Posteingang@Eva Nováková": 1,
		"sender=law@fabrikam.example@": 1, "year=2025@": 3, "type=text@": 1,
	} {
		if got[label] != want {
			t.Errorf("%s counts %d, want %d; all: %v", label, got[label], want, got)
		}
	}
}

// TestDeletedMailIsNotShown: what is deleted or out of sight is not shown,
// even while the index still has it.
func TestDeletedMailIsNotShown(t *testing.T) {
	t.Parallel()
	w := office(t)
	gone := w.id(eva, "a")
	w.remove(eva, "Posteingang", "a")
	if got := w.keys(search.Request{Text: "renewal"}); got != "c e" {
		t.Errorf("after the deletion %q was shown", got)
	}
	if _, err := w.service.Message(t.Context(), access.Operator(), gone); !errors.Is(err, search.ErrNotFound) {
		t.Errorf("the deleted message opened: %v", err)
	}
	check(t, w.archive.SetMailboxState(t.Context(), w.boxes[tom], archive.MailboxRemoved, "left"))
	w.later()
	res := w.find(search.Request{Text: "renewal", Facets: []engine.Facet{engine.FacetMailbox}})
	for _, h := range res.Hits {
		if h.Mailbox.Address == tom {
			t.Errorf("mail of a removed mailbox was shown")
		}
	}
	for _, b := range res.Facets[engine.FacetMailbox] {
		if b.Label == "Tom Berg" {
			t.Errorf("a removed mailbox was counted")
		}
	}
	if res := w.find(search.Request{Text: "mailbox:tom"}); res.Total != 0 || len(res.Warnings) != 1 {
		t.Errorf("the name of a removed mailbox was found: %+v", res.Warnings)
	}
}

// TestNobodySeesNothing walks every door with a principal who may see nothing,
// and with the ids of a removed mailbox.
func TestNobodySeesNothing(t *testing.T) {
	t.Parallel()
	w := office(t)
	id := w.id(tom, "e")
	var nobody access.Principal
	res, err := w.service.Search(t.Context(), nobody, search.Request{Text: "renewal", Limit: 10, Facets: engine.Facets()})
	check(t, err)
	if res.Total != 0 || len(res.Hits) != 0 || len(res.Facets[engine.FacetMailbox]) != 0 {
		t.Errorf("nobody found %+v", res)
	}
	boxes, err := w.service.Mailboxes(t.Context(), nobody)
	check(t, err)
	st, err := w.service.Status(t.Context(), nobody)
	check(t, err)
	if len(boxes) != 0 || len(st.Mailboxes) != 0 || st.Totals != (search.Progress{}) {
		t.Errorf("nobody was told of mailboxes: %+v %+v", boxes, st)
	}
	doors := map[string]func(p access.Principal, id mail.MessageID) error{
		"Message": func(p access.Principal, id mail.MessageID) error {
			_, err := w.service.Message(t.Context(), p, id)
			return err
		},
		"Body": func(p access.Principal, id mail.MessageID) error {
			_, err := w.service.Body(t.Context(), p, id)
			return err
		},
		"PartContent": func(p access.Principal, id mail.MessageID) error {
			_, err := w.service.PartContent(t.Context(), p, id, 0)
			return err
		},
		"PartText": func(p access.Principal, id mail.MessageID) error {
			_, err := w.service.PartText(t.Context(), p, id, 0)
			return err
		},
	}
	for name, open := range doors {
		if err := open(nobody, id); !errors.Is(err, search.ErrNotFound) {
			t.Errorf("%s let nobody in: %v", name, err)
		}
		if err := open(access.Operator(), 999999); !errors.Is(err, search.ErrNotFound) {
			t.Errorf("%s of an unknown id: %v", name, err)
		}
	}
	check(t, w.archive.SetMailboxState(t.Context(), w.boxes[tom], archive.MailboxRemoved, "left"))
	w.later()
	for name, open := range doors {
		if err := open(access.Operator(), id); !errors.Is(err, search.ErrNotFound) {
			t.Errorf("%s opened mail of a removed mailbox: %v", name, err)
		}
	}
}

// TestMessageAndParts: a message opens with its text and its attachments.
func TestMessageAndParts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mailbox(eva, "Eva", "Inbox=inbox")
	w.store(letter{
		box: eva, folder: "Inbox", key: "m", subject: "Plan", from: "Tom <tom@contoso.example>", to: "Eva <eva@contoso.example>",
		html: `<p>See <b>below</b></p><img src="cid:Logo%40x">`,
		files: []file{
			{name: "logo.png", kind: "image/png", text: "PNG", cid: "logo@x"},
			{name: "plan.txt", kind: "text/plain", text: "Step one."},
			{name: "secret.pdf", kind: "application/pdf", text: "!locked"},
			{name: "lost.doc", kind: "application/msword", problem: "the source answered 404"},
		},
	})
	w.index()
	op, id := access.Operator(), w.id(eva, "m")
	m, err := w.service.Message(t.Context(), op, id)
	check(t, err)
	if !strings.Contains(m.Text, "See below") || m.Folder.Path != "Inbox" || m.Mailbox.Name != "Eva" || m.Mail.To[0].Name != "Eva" {
		t.Errorf("message: %+v", m)
	}
	var states []string
	for _, a := range m.Attachments {
		states = append(states, a.Name+" "+a.State)
	}
	if got := strings.Join(states, ", "); got != "logo.png ok, plan.txt ok, secret.pdf encrypted, lost.doc unavailable" {
		t.Errorf("states: %s", got)
	}
	c, err := w.service.PartContent(t.Context(), op, id, 1)
	check(t, err)
	data, err := io.ReadAll(c)
	check(t, errors.Join(err, c.Close()))
	if string(data) != "Step one." || c.Name != "plan.txt" {
		t.Errorf("content: %q of %+v", data, c.Attachment)
	}
	if _, err := w.service.PartContent(t.Context(), op, id, 3); !errors.Is(err, search.ErrNoBytes) {
		t.Errorf("bytes that are not held: %v", err)
	}
	for _, n := range []int{-1, 4} {
		if _, err := w.service.PartContent(t.Context(), op, id, n); !errors.Is(err, search.ErrNotFound) {
			t.Errorf("attachment %d: %v", n, err)
		}
	}
	body, err := w.service.Body(t.Context(), op, id)
	check(t, err)
	if kind, data, ok := body.Inline("<LOGO@x>"); !ok || kind != "image/png" || string(data) != "PNG" {
		t.Errorf("inline picture: %s %q %v", kind, data, ok)
	}
	if _, _, ok := body.Inline("other@x"); ok {
		t.Error("a picture was found by a foreign name")
	}
}

// TestMailboxesAndStatus: the tree and the counts are those of the archive.
func TestMailboxesAndStatus(t *testing.T) {
	t.Parallel()
	w := office(t)
	boxes, err := w.service.Mailboxes(t.Context(), access.Operator())
	check(t, err)
	if len(boxes) != 2 || boxes[0].Address != eva || boxes[0].Messages != 4 || len(boxes[0].Folders) != 3 {
		t.Fatalf("mailboxes: %+v", boxes)
	}
	inbox := boxes[0].Folders
	for _, f := range inbox {
		if f.WellKnown == "inbox" && (len(f.Folders) != 1 || len(f.Folders[0].Folders) != 1 || f.Folders[0].Folders[0].Path != "Posteingang/Verträge/2025" || f.Messages != 1) {
			t.Errorf("the inbox's tree: %+v", f)
		}
	}
	w.store(letter{box: tom, folder: "Legal", key: "h", subject: "new", from: "x <x@y>"})
	st, err := w.service.Status(t.Context(), access.Operator())
	check(t, err)
	if st.Totals.Stored != 8 || st.Totals.Indexed != 7 || st.Totals.Source != 50 {
		t.Errorf("totals: %+v", st.Totals)
	}
	for _, m := range st.Mailboxes {
		if m.Mailbox.Address == tom && (m.Stored != 4 || m.Indexed != 3 || m.State != search.StateSyncing) {
			t.Errorf("status of one mailbox: %+v", m)
		}
	}
}

// TestPaging: the pages of a search hold every hit once.
func TestPaging(t *testing.T) {
	t.Parallel()
	w := office(t)
	for _, order := range []engine.Sort{engine.Relevance, engine.Newest, engine.Oldest} {
		seen := map[mail.MessageID]int{}
		r := search.Request{Limit: 2, Sort: order}
		for range 10 {
			res := w.find(r)
			if res.Total != 7 {
				t.Fatalf("%s: total %d", order, res.Total)
			}
			for _, h := range res.Hits {
				seen[h.ID]++
			}
			if r.Cursor = res.Next; r.Cursor == "" {
				break
			}
		}
		if len(seen) != 7 {
			t.Errorf("%s: %d hits on all pages, want 7", order, len(seen))
		}
	}
	if _, err := w.service.Search(t.Context(), access.Operator(), search.Request{Limit: 2, Cursor: "nonsense"}); !errors.Is(err, engine.ErrCursor) {
		t.Errorf("a foreign cursor: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.service.Search(ctx, access.Operator(), search.Request{Limit: 2}); !errors.Is(err, context.Canceled) {
		t.Errorf("a search that was given up: %v", err)
	}
}

// leaky is an engine that ignores the scope.
type leaky struct{ ids []mail.MessageID }

func (e leaky) Search(context.Context, engine.Request) (engine.Result, error) {
	res := engine.Result{Total: len(e.ids)}
	for _, id := range e.ids {
		res.Hits = append(res.Hits, engine.Hit{ID: id})
	}
	return res, nil
}

func (leaky) Count(context.Context) (int, error) { return 0, nil }

func (leaky) Similar(context.Context, access.Scope, string, int, int) ([]engine.TermCount, error) {
	return nil, nil
}

func (leaky) People(context.Context, access.Scope, query.Node, int) ([]engine.Person, error) {
	return []engine.Person{{Address: "secret@contoso.example", Names: []string{"secret"}, Sent: 9, Got: 9}}, nil
}

func (leaky) IDs(context.Context, mail.FolderID) ([]mail.MessageID, error) { return nil, nil }

// TestTheScopeIsCheckedAgain: even an engine that is wrong shows nobody what
// they may not see.
func TestTheScopeIsCheckedAgain(t *testing.T) {
	t.Parallel()
	w := office(t)
	w.service = search.New(search.Config{Archive: w.archive, Engine: leaky{[]mail.MessageID{w.id(eva, "a"), w.id(tom, "e")}}})
	check(t, w.archive.SetMailboxState(t.Context(), w.boxes[tom], archive.MailboxRemoved, "left"))
	if got := w.keys(search.Request{}); got != "a" {
		t.Errorf("%q was shown", got)
	}
	res, err := w.service.Search(t.Context(), access.Principal{}, search.Request{Limit: 5})
	check(t, err)
	if len(res.Hits) != 0 {
		t.Errorf("nobody was shown %+v", res.Hits)
	}
}
