package mailhtml

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// mailVectors are attacks that mail has seen and that the collection of
// payloads lacks.
var mailVectors = []string{
	`<body background="https://t.example/x.gif"><p>x`,
	`<link rel=stylesheet href=https://t.example/x.css><meta http-equiv=refresh content="0;url=https://t.example">`,
	`<base href="https://t.example/"><img src="x.gif"><a href="y">z</a>`,
	`<style>@import url(https://t.example/x.css);</style>`,
	`<p style="background:var(--x, url(https://t.example/x.gif))">x`,
	`<p style="list-style-image:url(https://t.example/x);content:url(https://t.example)">x`,
	`<p style="background:u\72l(https://t.example/x)">x`,
	`<p style="background:image-set('https://t.example/x' 1x)">x`,
	`<p style="color:red;background:/**/url(//t.example)">x`,
	`<img srcset="https://t.example/x 2x" src="cid:none">`,
	`<picture><source srcset="https://t.example/x"><img src=cid:none></picture>`,
	`<video poster="https://t.example/x" src="https://t.example/v" autoplay></video><audio src="https://t.example/a" autoplay>`,
	`<svg><animate attributeName=href values=javascript:alert(1) /><image href="https://t.example/x"/></svg>`,
	`<svg><use href="https://t.example/x#y"/></svg><svg><style>@import 'https://t.example/'</style></svg>`,
	`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`,
	`<noscript><p title="</noscript><img src=x onerror=alert(1)>">`,
	`<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>`,
	`<a href="  java` + "\t" + `script:alert(1)">x</a><a href="&#x6A;avascript:alert(1)">y</a>`,
	`<a ping="https://t.example/" href="https://t.example/">x</a>`,
	`<input type=image src=https://t.example/x autofocus onfocus=alert(1)><button formaction=javascript:alert(1)>x`,
	`<table background=https://t.example/x><td background=https://t.example/y>`,
	`<img src="data:image/png;base64,aaaa" onerror=alert(1)>`,
	`<x/onclick=alert(1)//><p/onclick=alert(1)>x`,
	`<iframe srcdoc="<script>alert(1)</script>"></iframe><portal src=https://t.example>`,
	`<p title='"><img src=x onerror=alert(1)>'>x</p><font face='"><script>alert(1)</script>'>y`,
	"<a href=\"https://a.example/\u0000\"><img src=\"cid:logo@mail\u0000\" onerror=alert(1)></a>",
	`<blockquote cite="https://t.example/"><q cite="javascript:alert(1)">x</q></blockquote>`,
	`<del cite=https://t.example>x</del><time datetime='"onclick=x'>y</time>`,
}

// payloads are the collection of attacks beside the repository, and ours.
func payloads(t testing.TB) []string {
	t.Helper()
	path := filepath.Join(repositoryRoot(t), "..", "shared", "xss", "dompurify-payloads.json")
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Log("the collection of hostile payloads is absent: only our own are tried")
		return mailVectors
	}
	if err != nil {
		t.Fatal(err)
	}
	var list []struct{ Payload string }
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	all := mailVectors
	for _, p := range list {
		all = append(all, p.Payload)
	}
	return all
}

func repositoryRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = parent
	}
}

func TestHostilePayloads(t *testing.T) {
	t.Parallel()
	for _, p := range payloads(t) {
		for _, problem := range problems(p) {
			t.Errorf("%.200q: %s", p, problem)
		}
	}
}

func FuzzSanitize(f *testing.F) {
	for _, p := range payloads(f) {
		f.Add(p)
	}
	f.Fuzz(func(t *testing.T, in string) {
		for _, problem := range problems(in) {
			t.Errorf("%q: %s", in, problem)
		}
	})
}

func FuzzText(f *testing.F) {
	for _, p := range payloads(f) {
		f.Add(p)
	}
	f.Fuzz(func(t *testing.T, in string) {
		for _, problem := range unsafe(Text(in)) {
			t.Errorf("%q: %s", in, problem)
		}
	})
}

// problems sanitises and tells every way in which the outcome breaks the
// package's promise.
func problems(in string) []string {
	doc := Sanitize(in, inlineParts)
	found := unsafe(doc)
	if again := Sanitize(doc, inlineParts); again != doc {
		found = append(found, "sanitising again changes it:\n\t"+doc+"\n\t"+again)
	}
	// A browser that parses what we rendered must see the tree we checked.
	tree, err := html.Parse(strings.NewReader(doc))
	if err != nil {
		return append(found, err.Error())
	}
	var b strings.Builder
	if err := html.Render(&b, tree); err != nil {
		return append(found, err.Error())
	}
	once := b.String()
	tree2, err := html.Parse(strings.NewReader(once))
	if err != nil {
		return append(found, err.Error())
	}
	b.Reset()
	if err := html.Render(&b, tree2); err != nil {
		return append(found, err.Error())
	}
	if b.String() != once {
		found = append(found, "it changes when it is parsed:\n\t"+once+"\n\t"+b.String())
	}
	return found
}

var (
	headElements = set("html", "head", "meta", "title", "style", "body")
	allowedAttrs = set("dir", "lang", "title", "style", "align", "valign", "width", "height", "bgcolor", "border",
		"cellpadding", "cellspacing", "colspan", "rowspan", "span", "nowrap", "color", "face", "size", "start",
		"type", "datetime", "alt", "src", "href", "rel", "target", "class")
	allowedHref = regexp.MustCompile(`^(https?://|mailto:|tel:)`)
	allowedSrc  = regexp.MustCompile(`^data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+=*$`)
	styleDanger = regexp.MustCompile(`(?i)url|expression|var\(|image|\\|/\*|@|position|javascript|behavio|binding`)
)

// unsafe looks at a document as a browser would parse it. It shares no code
// with the sanitiser but the list of elements.
func unsafe(doc string) []string {
	tree, err := html.Parse(strings.NewReader(doc))
	if err != nil {
		return []string{err.Error()}
	}
	var found []string
	styles := 0
	for n := range tree.Descendants() {
		switch n.Type {
		case html.CommentNode:
			found = append(found, "a comment survives: "+n.Data)
		case html.ElementNode:
			if n.Data == "style" {
				styles++
			}
			if n.Namespace != "" || (!known[n.Data] && !headElements[n.Data]) {
				found = append(found, "element "+n.Data+" survives")
			}
			if n.Data != "meta" {
				found = append(found, unsafeAttributes(n)...)
			}
		}
	}
	if styles != 1 {
		found = append(found, "there is another style sheet than ours")
	}
	return found
}

func unsafeAttributes(n *html.Node) []string {
	var found []string
	for _, a := range n.Attr {
		switch {
		case !allowedAttrs[a.Key] || a.Namespace != "":
			found = append(found, "attribute "+a.Key+" survives")
		case a.Key == "href" && !allowedHref.MatchString(a.Val):
			found = append(found, "link "+a.Val+" survives")
		case a.Key == "src" && (n.Data != "img" || !allowedSrc.MatchString(a.Val)):
			found = append(found, "source "+a.Val+" survives")
		case a.Key == "style" && styleDanger.MatchString(a.Val):
			found = append(found, "style "+a.Val+" survives")
		case a.Key == "class" && a.Val != "text":
			found = append(found, "class "+a.Val+" survives")
		}
	}
	return found
}
