package search_test

import (
	"slices"
	"strings"
	"testing"

	"mailquarry/search"
)

// A word is found in the ways that people write it, and marked in the snippets.
func TestWordsInAllSpellings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mailbox(eva, "Eva", "Inbox=inbox")
	for key, text := range map[string]string{"a": "send me an e-mail", "b": "send me an email", "c": "the data-base is down", "d": "the database is down", "e": "a mail", "f": "Frau Mueller", "g": "Frau Müller"} {
		w.store(letter{box: eva, folder: "Inbox", key: key, subject: key, from: "Tom <tom@contoso.example>", text: text})
	}
	w.index()
	for q, want := range map[string]string{
		"email": "ab", "e-mail": "ab", "E-Mail": "ab", "data-base": "cd", "database": "d", "+email": "b", `"e mail"`: "a", "-email": "cdefg", "subject:email": "",
		"send e-mail": "ab", `"an e-mail"`: "ab", `"an email"`: "ab", "me NEAR/3 e-mail": "ab", "me ADJ/3 email": "ab", `"the database"`: "d", `"the data-base"`: "cd", "Müller": "fg", "müller": "fg", "Mueller": "f", "+Müller": "g", "email zanzibar": "",
	} {
		got := strings.Fields(w.keys(search.Request{Text: q}))
		slices.Sort(got)
		if strings.Join(got, "") != want {
			t.Errorf("%s finds %v, want %q", q, got, want)
		}
	}
}

// TestCodesAsPeopleTypeThem promises that codes, numbers, names of files, addresses and
// places of the web are found whole, in parts and in the ways that others write them.
func TestCodesAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mailbox(eva, "Eva", "Inbox=inbox")
	for key, text := range map[string]string{
		"a": "Call getUserName or parse_http_request in FooBarBaz2.",
		"b": "Invoice INV-2024-0017 amounts to 1.234,56 EUR, see https://portal.fabrikam.example:8443/a/b?id=77 thanks.",
		"c": "Paid 1 234.56 and 1234.56 to IBAN DE89 3704 0044 0532 0130 00 of AT&T on 2024-05-06.",
		"d": "Write to eva.muster-smith@mail.contoso.example; file Q3_Report-final(v2).xlsx; version 1.2.3; O'Neill has 10'000",
		"e": "order INV20240017, 1234,56 and 10000, DE89370400440532013000, ONeill 20240506",
		"g": "Call +4930123456 or MailQuarry",
		"h": "Ring +49 40 987654 or (0211) 55 66 77, ask Mr O'Hara, who can't come; part XY-123-4567.",
		"i": "ohara cant find XY1234567, ring 4940987654 or 0211556677",
		"f": "1234 years, 56 days, INV 0017, 10 minutes, 000, 2024",
	} {
		w.store(letter{box: eva, folder: "Inbox", key: key, subject: "x", from: "Tom <tom@contoso.example>", text: text})
	}
	w.index()
	for q, want := range map[string]string{
		"getUserName": "a", "GETUSERNAME": "a", "getUser*": "a", "user name": "a", "baz": "a", "names": "a", "foo bar": "a", "parse_http_request": "a", "http": "a", "request": "a", "foobarbaz2": "a",
		"INV-2024-0017": "be", "INV20240017": "be", "inv-2024*": "b", "2024-0017": "b", "+INV-2024-0017": "b", "inv/2024/0017": "be",
		"1.234,56": "bce", "1234.56": "bce", "1,234.56": "bce", "1234,56": "bce", "1'234.56": "bce", `"1 234.56"`: "bc", "10000": "de", "10.000": "de", "10'000": "de", "2024": "bcf",
		"DE89370400440532013000": "ce", "DE89 3704 0044 0532 0130 00": "ce", "DE89 3704 0044": "c", "call 49 30 123456": "g", "+49 (30) 123-456": "g", "2024-05-06": "ce", "mail quarry": "g", "MailQuarry": "g", "1.2.3": "d", "AT&T": "c",
		"eva.muster-smith@mail.contoso.example": "d", "eva.muster-smith": "d", "muster": "d", "mail.contoso.example": "d", "contoso.example": "abcdefghi", "@mail.contoso": "d",
		"https://portal.fabrikam.example:8443/a/b?id=77": "b", "http://portal.fabrikam.example": "b", "portal.fabrikam.example": "b", "www.fabrikam.example": "b", "fabrikam.example": "b",
		"Q3_Report-final(v2).xlsx": "d", "q3_report": "d", "report-final": "d", "report": "d", "xlsx": "d", "O'Neill": "de", "O’Neill": "de",
		"+4940987654": "hi", "4940987654": "hi", "+49 40 987654": "hi", "+49 40/98 76 54": "hi", "0211556677": "hi", "0211/556677": "hi", "(0211) 55 66 77": "hi",
		"XY1234567": "hi", "XY-123-4567": "hi", "ohara": "hi", "O'Hara": "hi", "cant come": "h", "can't find": "i", "body:ohara": "hi", `"mr ohara"`: "h",
	} {
		got := strings.Fields(w.keys(search.Request{Text: q}))
		slices.Sort(got)
		if strings.Join(got, "") != want {
			t.Errorf("%s finds %v, want %q", q, got, want)
		}
	}
}

// The form that was asked for comes first, however it is asked for.
func TestExactFormFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mailbox(eva, "Eva", "Inbox=inbox")
	for key, text := range map[string]string{
		"a": "the contract lies here in the drawer", "b": "the contracts lies here in the drawer", "c": "the contracted lies here in the drawer", "d": "something else altogether",
	} {
		w.store(letter{box: eva, folder: "Inbox", key: key, subject: "about it", from: "Tom <tom@contoso.example>", text: text})
	}
	w.index()
	for q, want := range map[string]string{
		"contracts": "b", "contract": "a", "body:contracts": "b", "body:contract": "a", "contracts NEAR/3 here": "b", "contract ADJ/2 here": "a", "body:contracts body:drawer": "b",
	} {
		res := w.find(search.Request{Text: q})
		if res.Total < 2 || len(res.Hits) == 0 {
			t.Errorf("%s finds %d", q, res.Total)
			continue
		}
		if got := strings.TrimSuffix(res.Hits[0].InternetMessageID, "@x"); got != want {
			t.Errorf("%s: %s is first, not %s", q, got, want)
		}
	}
}
