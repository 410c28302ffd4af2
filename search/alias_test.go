package search_test

import (
	"fmt"
	"strings"
	"testing"

	"mailquarry/internal/source"
	"mailquarry/search"
)

// TestPeopleAreFoundByAnyAddress promises that a person's name and each of their
// addresses find the mail of all of their addresses, in every field of people, and
// nobody else's.
func TestPeopleAreFoundByAnyAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mailbox(eva, "Eva Nováková", "Inbox")
	w.mailbox(tom, "Tom Berg", "Inbox")
	w.store(
		letter{box: eva, folder: "Inbox", key: "main", subject: "x", from: "Eva <eva@contoso.example>", to: "Tom <tom@contoso.example>", date: "2025-01-01"},
		letter{box: eva, folder: "Inbox", key: "alias", subject: "x", from: "Front desk <alias-eva@contoso.example>", to: "Law <law@fabrikam.example>", date: "2025-01-02"},
		letter{box: tom, folder: "Inbox", key: "got", subject: "x", from: "Law <law@fabrikam.example>", to: "Front desk <alias-eva@contoso.example>", date: "2025-01-03"},
		letter{box: tom, folder: "Inbox", key: "other", subject: "x", from: "No <no.alias-eva@contoso.example.org>", to: "Evan <evan@contoso.example>", date: "2025-01-04"},
		letter{box: tom, folder: "Inbox", key: "tom", subject: "x", from: "<alias-tom@contoso.example>", to: "Law <law@fabrikam.example>", date: "2025-01-05"},
	)
	w.index()
	w.later()
	for _, c := range []struct{ q, want string }{
		{"from:novakova", "main alias"},
		{`from:"Eva Nováková"`, "main alias"},
		{"from:(eva novakova)", "main alias"},
		{"from:eva@contoso.example", "main alias other"}, // which is in the other's address, too
		{"from:Alias-Eva@Contoso.example", "main alias other"},
		{"-from:eva@contoso.example", "got tom"},
		{"to:eva@contoso.example", "got"},
		{"recipients:novakova", "got"},
		{"cc:novakova", ""},
		{"to:alias-eva@contoso.example", "got"},
		{"with:novakova", "main alias got"},
		{"from:tom", "tom"},
		{"from:+novakova", ""},
		{"novakova", ""},
		{"from:va", ""},
		{"query:hers", "main alias"},
	} {
		w.saved["hers"] = "from:novakova"
		if got := w.keys(search.Request{Text: c.q}); got != c.want {
			t.Errorf("%s finds %q, want %q", c.q, got, c.want)
		}
	}
	if held, err := w.service.CheckHold(t.Context(), "from:novakova"); err != nil || held != 2 {
		t.Errorf("a hold of the mail of a person holds %d, %v", held, err)
	}
}

// TestCommonNames promises that a name which many people have is searched as a word,
// without an error, however often it stands in a query.
func TestCommonNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var all []source.Mailbox
	for i := range 300 {
		name := fmt.Sprintf("Kim%d Smith", i%60)
		all = append(all, source.Mailbox{Key: fmt.Sprint(i), Address: fmt.Sprintf("u%d@contoso.example", i), Name: name, Aliases: []string{fmt.Sprintf("a%d@contoso.example", i)}})
	}
	check(t, w.archive.CommitMailboxes(t.Context(), "graph", source.MailboxPage{Mailboxes: all}))
	w.mailbox(eva, "Eva", "Inbox")
	w.store(letter{box: eva, folder: "Inbox", key: "a", subject: "x", from: "Kim Smith <u7@contoso.example>", to: "Jo Smith <u8@contoso.example>"})
	w.index()
	for _, q := range []string{"from:smith", "to:smith", strings.Repeat("to:smith ", 150), strings.Repeat("to:kim8 ", 150) + "OR to:smith", strings.Repeat("from:kim7 ", 150)} {
		if got := w.keys(search.Request{Text: q}); got != "a" {
			t.Errorf("%.40s finds %q", q, got)
		}
	}
}
