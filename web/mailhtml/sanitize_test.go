package mailhtml

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var onePixel = mustBase64("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")

func mustBase64(s string) []byte {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

// inlineParts answers as a message with three inline parts would.
func inlineParts(cid string) (string, []byte, bool) {
	switch cid {
	case "logo@mail":
		return "image/png", onePixel, true
	case "page@mail":
		return "image/png", []byte("<html><script>alert(1)</script>"), true
	case "drawing@mail":
		return "image/svg+xml", []byte("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"), true
	}
	return "", nil, false
}

// body cuts the part out of a document that its message is in.
func body(t *testing.T, doc string) string {
	t.Helper()
	_, rest, ok := strings.Cut(doc, "<body dir=")
	_, rest, ok2 := strings.Cut(rest, ">")
	in, _, ok3 := strings.Cut(rest, "</body>")
	if !ok || !ok2 || !ok3 {
		t.Fatalf("not a document: %q", doc)
	}
	return in
}

func TestSanitize(t *testing.T) {
	t.Parallel()
	const rel = ` rel="noopener noreferrer" target="_blank"`
	pixel := "data:image/png;base64," + base64.StdEncoding.EncodeToString(onePixel)
	tests := []struct{ name, in, want string }{
		{"text and structure stay", `<h1>Plan</h1><p>We <b>agreed</b> on <i>two</i>.</p><ul><li>one<li>two</ul>`, `<h1>Plan</h1><p>We <b>agreed</b> on <i>two</i>.</p><ul><li>one</li><li>two</li></ul>`},
		{"scripts go with their content", `a<script>alert(1)</script>b`, `ab`},
		{"handlers go", `<p onclick="x()" onmouseover=x>a</p>`, `<p>a</p>`},
		{"style sheets go", `<style>p{color:red}</style><p class=x id=y>a</p>`, `<p>a</p>`},
		{"forms lose their controls", `<form action="https://e.example"><input name=p>Sign in<textarea>x</textarea><button>Go</button></form>`, `Sign in`},
		{"frames go", `a<iframe src="https://e.example"></iframe><object data=x></object><embed src=x>b`, `ab`},
		{"drawings go", `a<svg><script>alert(1)</script><p>in</p></svg><math><mi>x</mi></math>b`, `ab`},
		{"an empty drawing hides nothing", `a<svg/>b`, `ab`},
		{"a stray end of a script hides nothing", `a</script></style></svg>b<svg>c</svg>d`, `abd`},
		{"comments go", `a<!-- <b>x</b> -->b<!--[if mso]>x<![endif]-->`, `ab`},
		{"web links open apart and tell nothing", `<a href="https://a.example/x?y=1&amp;z=2" target=_top rel=opener>a</a>`, `<a href="https://a.example/x?y=1&amp;z=2"` + rel + `>a</a>`},
		{"mail and telephone links", `<a href="mailto:eva@a.example">e</a><a href="tel:+4930123">t</a>`, `<a href="mailto:eva@a.example"` + rel + `>e</a><a href="tel:+4930123"` + rel + `>t</a>`},
		{"script links go, their text stays", `<a href="javascript:alert(1)">a</a><a href=" JaVa&#10;Script:alert(1)">b</a><a href="data:text/html,x">c</a><a href="vbscript:x">d</a>`, `<a>a</a><a>b</a><a>c</a><a>d</a>`},
		{"relative links go", `<a href="/api/v1/status">a</a><a href="//e.example/">b</a>`, `<a>a</a><a>b</a>`},
		{"cid is no link", `<a href="cid:logo@mail">a</a>`, `<a>a</a>`},
		{"remote pictures leave their text", `x<img src="https://t.example/p.gif" alt="Our logo">y<img src=//t.example/p.gif>z`, `xOur logoyz`},
		{"inline pictures are put in place", `<img src="cid:logo@mail" alt="Logo" width=20 height=10 onerror=x srcset="https://t.example/2x.png">`, `<img alt="Logo" width="20" height="10" src="` + pixel + `"/>`},
		{"inline pictures with encoded ids", `<img src="CID:logo%40mail">`, `<img src="` + pixel + `"/>`},
		{"what is no picture is not shown as one", `<img src="cid:page@mail" alt=A><img src="cid:drawing@mail" alt=B><img src="cid:none" alt=C>`, `ABC`},
		{"the bytes decide the type", `<img src="data:image/gif;base64,` + base64.StdEncoding.EncodeToString(onePixel) + `">`, `<img src="` + pixel + `"/>`},
		{"drawings in data: go", `<img alt=A src="data:image/svg+xml;base64,PHN2Zy8+"><img alt=B src="data:text/html;base64,PHNjcmlwdD4=">`, `AB`},
		{"harmless style stays", `<p style="COLOR: #333; margin:0 0 8px; mso-x:1; font-family:'Segoe UI', Arial !important">a</p>`, `<p style="color: #333; margin: 0 0 8px; font-family: &#39;Segoe UI&#39;, Arial">a</p>`},
		{"a background keeps its colour only", `<td style="background:url(https://t.example/a.png)"></td><p style="background: rgb(1, 2, 3)">a</p>`, `<p style="background-color: rgb(1, 2, 3)">a</p>`},
		{"style cannot fetch, compute or escape", `<p style="background-image:url(x);width:expression(x);color:var(--x);color:\72 ed;position:fixed;margin-left:-999px;color:red/**/">a</p>`, `<p>a</p>`},
		{"attributes that fetch go", `<table background="https://t.example/x.png" bgcolor="#fff"><tr><td>a</td></tr></table>`, `<table bgcolor="#fff"><tbody><tr><td>a</td></tr></tbody></table>`},
		{"unknown elements leave their content", `<o:p>a</o:p><custom-x>b</custom-x><center>c</center>`, `ab<center>c</center>`},
		{"control characters go", "a\x00b\x08c", `abc`},
		{"nothing", ``, ``},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, body(t, Sanitize(tt.in, inlineParts))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestStyle(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"color:#333":                              "color: #333",
		"COLOR : Red ; ; margin":                  "color: Red",
		"color:red!important":                     "color: red",
		"color:rgb(1, 2, 3)":                      "color: rgb(1, 2, 3)",
		"color:rgba(1,2,3,.5)":                    "color: rgba(1,2,3,.5)",
		"color:rgb(url(x))":                       "",
		"border:1px solid #ccc":                   "border: 1px solid #ccc",
		"font-family:\"Segoe UI\",'Arial'":        "font-family: \"Segoe UI\",'Arial'",
		"font-family:'Segoe UI":                   "",
		"width:100%;height:20px":                  "width: 100%; height: 20px",
		"background:#fff":                         "background-color: #fff",
		"background:#fff url(x)":                  "",
		"background:red left top":                 "",
		"background-image:none":                   "",
		"margin-left:-999px":                      "",
		"margin:0 -5px":                           "",
		"position:fixed":                          "",
		"z-index:9":                               "",
		"transform:scale(9)":                      "",
		"opacity:0.5":                             "",
		"animation:x 1s":                          "",
		"content:'x'":                             "",
		"cursor:wait":                             "",
		"color:var(--x)":                          "",
		"--x:red":                                 "",
		"width:expression(alert(1))":              "",
		"width:calc(1px + 2px)":                   "",
		"color:u\\72l(x)":                         "",
		"color:red;x:/**/y":                       "",
		"color:red}body{color:blue":               "",
		"behavior:url(x)":                         "",
		"-moz-binding:url(x)":                     "",
		"list-style-type:url(x)":                  "",
		"list-style-type:disc":                    "list-style-type: disc",
		"color:javascript":                        "",
		strings.Repeat("color:red;", 500):         "",
		"font-family:" + strings.Repeat("a", 300): "",
	} {
		if got, _ := filterStyle(in); got != want {
			t.Errorf("%.60q becomes %q, want %q", in, got, want)
		}
	}
}

func TestWritingDirectionIsKept(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`<html dir="rtl"><body>שלום</body></html>`: `<body dir="rtl">`,
		`<body DIR=RTL>x`:         `<body dir="rtl">`,
		`<p>שלום`:                 `<body dir="auto">`,
		`<body dir='"><script>'>`: `<body dir="auto">`,
	} {
		if doc := Sanitize(in, nil); !strings.Contains(doc, want) {
			t.Errorf("Sanitize(%q) does not hold %s", in, want)
		}
	}
}

func TestMessageWithColoursStaysOnPaper(t *testing.T) {
	t.Parallel()
	for in, dark := range map[string]bool{
		`<p>plain</p>`:                              true,
		`<p style="font-weight: bold">plain</p>`:    true,
		`<p style="color:black">plain</p>`:          false,
		`<table bgcolor=white><tr><td>x</table>`:    false,
		`<font color=navy>x</font>`:                 false,
		`<p style="background: #ffffff">plain</p>`:  false,
		`<p style="color: url(x)">only refused</p>`: true,
	} {
		if got := strings.Contains(Sanitize(in, nil), "prefers-color-scheme:dark"); got != dark {
			t.Errorf("Sanitize(%q): follows a dark scheme: %v, want %v", in, got, dark)
		}
	}
}

func TestPicturesHaveALimitInAll(t *testing.T) {
	t.Parallel()
	big := append([]byte("GIF89a"), make([]byte, 2<<20)...)
	inline := func(string) (string, []byte, bool) { return "image/gif", big, true }
	doc := Sanitize(strings.Repeat(`<img src="cid:x" alt="left out">`, 4), inline)
	if got := strings.Count(doc, "<img"); got != 2 {
		t.Errorf("%d pictures of 2 MiB are shown, want 2", got)
	}
	if got := strings.Count(doc, "left out"); got != 4 {
		t.Errorf("replacement text stands %d times, want 4: twice as attribute, twice as text", got)
	}
}

// Hostile sizes: each of these would make a naive parser use gigabytes, or
// the stack.
func TestHostileSizes(t *testing.T) {
	t.Parallel()
	var fonts strings.Builder
	for i := range 400 {
		fonts.WriteString("<font color=#" + strings.Repeat("a", 3) + " size=" + string(rune('0'+i%10)) + " title=" + strings.Repeat("x", i) + ">")
	}
	tests := map[string]string{
		"a long link":       "<p><a href=https://a.example/" + strings.Repeat("x", 1<<20) + ">" + strings.Repeat("<p>x", 100_000) + "end",
		"long titles":       "<p>" + strings.Repeat("<b title="+strings.Repeat("x", 100_000)+">", 10) + strings.Repeat("</p>x", 100_000) + "end",
		"misnested":         strings.Repeat("<a href=https://a.example/"+strings.Repeat("x", 10_000)+"><div></a>", 300) + "end",
		"closed formatting": "<p>" + fonts.String() + strings.Repeat("<p>x", 200_000) + "end",
		"depth":             strings.Repeat("<div>", 200_000) + "end",
		"implied depth":     strings.Repeat("<table><tr><td>", 100_000) + "end",
		"lists":             strings.Repeat("<ul><li>", 100_000) + "end",
		"open formatting":   fonts.String() + strings.Repeat("<p>x", 200_000) + "end",
		"attributes":        "<p " + strings.Repeat("a=1 ", 200_000) + ">end",
		"one long style":    `<p style="` + strings.Repeat("color:red;", 100_000) + `">end`,
		"end tags":          strings.Repeat("<b><p>", 1000) + strings.Repeat("</b>", 200_000) + "end",
		"unclosed brackets": strings.Repeat("<", 1<<20) + " end",
		"entities":          strings.Repeat("&amp;", 200_000) + "end",
	}
	for name, in := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := Sanitize(in, nil)
			if !strings.Contains(doc, "end") {
				t.Error("the text at the end is lost")
			}
			if len(doc) > 24<<20 {
				t.Errorf("%d bytes became %d", len(in), len(doc))
			}
		})
	}
}

