package search_test

import (
	"slices"
	"strings"
	"testing"

	"mailquarry/search"
)

// from: with a domain finds its senders and those of its sub-domains, and not who has the
// name as the beginning of another one.
func TestFromADomain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mailbox(eva, "Eva", "Inbox=inbox")
	for key, from := range map[string]string{
		"a": "a@contoso.com", "b": "b@mail.contoso.com", "c": "c@contoso.com.evil.example", "d": "d@x.contoso.com.evil.example", "e": "contoso.com@other.example", "f": "f@notcontoso.com",
	} {
		w.store(letter{box: eva, folder: "Inbox", key: key, subject: key, from: "X <" + from + ">", text: "hello"})
	}
	w.index()
	for q, want := range map[string]string{
		"from:contoso.com": "abe", "from:@contoso.com": "ab", "from:mail.contoso.com": "b", "-from:contoso.com": "cdf", "from:contoso.com.evil.example": "cd", "from:contoso": "abcde",
	} {
		got := strings.Fields(w.keys(search.Request{Text: q}))
		slices.Sort(got)
		if strings.Join(got, "") != want {
			t.Errorf("%s finds %v, want %s", q, got, want)
		}
	}
}

// to:, cc:, bcc:, recipients: and participants: with a domain find those of it and of its
// sub-domains among all that a message was sent to, and nobody of a longer one.
func TestToADomain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mailbox(eva, "Eva", "Inbox=inbox")
	const evil = "x@contoso.com.evil.example"
	for key, to := range map[string][3][]string{
		"a": {{"a@contoso.com"}}, "b": {{"b@mail.contoso.com"}, {evil}}, "c": {{evil}}, "d": {{evil, "d@contoso.com"}}, "e": {{"Contoso.com team <e@other.example>"}},
		"f": {nil, {"f@contoso.com"}}, "g": {nil, {evil}, {"g@Contoso.com"}}, "h": {nil, nil, {evil}},
	} {
		w.graphMail(letter{box: eva, folder: "Inbox", key: key, subject: key, from: "X <x@other.example>", text: "hello"}, map[string]any{
			"toRecipients": people(to[0]...), "ccRecipients": people(to[1]...), "bccRecipients": people(to[2]...),
		})
	}
	w.store(letter{box: eva, folder: "Inbox", key: "i", subject: "i", from: "I <i@contoso.com>", text: "hello"})
	w.index()
	for q, want := range map[string]string{
		"to:contoso.com": "abde", "to:@contoso.com": "abd", "cc:contoso.com": "f", "cc:@contoso.com": "f", "bcc:contoso.com": "g",
		"recipients:contoso.com": "abdefg", "participants:contoso.com": "abdefgi", "with:@contoso.com": "abdfgi",
		"to:contoso.com.evil.example": "cd", "-recipients:contoso.com": "chi", "to:(contoso.com)": "abde",
	} {
		got := strings.Fields(w.keys(search.Request{Text: q}))
		slices.Sort(got)
		if strings.Join(got, "") != want {
			t.Errorf("%s finds %v, want %s", q, got, want)
		}
	}
}

// A name is found in both orders, whatever the order in the message and in the directory;
// the words of two people are none.
func TestNamesInBothOrders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mailbox("ken@contoso.example", "Kenneth Lay", "Inbox=inbox")
	for key, from := range map[string]string{
		"a": "Kenneth Lay <k@x.example>", "b": `"Lay, Kenneth" <k@y.example>`, "c": "Kenneth Smith <s@x.example>", "d": "Ana de la Cruz <a@x.example>", "e": `"de la Cruz, Ana" <a@y.example>`,
		"f": "K. <ken@contoso.example>",
	} {
		w.store(letter{box: "ken@contoso.example", folder: "Inbox", key: key, subject: key + " about Lay, Kenneth", from: from, text: "hello"})
	}
	w.index()
	for q, want := range map[string]string{
		`from:"Lay, Kenneth"`: "abf", `from:"Kenneth Lay"`: "abf", `from:"lay kenneth"`: "abf", `from:"de la Cruz, Ana"`: "de", `from:"Cruz, Ana de la"`: "d",
		`participants:"Lay, Kenneth"`: "abf", `from:"Smith, Ken"`: "", `subject:"Kenneth Lay"`: "", `from:"Lay,"`: "abf", `from:", Lay"`: "abf",
	} {
		got := strings.Fields(w.keys(search.Request{Text: q}))
		slices.Sort(got)
		if strings.Join(got, "") != want {
			t.Errorf("%s finds %v, want %s", q, got, want)
		}
	}
}
