package decode_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mailquarry/internal/decode"
	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// lines makes a message of lines that end as on the wire.
func lines(l ...string) []byte { return []byte(strings.Join(l, "\r\n")) }

func text(s string) mail.Body { return mail.Body{Type: mail.Text, Content: s} }
func html(s string) mail.Body { return mail.Body{Type: mail.HTML, Content: s} }

// TestRFC822Body promises that the text people wrote is found, however the
// message is built or broken.
func TestRFC822Body(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		in   []byte
		want mail.Body
	}{
		{"no MIME", lines("Subject: a", "", "Hello", "World"), text("Hello\r\nWorld")},
		{"no blank line", lines("Subject: a", "Hello without a colon", "World"), text("Hello without a colon\r\nWorld")},
		{"latin-1", lines("Content-Type: text/plain; charset=iso-8859-1", "", "caf\xe9"), text("café")},
		{"UTF-8 said to be latin-1", lines("Content-Type: text/plain; charset=iso-8859-1", "", "café"), text("café")},
		{"unknown charset", lines("Content-Type: text/plain; charset=x-klingon", "", "Gr\xfc\xdfe aus M\xfcnchen, sch\xf6ne Tage"), text("Grüße aus München, schöne Tage")},
		{"koi8-r", lines("Content-Type: text/plain; charset=koi8-r", "", "\xf0\xd2\xc9\xd7\xc5\xd4"), text("Привет")},
		{"iso-2022-jp unlabelled", lines("", "\x1b$B$3$s$K$A$O\x1b(B"), text("こんにちは")},
		{"UTF-7", lines("Content-Type: text/plain; charset=utf-7", "", "Gr+APwA3w-e 1 +- 1"), text("Grüße 1 + 1")},
		{"UTF-16 with mark in base64", lines("Content-Type: text/plain", "Content-Transfer-Encoding: base64", "", "//5oAGkA"), text("hi")},
		{"quoted-printable, broken", lines("Content-Transfer-Encoding: Quoted-Printable", "Content-Type: text/plain; charset=utf-8", "", "a=C3=A9=", "b = c=3D =ZZ  "), text("aéb = c= =ZZ")},
		{
			"alternative prefers HTML",
			lines("Content-Type: multipart/alternative; boundary=b", "", "--b", "", "plain", "--b", "Content-Type: text/html", "", "<b>rich</b>", "--b--"),
			html("<b>rich</b>"),
		},
		{
			"alternative with empty HTML",
			lines("Content-Type: multipart/alternative; boundary=b", "", "--b", "", "plain", "--b", "Content-Type: text/html", "", "  ", "--b--"),
			text("plain"),
		},
		{
			"alternative: HTML inside related",
			lines("Content-Type: multipart/alternative; boundary=b", "", "--b", "", "plain", "--b", "Content-Type: multipart/related; boundary=c", "",
				"--c", "Content-Type: text/html", "", "<i>x</i>", "--c", "Content-Type: image/png", "Content-ID: <p>", "", "PNG", "--c--", "--b--"),
			html("<i>x</i>"),
		},
		{
			"mixed: a list's footer joins the text",
			lines("Content-Type: multipart/mixed; boundary=b", "", "--b", "", "body", "--b", "", "footer", "--b--"),
			text("body\nfooter"),
		},
		{
			"mixed: a footer after HTML",
			lines("Content-Type: multipart/mixed; boundary=b", "", "--b", "Content-Type: text/html", "", "<p>x</p>", "--b", "", "a<b", "--b--"),
			html(`<p>x</p><div style="white-space:pre-wrap">a&lt;b</div>`),
		},
		{
			"a text file is no body",
			lines("Content-Type: multipart/mixed; boundary=b", "", "--b", "", "body", "--b", "Content-Disposition: attachment; filename=n.txt", "", "file", "--b--"),
			text("body"),
		},
		{
			"a forwarded message is no body",
			lines("Content-Type: multipart/mixed; boundary=b", "", "--b", "", "see below", "--b", "Content-Type: message/rfc822", "", "Subject: inner", "", "inner text", "--b--"),
			text("see below"),
		},
		{"boundary not closed", lines("Content-Type: multipart/mixed; boundary=\"b b\"", "", "pre", "--b b", "", "body"), text("body")},
		{"boundary not named", lines("Content-Type: multipart/mixed", "", "------=_Part_7", "", "body", "------=_Part_7--"), text("body")},
		{"boundary never comes", lines("Content-Type: multipart/mixed; boundary=zz", "", "only this"), text("only this")},
		{"boundary that begins another", lines("Content-Type: multipart/mixed; boundary=b", "", "--b", "", "one", "--bb", "two", "--b--"), text("one\r\n--bb\r\ntwo")},
		{"boundary within a line", lines("Content-Type: multipart/mixed; boundary=b", "", "--b", "", "use --b", "or not", "--b--"), text("use --b\r\nor not")},
		{
			"format=flowed",
			lines("Content-Type: text/plain; format=flowed", "", "This is one ", "paragraph.", "> quoted ", "> text", "-- ", "sig"),
			text("This is one paragraph.\n> quoted text\n-- \nsig"),
		},
		{"format=flowed; delsp", lines("Content-Type: text/plain; format=flowed; delsp=yes", "", "日本 ", "語"), text("日本語")},
		{"mbox line before", lines("From ana@example.com Thu Jan  1 00:00:00 1970", "Subject: s", "", "x"), text("x")},
		{"nothing", nil, text("")},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m, err := decode.Message(source.RFC822, c.in)
			if err != nil {
				t.Errorf("unexpected error: %v", err)
			}
			if d := cmp.Diff(c.want, m.Body); d != "" {
				t.Errorf("body (-want +got):\n%s", d)
			}
		})
	}
}

