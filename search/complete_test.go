package search_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"mailquarry/internal/access"
	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
	"mailquarry/search"
	"mailquarry/search/query"
)

// suggestions are what is suggested at the end of a text, or where ^ stands in it, as
// the texts that come of it with their counts.
func (w *world) suggestions(p access.Principal, text string) []string {
	w.t.Helper()
	at := len(text)
	if i := strings.IndexByte(text, '^'); i >= 0 {
		text, at = text[:i]+text[i+1:], i
	}
	found, err := w.service.Complete(w.t.Context(), p, text, at, 0)
	check(w.t, err)
	var all []string
	for _, s := range found {
		line := text[:s.From] + s.Text + text[s.To:]
		if s.Count > 0 {
			line += fmt.Sprintf(" (%d)", s.Count)
		}
		all = append(all, line)
	}
	return all
}

// TestCompletion promises what is suggested while a query is written, and that each
// suggestion is written so that the whole query means it.
func TestCompletion(t *testing.T) {
	t.Parallel()
	w := office(t)
	w.saved["lease search"] = "lease"
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"fro", "from:"},
		{"tax -fro", "tax -from:"},
		{"sender", "sender:"},
		{"unr", "is:unread"},
		{"has:", "has:attachment|has:image|has:link|has:invite|has:unindexed"},
		{"is:un", "is:unread"},
		{"after:last w", `after:"last week"`},
		{`after:"last w`, `after:"last week"`},
		{"sort:n x", ""},
		{"sort:n^ x", "sort:newest x"},
		{"from:", "from:eva@contoso.example (3)|from:law@fabrikam.example (2)|from:tom@contoso.example (2)"},
		{"from:be", "from:tom@contoso.example (2)"},
		{"from:tom be", "from:tom@contoso.example (2)"},
		{"from:(eva OR la^w) x", "from:(eva OR law@fabrikam.example) x (2)"},
		{"from:alias-t", "from:tom@contoso.example (2)"},
		{"from:tom@contoso", "from:tom@contoso.example (2)"},
		{"from:nováková", "from:eva@contoso.example (3)"},
		{"from:fabri", "from:fabrikam.example (2)"},
		{"tax tom be", "tax tom before:|tax with:tom@contoso.example (2)"},
		{"to:eva", ""}, // to whom nothing was sent
		{"in:vertr", `in:Posteingang/Verträge (1)|in:Posteingang/Verträge/2025 (1)`},
		{`in:"Sent It`, `in:"Sent Items" (2)`},
		{`in:gesendete^ x`, `in:"Gesendete Elemente" x (2)`},
		{"in:abl", "in:Ablage"},
		{"in:", `in:Legal (2)|in:"Sent Items" (2)|in:Inbox/Legal (1)|in:Posteingang (1)|in:Posteingang/Verträge (1)|in:Posteingang/Verträge/2025 (1)|in:Ablage`},
		{"legal", "in:Legal (2)|in:Inbox/Legal (1)"},
		{"mailbox:be", "mailbox:tom@contoso.example (3)"},
		{"mailbox:alias-e", "mailbox:eva@contoso.example (4)"},
		{"query:le", `query:"lease search"`},
		{"ren", `subject:"Lease renewal" (2)`},
		{"lease ren", `subject:"Lease renewal" (2)`},
		{"lease ", `subject:"Lease" (3)|subject:"Lease renewal" (2)`},
		{"subject:vert", `subject:"Vertrag 2025" (1)`},
		{"subject:(lease ren", `subject:("Lease renewal" (2)`},
		{`"lease re`, `subject:"Lease renewal" (2)`},
		{"ext:t", "ext:text (1)"},
		{"zzz", ""},
		{"from:zzz", ""},
		{`from:"`, `from:eva@contoso.example (3)|from:law@fabrikam.example (2)|from:tom@contoso.example (2)`},
		{"le*", ""},
		{"le~", ""},
	} {
		if got := strings.Join(w.suggestions(access.Operator(), c.text), "|"); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.text, got, c.want)
		}
	}
}

