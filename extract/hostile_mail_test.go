package extract_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"mailquarry/extract"
)

// multipart is the head of a message that has parts.
const multipart = "Message-ID: <a@b>\nSubject: walnut\nContent-Type: multipart/mixed; boundary=b\n\n"

// hostileMail are messages, and what else stands in lines.
func hostileMail() []hostileDoc {
	const head = "Message-ID: <a@b>\nSubject: walnut\n"
	return []hostileDoc{
		{"a million parts", "a.eml", always(multipart, many{"--b\n\nx\n", 1_000_000}, "--b--"), states(extract.TooLarge, extract.Partial), "walnut", 1 << 20},
		{"a million parts without a byte", "a.eml", always(multipart, many{"--b\n", 1_000_000}), states(extract.TooLarge, extract.Partial), "walnut", 1 << 20},
		{"a million attachments", "a.eml", always(multipart, many{"--b\nContent-Disposition: attachment; filename=a.txt\n\nhazel\n", 1_000_000}), states(extract.TooLarge, extract.Partial), "hazel", 1 << 20},
		{"a boundary's beginning, without end", "a.eml", always(multipart, many{"--bb\n", 10_000_000}), states(extract.TooLarge), "walnut", 0},
		{"a boundary's beginning, long", "a.eml", always(strings.Replace(multipart, "=b", "="+strings.Repeat("b", 70), 1), many{"--" + strings.Repeat("b", 69) + "\n", 500_000}), states(extract.OK, extract.TooLarge), "walnut", 0},
		{"a boundary that is a line of dashes", "a.eml", always(strings.Replace(multipart, "=b", "=--", 1), many{"-", 50 << 20}), states(extract.OK, extract.TooLarge), "walnut", 0},
		{"a header field of 60 MB", "a.eml", always(head, "To: ", many{"a", 60 << 20}, "\n\nhazel"), states(extract.OK, extract.TooLarge), "walnut", 0},
		{"a field folded two million times", "a.eml", always(head, "Comments: x", many{"\n y", 2_000_000}, "\n\nhazel"), states(extract.OK), "hazel", 200},
		{"two million header fields", "a.eml", always(head, many{"To: a@b.example\n", 2_000_000}, "\nhazel"), states(extract.OK, extract.TooLarge), "walnut", 0},
		{"a million addresses", "a.eml", always(head, "To: ", many{"a@b.example, ", 1_000_000}, "\n\nhazel"), states(extract.OK, extract.TooLarge), "walnut", 0},
		{"comments in comments in an address", "a.eml", always(head, "To: ", many{"(", 5_000_000}, "\n\nhazel"), states(extract.OK), "hazel", 0},
		{"groups and quotes in an address", "a.eml", always(head, "To: ", many{"\"a\\", 2_000_000}, many{"g:<", 2_000_000}, "\n\nhazel"), states(extract.OK, extract.TooLarge), "walnut", 0},
		{"a million encoded words", "a.eml", always(head, "Cc: ", many{"=?utf-8?q?a?= ", 1_000_000}, "\n\nhazel"), states(extract.OK, extract.TooLarge), "walnut", 0},
		{"encoded words that never end", "a.eml", always(head, "Cc: ", many{"=?utf-8?b?", 2_000_000}, "\n\nhazel"), states(extract.OK, extract.TooLarge), "walnut", 0},
		{"200,000 sections of a parameter", "a.eml", always(head, "Content-Type: text/plain", counted{"; a*%d*=%%41", 200_000}, "\n\nhazel"), states(extract.OK), "hazel", 1 << 20},
		{"two million parameters", "a.eml", always(head, "Content-Type: text/plain", many{"; a=b", 2_000_000}, "\n\nhazel"), states(extract.OK), "hazel", 1 << 20},
		{"90 MB in a charset of old", "a.eml", always(head+"Content-Type: text/plain; charset=big5\n\nhazel ", many{"\xa4\x40\xff ", 24 << 20}), states(extract.TooLarge), "hazel", 0},
		{"60 MB of base64", "a.eml", func(testing.TB) string {
			random := rand.New(rand.NewPCG(1, 1))
			junk := make([]byte, 60<<20)
			for i := range junk {
				junk[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[random.Uint32()%64]
			}
			return multipart + "--b\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment\n\n" + string(junk)
		}, states(extract.OK, extract.TooLarge, extract.Partial, extract.Unsupported), "walnut", 0},
		{"base64 of one letter a line", "a.eml", always(head, "Content-Transfer-Encoding: base64\n\n", many{"d\n", 20_000_000}), states(extract.OK, extract.TooLarge), "walnut", 0},
		{"quoted-printable that is all escapes", "a.eml", always(head, "Content-Transfer-Encoding: quoted-printable\n\n", many{"=\n", 10_000_000}, many{"=4", 10_000_000}), states(extract.OK, extract.TooLarge), "walnut", 0},
		{"UTF-7 that shifts at every letter", "a.eml", always(head, "Content-Type: text/plain; charset=utf-7\n\n", many{"+AGE-", 5_000_000}), states(extract.OK, extract.TooLarge), "walnut", 0},
		{"escapes of ISO-2022-JP", "a.eml", always(head, "Content-Type: text/plain; charset=iso-2022-jp\n\n", many{"\x1b$B", 10_000_000}), states(extract.OK), "walnut", 100},
		{"alternatives of alternatives", "a.eml", always("Message-ID: <a@b>\nSubject: walnut\n" + inside(40, "Content-Type: text/plain\n\nhazel\n", func(level, _ int) (string, string) {
			return fmt.Sprintf("Content-Type: multipart/alternative; boundary=b%d\n\n--b%d\nContent-Type: text/html\n\nhazel\n--b%d\n", level, level, level), fmt.Sprintf("\n--b%d--\n", level)
		})), states(extract.OK), "hazel", 1000},
		{"a calendar of one line of 50 MB", "a.ics", always("BEGIN:VCALENDAR\nSUMMARY:walnut\nDESCRIPTION:", many{"x", 50 << 20}), states(extract.TooLarge), "walnut", 0},
		{"a calendar of empty events", "a.ics", always("BEGIN:VCALENDAR\nSUMMARY:walnut\n", many{"BEGIN:VEVENT\nEND:VEVENT\n", 2_000_000}), states(extract.OK, extract.TooLarge), "walnut", 100},
		{"a calendar of folds", "a.ics", always("BEGIN:VCALENDAR\nSUMMARY:walnut", many{"\n ", 20_000_000}), states(extract.OK), "walnut", 100},
		{"a calendar of parameters", "a.ics", always("BEGIN:VCALENDAR\nSUMMARY:walnut\nATTENDEE", many{";CN=\"x\"", 4_000_000}, ":mailto:a@b"), states(extract.OK), "walnut", 100},
		{"a contact of quoted-printable", "a.vcf", always("BEGIN:VCARD\nFN:walnut\n", many{"NOTE;ENCODING=QUOTED-PRINTABLE:=41=\n", 1_000_000}), states(extract.OK, extract.TooLarge), "walnut", 0},
	}
}

// hostileTexts are texts, and HTML that a slow reader goes over again and again.
func hostileTexts() []hostileDoc {
	html := func(name string, parts ...any) hostileDoc {
		return hostileDoc{"html: " + name, "a.html", always(append([]any{"<html><p>walnut</p>"}, parts...)...), states(extract.OK, extract.TooLarge), "walnut", 0}
	}
	return []hostileDoc{
		html("10 million open tags", many{"<b>", 10_000_000}),
		html("10 million end tags of nothing", many{"</b>", 10_000_000}),
		html("unclosed tags", many{"<p a", 5_000_000}),
		html("unclosed attributes", many{"<a b='", 5_000_000}),
		html("unclosed quotes in turn", many{`<a b='<a c="`, 3_000_000}),
		html("four million attributes", "<p ", counted{"a%d ", 4_000_000}, ">hazel"),
		html("unclosed comments", many{"<!--", 5_000_000}),
		html("comments that nearly close", "<!--", many{"--!->", 5_000_000}),
		html("declarations and instructions", many{"<!<?", 5_000_000}),
		html("unclosed CDATA", many{"<svg><![CDATA[", 2_000_000}),
		html("unclosed scripts", many{"<script>", 3_000_000}),
		html("escapes in a script", "<script>", many{"<!--<script>", 3_000_000}),
		html("unclosed titles and styles", many{"<title><style><textarea>", 1_000_000}),
		html("end tags that nearly match", "<script>", many{"</scrip", 5_000_000}),
		html("entities without end", many{"&ampampamp", 3_000_000}),
		html("numbers of characters", "&#", many{"9", 30 << 20}),
		html("tables in tables", many{"<table><tr><td>x", 2_000_000}),
		html("lists in lists", many{"<ol><li>x", 2_000_000}),
		html("quotes in quotes", many{"<blockquote type=cite>x", 2_000_000}),
		html("quotes by class", many{"<div class=gmail_quote>x", 2_000_000}),
		html("links in links", many{"<a href=https://a.example/>", 1_500_000}),
		html("a link that is never closed", "<a href=https://a.example/", many{"x", 10 << 20}, ">", many{"y ", 5_000_000}),
		html("cells in a row", "<table><tr>", many{"<td>", 10_000_000}, "x"),
		html("preformatted blanks", "<pre>", many{"\n ", 10_000_000}),
		html("pictures' texts", many{"<img alt=x>", 3_000_000}),
		html("a tag's name of 50 MB", "<", many{"x", 50 << 20}, ">"),
		html("NULs", many{" ", 10_000}, many{"\x00<\x00", 10_000_000}),
		{"99 MB of one letter", "a.txt", always("walnut ", many{"x", 99 << 20}), states(extract.TooLarge), "walnut", 0},
		{"99 MB of line ends", "a.txt", always("walnut", many{"\n", 99 << 20}), states(extract.OK), "walnut", 10},
		{"99 MB of zeros", "a.txt", always("walnut", many{"\x00", 99 << 20}), states(extract.OK, extract.Unsupported), "", 10},
		{"99 MB in UTF-16", "a.txt", always("\xff\xfew\x00a\x00", many{"x\x00 \x00", 24 << 20}), states(extract.TooLarge), "wa", 0},
		{"99 MB of no charset", "a.txt", always("walnut ", many{"\xe4\x81\xff ", 24 << 20}), states(extract.TooLarge), "walnut", 0},
		{"lines of one letter", "a.csv", always("walnut,1\n", many{"x\n", 40 << 20}), states(extract.TooLarge), "walnut", 0},
		{"marks on one letter", "a.txt", always("walnut e", many{"\u0301", 20 << 20}), states(extract.TooLarge), "walnut", 0},
		{"turns of direction", "a.txt", always("walnut ", many{"\u202e\u202d", 5 << 20}), states(extract.OK, extract.TooLarge), "walnut", 0},
	}
}
