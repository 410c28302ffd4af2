package search_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"mailquarry/internal/access"
	"mailquarry/search"
	"mailquarry/search/engine"
)

// note is a message with the words that all of a test's messages have.
func note(key, from, to, cc, date string) letter {
	people := func(all string) []any {
		out := []any{}
		for _, a := range strings.Fields(all) {
			out = append(out, map[string]any{"emailAddress": map[string]string{"name": "", "address": a}})
		}
		return out
	}
	raw, _ := json.Marshal(map[string]any{
		"id": key, "subject": "Quarry", "body": map[string]string{"contentType": "text", "content": "granite blocks" + strings.Repeat(" lime", 300)},
		"receivedDateTime": date + "T10:00:00Z", "internetMessageId": "<" + key + "@x>", "conversationId": "c-" + key,
		"from": people(from)[0], "toRecipients": people(to), "ccRecipients": people(cc),
	})
	return letter{box: eva, folder: "Inbox", key: key, raw: raw}
}

// ranked gives the messages that have the words, by relevance, as they are for the owner
// of a mailbox or, with "", for somebody without one.
func (w *world) ranked(box string) search.Results {
	w.t.Helper()
	who := access.Operator()
	if box != "" {
		who = who.Owning(w.boxes[box])
	}
	res, err := w.service.Search(w.t.Context(), who, search.Request{Text: "granite blocks", EachCopy: true, Limit: 20, Explain: true})
	check(w.t, err)
	return res
}

// TestRankingLeansToOneself: of messages that say the same, those come first that were
// meant for who asks; for others they stand in the same order whoever they went to.
func TestRankingLeansToOneself(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mailbox(eva, "Eva", "Inbox=inbox")
	const (
		law   = "law@fabrikam.example"
		date  = "2025-01-01"
		crowd = " a@x.example b@x.example c@x.example d@x.example e@x.example f@x.example"
	)
	w.store(
		note("alone", law, eva, "", date),
		note("few", law, eva+" a@x.example", "", date),
		note("crowd", law, eva+crowd, "", date),
		note("mine", eva, "friend@x.example", "", date),
		note("copied", law, "a@x.example", eva, date),
		note("friend", "friend@x.example", "list@x.example", "", date),
		note("list", law, "list@x.example", "", date),
	)
	w.index()
	places := func(box string) map[string]int {
		at := map[string]int{}
		for i, key := range strings.Fields(keysOf(w.ranked(box))) {
			at[key] = i
		}
		return at
	}
	at := places(eva)
	for _, pair := range [][2]string{{"alone", "few"}, {"few", "copied"}, {"copied", "list"}, {"mine", "copied"}, {"few", "crowd"}, {"crowd", "list"}, {"friend", "list"}} {
		if at[pair[0]] > at[pair[1]] {
			t.Errorf("%q stands behind %q: %v", pair[0], pair[1], at)
		}
	}
	for _, h := range w.ranked(eva).Hits {
		want := map[string]string{
			"alone": "to me alone", "few": "to me among few", "crowd": "to me among many",
			"mine": "from me", "copied": "copied to me",
		}[strings.TrimSuffix(h.InternetMessageID, "@x")]
		if h.Why.Relation != want {
			t.Errorf("%s is %q, want %q", h.InternetMessageID, h.Why.Relation, want)
		}
	}
	for _, h := range w.ranked("").Hits {
		if h.Why.Related != 0 || h.Why.Known != 0 {
			t.Errorf("for somebody without a mailbox %s is %+v", h.InternetMessageID, h.Why)
		}
	}
	// Whom one writes to is known once that is sent.
	w.store(note("first", eva, law, "", date))
	w.index()
	w.later()
	for _, h := range w.ranked(eva).Hits {
		if strings.HasPrefix(h.InternetMessageID, "list") && h.Why.Known == 0 {
			t.Errorf("who was written to is still a stranger: %+v", h.Why)
		}
	}
}

// TestRankingLeansToNewMail: of messages that say the same, the later comes first; one
// that says more of what was asked comes before later ones.
func TestRankingLeansToNewMail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mailbox(eva, "Eva", "Inbox=inbox")
	more := letter{box: eva, folder: "Inbox", key: "more", subject: "Granite blocks", from: "x@x.example", text: "granite blocks and granite" + strings.Repeat(" lime", 300), date: "2015-01-01"}
	w.store(
		note("new", "x@x.example", "y@x.example", "", "2025-01-01"), note("older", "x@x.example", "y@x.example", "", "2024-12-01"),
		note("oldest", "x@x.example", "y@x.example", "", "2020-12-01"), more,
	)
	w.index()
	if got, want := keysOf(w.ranked("")), "more new older oldest"; got != want {
		t.Errorf("the order is %q, want %q", got, want)
	}
}

// TestExplainedScores: the parts that a hit tells of its score make up that score, for
// every kind of word.
func TestExplainedScores(t *testing.T) {
	t.Parallel()
	w := shared(t)
	w.store(letter{box: eva, folder: "Gesendete Elemente", key: "dinner", subject: "Granite dinner", from: "Eva <eva@contoso.example>", to: "Tom <tom@contoso.example>", text: "Granite?"})
	w.index()
	w.later()
	known := false
	for _, text := range []string{
		"granite", "granite offer", `"forty tonnes" granite`, "gran*", "granit~", "tonne granites", "granite NEAR/3 tonnes",
		"from:eva granite", "subject:(granite offer)", "(granite OR nuisance) -dust", "granite offer forty tonnes fine nuisance",
	} {
		for _, each := range []bool{false, true} {
			for _, group := range []bool{false, true} {
				who := access.Operator().Owning(w.boxes[eva])
				res, err := w.service.Search(t.Context(), who, search.Request{Text: text, Match: search.MatchAny, EachCopy: each, Conversations: group, Limit: 20, Explain: true})
				check(t, err)
				if len(res.Hits) == 0 {
					t.Errorf("%s finds nothing", text)
				}
				for _, h := range res.Hits {
					if h.Why == nil || len(h.Why.Terms) == 0 || math.Abs(h.Why.Score()-h.Score) > 1e-9*h.Score {
						t.Errorf("%s: %s has the score %v, explained as %+v", text, h.InternetMessageID, h.Score, h.Why)
						continue
					}
					known = known || h.Why.Known > 0
					for _, term := range h.Why.Terms {
						if term.Saturation == 0 {
							continue
						}
						made := term.Weight * term.Rarity * term.Frequency * (term.Saturation + 1) / (term.Frequency + term.Length)
						if math.Abs(made-term.Score) > 1e-9 {
							t.Errorf("%s: %+v makes %v", text, term, made)
						}
					}
				}
			}
		}
	}
	if !known {
		t.Error("nobody is known to who wrote to them")
	}
	if res := w.find(search.Request{Text: "granite", Explain: true, Sort: engine.Newest}); res.Hits[0].Why != nil {
		t.Errorf("by date a score is explained: %+v", res.Hits[0].Why)
	}
	if res := w.find(search.Request{Text: "granite"}); res.Hits[0].Why != nil {
		t.Error("a score is explained that nobody asked about")
	}
}
