package extract

import (
	"strings"
	"testing"
)

// TestPageProperties promises that an attached page is found by its title, its
// author and its description, and that these are told from its text.
func TestPageProperties(t *testing.T) {
	t.Parallel()
	head := "<!DOCTYPE html><html><head><title>Offer &amp; terms</title><meta name=Author content='Ann Lee'><meta name=\"description\" content=\"hazel\"/>" +
		"<meta name=viewport content=width><meta http-equiv=refresh content=9></head>"
	for name, src := range map[string]string{"with a body": head + "<body><p>walnut</body>", "without one": head + "<p>walnut"} {
		typ, text, o := readBytes([]byte(src), "a.html")
		if want := "[properties]Offer & terms\nAnn Lee\nhazel"; typ != "html" || o.state != OK || !strings.HasPrefix(text, want) || !strings.Contains(text, "walnut") || strings.Contains(text, "width") {
			t.Errorf("%s: %s as %s: %q, want it to begin with %q", name, o.state, typ, text, want)
		}
	}
	if got := aboutHTML("<p>a<body><title>walnut</title>"); got != nil {
		t.Errorf("a title in a body: %q", got)
	}
	if got := aboutHTML(strings.Repeat("<meta name=author content=a>", 100_000)); len(got) > 20 {
		t.Errorf("%d authors", len(got))
	}
}