// TestCompletionOfFoldersOfFolders promises that a folder which holds no more than other
// folders is suggested with these.
func TestCompletionOfFoldersOfFolders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mailbox(eva, "Eva", "Projects", "Projects/Old mill", "Projects/Old mill/Plans", "Empty")
	w.store(letter{box: eva, folder: "Projects/Old mill/Plans", key: "a", subject: "x", from: "Eva <eva@contoso.example>"})
	w.index()
	for text, want := range map[string]string{
		"in:proj": `in:"Projects/**" (1)|in:"Projects/Old mill/Plans" (1)|in:"Projects/Old mill/**" (1)`, "mill": `in:"Projects/Old mill/**" (1)`,
		"in:emp": "in:Empty", "emp": "",
	} {
		if got := strings.Join(w.suggestions(access.Operator(), text), "|"); got != want {
			t.Errorf("%s suggests %s, want %s", text, got, want)
		}
		for _, s := range w.suggestions(access.Operator(), text) {
			if q, found, _ := strings.Cut(s, " ("); found != "" && w.keys(search.Request{Text: q}) != "a" {
				t.Errorf("%s finds nothing", q)
			}
		}
	}
}

// TestCompletionOfRecipients promises that those who only got mail are found by their
// names, which no index and no directory has.
func TestCompletionOfRecipients(t *testing.T) {
	t.Parallel()
	w := office(t)
	w.store(letter{box: tom, folder: "Sent Items", key: "n", subject: "Hi", from: "Tom Berg <tom@contoso.example>", to: "Dr. Ursula Weiß <praxis@doc.example>"})
	w.index()
	w.later()
	for text, want := range map[string]string{
		"to:weis": "to:praxis@doc.example (1)", "with:ursula": "with:praxis@doc.example (1)", "from:ursula": "", "cc:ursula": "", "to:prax": "to:praxis@doc.example (1)",
	} {
		if got := strings.Join(w.suggestions(access.Operator(), text), "|"); got != want {
			t.Errorf("%s suggests %q, want %q", text, got, want)
		}
	}
	found, err := w.service.Complete(t.Context(), access.Operator(), "to:weis", 7, 0)
	check(t, err)
	if len(found) != 1 || found[0].Label != "Dr. Ursula Weiß" {
		t.Errorf("%+v", found)
	}
}

// TestCompletionOfOwnMail promises that those come first with whom one writes oneself.
func TestCompletionOfOwnMail(t *testing.T) {
	t.Parallel()
	w := office(t)
	for box, first := range map[string]string{tom: "from:law@", eva: "from:eva@"} {
		got := w.suggestions(access.Operator().Owning(w.boxes[box]), "from:")
		if got[0] != "from:me" || !strings.HasPrefix(got[1], first) {
			t.Errorf("%q come first", got[:2])
		}
	}
}

// TestCompletionTellsNothingHidden promises that no suggestion comes from mail that one
// may not see: neither a person, a folder, a subject nor a value of it, nor a count; not
// even right after it was hidden.
func TestCompletionTellsNothingHidden(t *testing.T) {
	t.Parallel()
	w := office(t)
	w.saved["lease search"] = "lease"
	texts := []string{"query:", "law", "from:", "from:law", "from:tom", "with:", "fabri", "from:fabri", "legal", "in:", "in:Inbox/Le", "mailbox:", "fees", "subject:fees", "lun", "ext:", "ext:t", "lang:", "le", "lease ren", "ren"}
	for _, text := range texts {
		if got := w.suggestions(access.Principal{}, text); strings.Contains(fmt.Sprint(got), "(") || strings.Contains(fmt.Sprint(got), "query:\"") {
			t.Errorf("%s tells nobody in particular %q", text, got)
		}
		w.suggestions(access.Operator(), text)
	}
	check(t, w.archive.SetMailboxState(t.Context(), w.boxes[tom], archive.MailboxRemoved, "left"))
	w.later()
	for _, text := range texts {
		for _, s := range w.suggestions(access.Operator(), text) {
			for _, secret := range []string{"law@", "fabrikam", "Legal", "Fees", "Lunch", "txt", "mailbox:tom", "Inbox", "Sent"} {
				if strings.Contains(strings.TrimPrefix(s, text), secret) {
					t.Errorf("%s tells %q of a hidden mailbox", text, s)
				}
			}
		}
	}
	// What is still thought to be there is searched for, and found missing.
	w.service = search.New(search.Config{Archive: w.archive, Engine: leaky{}})
	for _, text := range texts {
		if got := w.suggestions(access.Operator(), text); strings.Contains(fmt.Sprint(got), "secret") {
			t.Errorf("%s tells %q", text, got)
		}
	}
}

