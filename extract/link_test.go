package extract

import (
	"strings"
	"testing"
)

// TestLinkTarget promises that a link is found by where it leads, whatever a mail
// filter has made of it.
func TestLinkTarget(t *testing.T) {
	t.Parallel()
	const safe = "https://EUR01.safelinks.protection.outlook.com/"
	for href, want := range map[string]string{
		" https://a.example/b ":                        "https://a.example/b",
		"mailto:ann@a.example?subject=x":               "ann@a.example",
		"javascript:x":                                 "",
		"ftp://a.example":                              "",
		safe + "?url=https%3A%2F%2Fa.example%2Fb&data": "https://a.example/b",
		safe + "ap/t-59584e83/?url=https%3A%2F%2Fa.example%2Fb&data=x":                          "https://a.example/b",
		safe + "GetUrlReputation?x":                                                             safe + "GetUrlReputation?x",
		safe + "?url=javascript%3Ax":                                                            safe + "?url=javascript%3Ax",
		safe + "?url=%zz":                                                                       safe + "?url=%zz",
		safe + "?url=mailto%3Aann%40a.example":                                                  "ann@a.example",
		"https://urldefense.com/v3/__https://a.example/b__;!!x!y$":                              "https://a.example/b",
		"https://urldefense.com/v3/__x":                                                         "https://urldefense.com/v3/__x",
		"https://urldefense.proofpoint.com/v2/url?u=https-3A__a.example_b-5Fc&d=x":              "https://a.example/b_c",
		"https://urldefense.proofpoint.com/v1/url?u=https://a.example/&k=x":                     "https://a.example/",
		"https://linkprotect.cudasvc.com/url?a=https%3a%2f%2fa.example&c=x":                     "https://a.example",
		"https://www.google.com/url?sa=t&q=https://a.example/&x":                                "https://a.example/",
		safe + "?url=https%3A%2F%2Furldefense.com%2Fv3%2F__https%3A%2F%2Fa.example__%3B%21%21x": "https://a.example",
		"https://evil.example/?url=https%3A%2F%2Fa.example":                                     "https://evil.example/?url=https%3A%2F%2Fa.example",
	} {
		if got := linkTarget(href); got != want {
			t.Errorf("%q leads to %q, want %q", href, got, want)
		}
	}
	deep := strings.Repeat(safe+"?url=", 100_000) + "x"
	if got := linkTarget(deep); got != deep {
		t.Error("a hostile link was changed")
	}
}

// TestPlainLinks promises the same of a plain text, of which all else stays.
func TestPlainLinks(t *testing.T) {
	t.Parallel()
	const safe = "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example%2Fb&data=05%7C02%7C&reserved=0"
	for in, want := range map[string]string{
		"see here<" + safe + "> or (" + safe + "), \nand " + safe + ".": "see here<https://a.example/b> or (https://a.example/b), \nand https://a.example/b.",
		"https://a.example/?url=https%3A%2F%2Fb.example safelinks.":     "https://a.example/?url=https%3A%2F%2Fb.example safelinks.",
		"https://urldefense.com/v3/__https://a.example/b__;!!x!y$ z":    "https://a.example/b z",
		"no link": "no link",
	} {
		if got := PlainLinks(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

// FuzzPlainLinks promises that a text without such links stays, and that each is
// looked at once.
func FuzzPlainLinks(f *testing.F) {
	f.Add("a<https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example%2Fb&data> https://urldefense.com/v3/__https://a__;x")
	f.Fuzz(func(t *testing.T, s string) {
		got := PlainLinks(s)
		if len(got) > len(s) || !strings.Contains(s, "https://") && got != s {
			t.Errorf("%q is %q", s, got)
		}
	})
}