func TestTooLongIsCutAndSaysSo(t *testing.T) {
	t.Parallel()
	for name, doc := range map[string]string{
		"html": Sanitize("<p>"+strings.Repeat("word ", maxInput/4), nil),
		"text": Text(strings.Repeat("word ", maxInput/4)),
	} {
		if !strings.Contains(doc, "longer than what is shown") {
			t.Errorf("%s: nothing tells that the end is missing", name)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	const rel = ` rel="noopener noreferrer" target="_blank"`
	link := func(href, text string) string { return `<a href="` + href + `"` + rel + `>` + text + `</a>` }
	tests := []struct{ name, in, want string }{
		{"lines stay", "Dear Eva,\r\n\r\n  two", "Dear Eva,\n\n  two"},
		{"markup is text", "<script>alert(1)</script> & <b>", "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;"},
		{"addresses become links", "see https://a.example/x?a=1&b=2.", "see " + link("https://a.example/x?a=1&amp;b=2", "https://a.example/x?a=1&amp;b=2") + "."},
		{"brackets around stay out", "(http://a.example/a_(b)) <http://b.example/>", "(" + link("http://a.example/a_(b)", "http://a.example/a_(b)") + ") &lt;" + link("http://b.example/", "http://b.example/") + "&gt;"},
		{"an address cannot leave its attribute", `http://a.example/"onmouseover="alert(1)`, link("http://a.example/", "http://a.example/") + `&#34;onmouseover=&#34;alert(1)`},
		{"nor by being escaped already", `http://a.example/&quot;onclick=x`, link("http://a.example/&amp;quot;onclick=x", "http://a.example/&amp;quot;onclick=x")},
		{"script is no address", "javascript://a.example/%0aalert(1)", "javascript://a.example/%0aalert(1)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want := `<div class="text">` + tt.want + `</div>`
			if diff := cmp.Diff(want, body(t, Text(tt.in))); diff != "" {
				t.Error(diff)
			}
		})
	}
}