// TestCompletionOfExcludedFolders promises that folders out of the configured scope, and
// what stands in them alone, are not suggested.
func TestCompletionOfExcludedFolders(t *testing.T) {
	t.Parallel()
	w := office(t)
	w.suggestions(access.Operator(), "from:law")
	check(t, w.archive.ExcludeFolders(t.Context(), w.boxes[tom], []mail.FolderID{w.folders[tom+":Inbox/Legal"], w.folders[tom+":Legal"]}, nil))
	w.later()
	for _, text := range []string{"law", "from:law", "with:", "fabri", "from:fabri", "fees", "subject:fees", "ext:"} {
		for _, s := range w.suggestions(access.Operator(), text) {
			if strings.Contains(s, "fabrikam") || strings.Contains(s, "Fees") || strings.Contains(s, "text") {
				t.Errorf("%s suggests %q", text, s)
			}
		}
	}
	for _, text := range []string{"legal", "in:legal", "in:Inbox/L"} {
		if got := w.suggestions(access.Operator(), text); len(got) > 0 {
			t.Errorf("%s suggests %q", text, got)
		}
	}
	if got := w.suggestions(access.Operator(), "lease ren"); !slices.Equal(got, []string{`subject:"Lease renewal" (1)`}) {
		t.Errorf("%q counts what is excluded", got)
	}
}

// TestCompletionOfDeletedMail promises that what was deleted is not suggested, even where
// the index does not know it yet.
func TestCompletionOfDeletedMail(t *testing.T) {
	t.Parallel()
	w := office(t)
	w.suggestions(access.Operator(), "fe")
	w.remove(tom, "Legal", "f")
	for _, text := range []string{"fees", "fe"} {
		if got := w.suggestions(access.Operator(), text); len(got) > 0 {
			t.Errorf("%s suggests %q of deleted mail", text, got)
		}
	}
}

// TestCompletionOfAnything promises that no text does harm, wherever the caret is: each
// suggestion stands within the text, and the query that comes of it is understood as well
// as before.
func TestCompletionOfAnything(t *testing.T) {
	t.Parallel()
	w := office(t)
	rng := rand.New(rand.NewPCG(3, 4))
	pieces := []string{"from:", "in:", "(", ")", "{", `"`, "“", " ", " ", "le", "tom", "be", "@", "contoso.example", "Vertr", "ä", "-", "OR ", "NEAR/3 ", "subject:", "legal", "/", "*", "\x00", "\xff", "王", "lang:", "query:", "ext:", "with:"}
	for range 500 {
		var b strings.Builder
		for range rng.IntN(8) {
			b.WriteString(pieces[rng.IntN(len(pieces))])
		}
		text := b.String()
		at := rng.IntN(len(text) + 1)
		found, err := w.service.Complete(t.Context(), access.Operator(), text, at, 1+rng.IntN(search.MaxSuggestions))
		check(t, err)
		for _, s := range found {
			if s.From < 0 || s.From > s.To || s.To > len(text) || s.From > at || s.Text == "" || s.Label == "" || !utf8.ValidString(s.Text) {
				t.Fatalf("%q at %d: %+v", text, at, s)
			}
		}
	}
	for _, text := range []string{strings.Repeat("a", query.MaxLength+10), strings.Repeat("from:(", 600) + "e", strings.Repeat("a ", 2000) + "le"} {
		for _, at := range []int{-1, 0, len(text) / 2, len(text), len(text) + 1} {
			_, err := w.service.Complete(t.Context(), access.Operator(), text, at, 0)
			check(t, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.service.Complete(ctx, access.Operator(), "from:", 5, 0); err == nil {
		t.Error("a request that is over is answered")
	}
	if _, err := w.service.Complete(t.Context(), access.Operator(), "from:", 5, search.MaxSuggestions+1); err == nil {
		t.Error("any limit is taken")
	}
}

// TestCompletionAtOnce promises that many can be completed for at the same time, while
// mail arrives, and that what has arrived is suggested soon.
func TestCompletionAtOnce(t *testing.T) {
	t.Parallel()
	w := office(t)
	done := make(chan error)
	for i := range 8 {
		go func() {
			for range 30 {
				text := []string{"from:", "lease ren", "in:", "law"}[i%4]
				if _, err := w.service.Complete(t.Context(), access.Operator().Owning(w.boxes[eva], mail.MailboxID(i)), text, len(text), 0); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	w.store(letter{box: tom, folder: "Inbox", key: "new", subject: "Zebra", from: "Zoe <zoe@zoo.example>"})
	w.index()
	for range 8 {
		check(t, <-done)
	}
	w.later()
	for range 100 { // an older stock does where a newer one takes its time
		if got := w.suggestions(access.Operator(), "from:zo"); slices.Contains(got, "from:zoe@zoo.example (1)") {
			return
		}
		w.later()
	}
	t.Error("who wrote first just now is not suggested")
}