// TestRFC822Header covers the fields of the header, well formed and not.
func TestRFC822Header(t *testing.T) {
	t.Parallel()
	utc := func(y int, m time.Month, d, h, min, s int) time.Time {
		return time.Date(y, m, d, h, min, s, 0, time.UTC)
	}
	for _, c := range []struct {
		name, in string
		want     mail.Message
	}{
		{"encoded words", "Subject: =?utf-8?Q?Caf=C3?= =?utf-8?Q?=A9_1?= and =?iso-8859-1?B?4Q==?=\r\n =?iso-8859-1?q?_b?=", mail.Message{Subject: "Café 1 and á b"}},
		{"a word of an unknown kind", "Subject: =?utf-8?x?abc?= d", mail.Message{Subject: "=?utf-8?x?abc?= d"}},
		{"folded", "Subject: one\r\n two\r\n\tthree", mail.Message{Subject: "one two three"}},
		{"8-bit", "Subject: Gr\xc3\xbc\xc3\x9fe", mail.Message{Subject: "Grüße"}},
		{"8-bit, not UTF-8", "Subject: Gr\xfc\xdfe", mail.Message{Subject: "Grüße"}},
		{
			"addresses",
			"From: \"Ruiz, Ana\" <ana@example.com>\nTo: Bo <bo@x>, c@x (Cy), =?utf-8?q?D=2C_E?= <d@x>; Team: e@x, f@x;\nCc: undisclosed-recipients:;\nReply-To: <r@x>",
			mail.Message{
				From: mail.Address{Name: "Ruiz, Ana", Address: "ana@example.com"},
				To: []mail.Address{
					{Name: "Bo", Address: "bo@x"}, {Name: "Cy", Address: "c@x"}, {Name: "D, E", Address: "d@x"}, {Address: "e@x"}, {Address: "f@x"},
				},
				ReplyTo: []mail.Address{{Address: "r@x"}},
			},
		},
		{"broken addresses", "From: Ana ana@x\nTo: \"open <b@x>, (c", mail.Message{
			From: mail.Address{Name: "Ana", Address: "ana@x"}, To: []mail.Address{{Name: "open", Address: "b@x"}, {Name: "c"}},
		}},
		{"sender stands in for from", "Sender: s@x", mail.Message{From: mail.Address{Address: "s@x"}}},
		{
			"dates",
			"Received: from a by b; Fri, 2 Jan 2026 03:04:05 +0100 (CET)\nReceived: from c; Thu, 1 Jan 2026 00:00:00 +0000\nDate: Fri, 2 Jan 2026 02:00:00 GMT",
			mail.Message{Received: utc(2026, 1, 2, 2, 4, 5), Sent: utc(2026, 1, 2, 2, 0, 0)},
		},
		{"only a date", "Date: 2 Jan 26 02:00 +0000", mail.Message{Received: utc(2026, 1, 2, 2, 0, 0), Sent: utc(2026, 1, 2, 2, 0, 0)}},
		{"foreign weekday and odd zone", "Date: Fr, 02 Jan 2026 02:00:00 W. Europe Standard Time", mail.Message{Received: utc(2026, 1, 2, 2, 0, 0), Sent: utc(2026, 1, 2, 2, 0, 0)}},
		{"no date at all", "Date: soon", mail.Message{}},
		{
			"thread: first of References", "Message-ID: <c@x>\nReferences: <a@x>\n <b@x>\nIn-Reply-To: <b@x>",
			mail.Message{InternetMessageID: "c@x", ConversationID: "a@x", References: []string{"a@x", "b@x"}},
		},
		{"thread: In-Reply-To", "Message-ID: <c@x>\nIn-Reply-To: <b@x>", mail.Message{InternetMessageID: "c@x", ConversationID: "b@x", References: []string{"b@x"}}},
		{"thread: itself", "Message-ID: <c@x>", mail.Message{InternetMessageID: "c@x", ConversationID: "c@x"}},
		{"unread", "Status: O\nX-Status: T", mail.Message{IsDraft: true}},
		{"Mozilla's flags", "X-Mozilla-Status: 0004", mail.Message{IsFlagged: true}},
		{"Gmail's labels", "Status: RO\nX-Gmail-Labels: =?utf-8?q?Inbox,Starred,Opened,B=C3=BCro,\"Taxes,_2025\",Category_Updates?=", mail.Message{IsFlagged: true, Categories: []string{"Büro", "Taxes, 2025", "Category Updates"}}},
		{"Gmail's labels of a draft", "Status: O\nX-Gmail-Labels: Draft,Unread", mail.Message{IsDraft: true}},
		{"flags", "Status: RO\nX-Status: F\nX-Priority: 1 (Highest)\nKeywords: red, blue", mail.Message{IsRead: true, IsFlagged: true, Importance: "high", Categories: []string{"red", "blue"}, Headers: []mail.Header{{Name: "x-priority", Value: "1 (Highest)"}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := decode.Message(source.RFC822, []byte(c.in+"\n\n"))
			if err != nil {
				t.Errorf("unexpected error: %v", err)
			}
			got.Body = mail.Body{}
			c.want.Kind, c.want.IsRead = mail.Mail, !strings.HasPrefix(c.in, "Status: O") && !strings.HasPrefix(c.in, "X-Mozilla-Status: 0004")
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("message (-want +got):\n%s", d)
			}
		})
	}
}

