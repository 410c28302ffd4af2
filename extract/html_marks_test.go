package extract_test

import (
	"strings"
	"testing"
	"time"

	"mailquarry/extract"
)

// TestMarkedHTML promises that what mail programs say in their HTML about quotes
// and signatures is understood. In each case « » are around what is to be marked
// as a quote and ‹ › around a signature; the text shows them where the marks are.
func TestMarkedHTML(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want string }{
		"gmail": {
			`<div dir="ltr">Yes.</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">On Mon, Mar 3, 2025 at 10:12 AM Ann &lt;<a href="mailto:ann@x.example">ann@x.example</a>&gt; wrote:<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex"><div>Shall we?</div></blockquote></div>`,
			"Yes.\n«On Mon, Mar 3, 2025 at 10:12 AM Ann <ann@x.example> wrote:»\n\n«Shall we?»",
		},
		"gmail of old": {
			`<div>Yes.</div><div class="gmail_extra"><br><div class="gmail_quote">On Mon, Ann wrote:<br><blockquote class="gmail_quote">Shall we?</blockquote></div></div>`,
			"Yes.\n«On Mon, Ann wrote:\n\nShall we?»",
		},
		"gmail, answers inline": {
			`<div class="gmail_quote"><div class="gmail_attr">On Mon, Mar 3, 2025 Ann wrote:</div><blockquote class="gmail_quote">Shall we?</blockquote><div>Yes.</div><blockquote class="gmail_quote">When?</blockquote><div>Now.</div></div>`,
			"«On Mon, Mar 3, 2025 Ann wrote:»\n\n«Shall we?»\n\nYes.\n\n«When?»\n\nNow.",
		},
		"gmail signature": {
			`<div>Hello<br clear="all"><div><br></div><span class="gmail_signature_prefix">-- </span><br><div dir="ltr" class="gmail_signature" data-smartmail="gmail_signature"><div>Ann<div>ACME</div></div></div></div>`,
			"Hello\n‹--›\n‹Ann\nACME›",
		},
		"apple": {
			`<html><body>Yes.<div><br><blockquote type="cite"><div>On 3 Mar 2025, at 10:12, Ann &lt;ann@x.example&gt; wrote:</div><br class="Apple-interchange-newline"><div>Shall we?</div></blockquote></div>Last word.</body></html>`,
			"Yes.\n\n«On 3 Mar 2025, at 10:12, Ann <ann@x.example> wrote:\nShall we?»\n\nLast word.",
		},
		"iOS": {
			`<div dir="ltr">Yes.<div><br></div><div id="AppleMailSignature" dir="ltr">Von meinem iPhone gesendet</div></div><div dir="ltr"><br>Am 03.03.2025 um 10:12 schrieb Ann &lt;ann@x.example&gt;:<br><br></div><blockquote type="cite"><div dir="ltr">Wollen wir?</div></blockquote>`,
			"Yes.\n‹Von meinem iPhone gesendet›\n«Am 03.03.2025 um 10:12 schrieb Ann <ann@x.example>:\n\nWollen wir?»",
		},
		"thunderbird": {
			`<p>Yes.</p><div class="moz-cite-prefix">Am 03.03.25 um 10:12 schrieb Ann:<br></div><blockquote type="cite" cite="mid:1@x.example"><p>Wollen wir?</p></blockquote><p>Noch etwas.</p><pre class="moz-signature" cols="72">-- 
Ben</pre>`,
			"Yes.\n\n«Am 03.03.25 um 10:12 schrieb Ann:»\n\n«Wollen wir?»\n\nNoch etwas.\n\n‹--\nBen›",
		},
		"outlook on the web": {
			`<div class="elementToProof">Yes.</div><div id="Signature"><p>Ben<br>ACME</p></div><div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font><b>From:</b> Ann &lt;ann@x.example&gt;<br><b>Sent:</b> Monday<br><b>To:</b> Ben<br><b>Subject:</b> x</font><div>&nbsp;</div></div><div>Shall we?</div><div id="x_Signature">Ann</div>`,
			"Yes.\n\n‹Ben\nACME›\n\n«From: Ann <ann@x.example>\nSent: Monday\nTo: Ben\nSubject: x\nShall we?\n‹Ann›»",
		},
		"outlook for the desktop": {
			`<div class="WordSection1"><p class="MsoNormal">Yes.<o:p></o:p></p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in"><p class="MsoNormal"><b>From:</b> Ann<br><b>Sent:</b> Monday<br><b>To:</b> Ben<br><b>Subject:</b> x<o:p></o:p></p></div></div><p class="MsoNormal">Shall we?</p></div>`,
			"Yes.\n\n«From: Ann\nSent: Monday\nTo: Ben\nSubject: x\n\nShall we?»",
		},
		"a line of the author's own": {
			`<p>One</p><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in"><p>Two</p></div>`,
			"One\n\nTwo",
		},
		"outlook for phones": {
			`<div>Yes.</div><div id="ms-outlook-mobile-signature"><div>Get <a href="https://aka.ms/x">Outlook for iOS</a></div></div><div id="mail-editor-reference-message-container"><hr><div id="divRplyFwdMsg"><b>From:</b> Ann</div><div>Shall we?</div></div>`,
			"Yes.\n‹Get Outlook for iOS (https://aka.ms/x)›\n\n«From: Ann\nShall we?»",
		},
		"outlook within a quote": {
			`<p>Yes.</p><blockquote type="cite"><div>Shall we?</div><div id="x_divRplyFwdMsg">From: Cid</div><p>May we?</p></blockquote><p>Mine.</p>`,
			"Yes.\n\n«Shall we?\n«From: Cid\n\nMay we?»»\n\nMine.",
		},
		"yahoo": {
			`<div>Yes.</div><div id="ydp1a2byahoo_quoted_1" class="ydp1a2byahoo_quoted"><div>On Monday, March 3, 2025, Ann wrote:</div><div>Shall we?</div></div>`,
			"Yes.\n«On Monday, March 3, 2025, Ann wrote:\nShall we?»",
		},
		"proton": {
			`<div>Yes.</div><div class="protonmail_signature_block"><div class="protonmail_signature_block-proton">Sent with Proton Mail</div></div><div class="protonmail_quote">On Monday, March 3rd, 2025 at 10:12, Ann wrote:<br><blockquote class="protonmail_quote" type="cite">Shall we?</blockquote></div>`,
			"Yes.\n‹Sent with Proton Mail›\n«On Monday, March 3rd, 2025 at 10:12, Ann wrote:\n\nShall we?»",
		},
		"zimbra": {
			`<div>Yes.<div data-marker="__SIG_PRE__">Ben<br>ACME</div><hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__"><b>From: </b>Ann<br><b>To: </b>Ben</div><div data-marker="__QUOTED_TEXT__">Shall we?</div></div>`,
			"Yes.\n‹Ben\nACME›\n\n««From: Ann\nTo: Ben»\n«Shall we?»»",
		},
		"zimbra, tail outside": {
			`<p>a</p><hr id="zwchr"><p>nothing of a header</p>`,
			"a\n\nnothing of a header",
		},
		"plain blockquote behind a header": {
			`<div>Да.</div><div>03.03.2025, 10:12, "Анна" &lt;anna@x.example&gt;:</div><blockquote><p>Пойдём?</p></blockquote>`,
			"Да.\n«03.03.2025, 10:12, \"Анна\" <anna@x.example>:\n\nПойдём?»",
		},
		"plain blockquote": {
			`<p>As the poet says:</p><blockquote>Never mind.</blockquote>`,
			"As the poet says:\n\nNever mind.",
		},
		"long signature": {
			`<div id="AppleMailSignature">` + strings.Repeat("<div>what was written in the wrong place</div>", 31) + `</div>`,
			strings.TrimSpace(strings.Repeat("what was written in the wrong place\n", 31)),
		},
		"unclosed": {
			`a<blockquote type=cite>b<div>c`,
			"a\n\n«b\nc»",
		},
		"closed from outside": {
			`<div>a<blockquote type=cite>b</div>c`,
			"a\n\n«b»\nc",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, marks := extract.MarkedHTML(c.in)
			if plain := extract.HTML(c.in); plain != text {
				t.Errorf("text is %q, HTML's %q", text, plain)
			}
			if got := shown(text, marks); got != c.want {
				t.Errorf("marks are\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// shown writes marks into a text.
func shown(text string, marks []extract.HTMLMark) string {
	opens, closes := make([]string, len(text)+1), make([]string, len(text)+1)
	for _, m := range marks {
		opens[m.Start] += []string{"«", "‹"}[m.Kind]
		closes[m.End] = []string{"»", "›"}[m.Kind] + closes[m.End]
	}
	var b strings.Builder
	for i := range len(text) + 1 {
		b.WriteString(closes[i] + opens[i])
		if i < len(text) {
			b.WriteByte(text[i])
		}
	}
	return b.String()
}

// TestMarkedHTMLHostile promises that marks cost no more than the text does.
func TestMarkedHTMLHostile(t *testing.T) {
	t.Parallel()
	const n = 200_000
	for name, src := range map[string]string{
		"nested quotes":      strings.Repeat("<blockquote type=cite>", n) + "x",
		"quotes in a row":    strings.Repeat("<blockquote type=cite>x</blockquote>", n),
		"nested rests":       strings.Repeat("<div id=divRplyFwdMsg>a: ", n),
		"closing":            strings.Repeat("<div id=Signature>", n) + "x" + strings.Repeat("</div>", n),
		"classes":            "<div class='" + strings.Repeat("a ", 4*n) + "'>x",
		"prefixes":           "<div id='" + strings.Repeat("x_", 4*n) + "'>x",
		"gmail's containers": "1@:" + strings.Repeat("<div class=gmail_quote>x<blockquote class=gmail_quote>", n),
		"headers":            strings.Repeat("<p>on 1 2 @ wrote:</p><blockquote>", n),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			_, marks := extract.MarkedHTML(src)
			if d := time.Since(start); d > time.Minute {
				t.Errorf("took %v", d)
			}
			if len(marks) > 10_000 {
				t.Errorf("%d marks", len(marks))
			}
		})
	}
}

// FuzzMarkedHTML promises the text of HTML, and marks that lie within it in order.
func FuzzMarkedHTML(f *testing.F) {
	f.Add(`<div class=gmail_quote>On 3.3.2025 a@x wrote:<blockquote class=gmail_quote>x</blockquote>y</div>`)
	f.Add(`<div id=appendonsend></div><hr><div id=x_divRplyFwdMsg>From: a</div>b<div id=Signature>c`)
	f.Add(`<head><div class=yahoo_quoted>a</div><table><td id=qt>b`)
	f.Fuzz(func(t *testing.T, src string) {
		text, marks := extract.MarkedHTML(src)
		if text != extract.HTML(src) {
			t.Fatal("another text than HTML's")
		}
		for i, m := range marks {
			if m.Start < 0 || m.End <= m.Start || m.End > len(text) || i > 0 && marks[i-1].Start > m.Start {
				t.Fatalf("mark %d of %v in %d bytes", i, marks, len(text))
			}
		}
	})
}