// TestRFC822Limits promises that a message built to exhaust us is cut short
// soon and with an error.
func TestRFC822Limits(t *testing.T) {
	t.Parallel()
	deep := strings.Builder{}
	for i := range 2000 {
		b := strings.Repeat("b", 1+i%60) + string(rune('A'+i%26))
		deep.WriteString("Content-Type: multipart/mixed; boundary=" + b + "\n\n--" + b + "\n")
	}
	for name, c := range map[string]struct {
		in      string
		wantErr string
	}{
		"depth":            {deep.String(), "too many or too deeply"},
		"parts":            {"Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nx\n", 30000), "too many or too deeply"},
		"header":           {"Subject: s\n" + strings.Repeat("X-Y: "+strings.Repeat("z", 990)+"\n", 5000) + "\nbody", ""},
		"folds":            {"Subject: s\n" + strings.Repeat(" x\n", 2000000), ""},
		"comments":         {"Subject: s\nFrom: " + strings.Repeat("(", 1000000) + "\n\n", ""},
		"quotes":           {"Subject: s\nFrom: " + strings.Repeat(`"\`, 500000) + "\n\n", ""},
		"words":            {"Subject: s\nX: y\nTo: " + strings.Repeat("=?a?q?", 160000) + "\n\n", ""},
		"parameters":       {"Subject: s\nContent-Type: text/plain" + strings.Repeat("; a*1*=b", 100000) + "\n\n", ""},
		"boundary repeats": {"Subject: s\nContent-Type: multipart/mixed; boundary=-\n\n" + strings.Repeat("---", 1000000), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			m, err := decode.Message(source.RFC822, []byte(c.in))
			checkError(t, err, c.wantErr)
			if d := time.Since(start); d > time.Minute {
				t.Errorf("took %v", d)
			}
			if strings.HasPrefix(c.in, "Subject: s\n") && !strings.HasPrefix(m.Subject, "s") {
				t.Errorf("the subject was lost")
			}
		})
	}
}

// TestUnknownFormat wants an error rather than an empty message.
func TestUnknownFormat(t *testing.T) {
	t.Parallel()
	if _, err := decode.Message("pst", []byte("x")); err == nil {
		t.Error("no error")
	}
}

// FuzzMessage holds every decoder to valid text and no panic.
func FuzzMessage(f *testing.F) {
	f.Add(byte(0), []byte(`{"subject":"a","body":{"contentType":"html","content":"b"}}`))
	f.Add(byte(1), lines("Subject: =?utf-8?q?a?=", "Content-Type: multipart/alternative; boundary=b", "", "--b", "", "x", "--b", "Content-Type: text/html", "", "y", "--b--"))
	f.Add(byte(1), lines("From: a (b) <c@d>, \"e\" f@g;", "Date: Fr, 2 Jan 26 1:2", "Content-Type: text/plain; format=flowed; charset*0*=utf-8''a; charset*1=b", "", "a ", "b"))
	f.Add(byte(2), []byte("MQD1\x00Subject: a\n\nb"))
	f.Fuzz(func(t *testing.T, kind byte, payload []byte) {
		format := []source.Format{source.GraphJSON, source.RFC822, source.RFC822Detached}[kind%3]
		m, err := decode.Message(format, payload)
		if err != nil && strings.Contains(err.Error(), "the decoder failed") {
			t.Fatal(err)
		}
		checkMessage(t, "input", m)
	})
}
