package extract_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"

	"mailquarry/extract"
)

// TestExtract promises for each kind of attachment its text, its type and its
// state, whatever it is called and whatever charset it is in.
func TestExtract(t *testing.T) {
	t.Parallel()
	pool := newPool(t, 10*time.Second)
	russian := "Счёт на оплату от 3 июня: пожалуйста, оплатите до конца месяца."
	koi8, _ := charmap.KOI8R.NewEncoder().String(russian)
	cp1251, _ := charmap.Windows1251.NewEncoder().String(russian)
	sjis, _ := japanese.ShiftJIS.NewEncoder().String("請求書をお送りします。よろしくお願いいたします。")
	utf16, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("Grüße\r\nañb")
	utf16Bare, _ := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().String("no mark at all")
	for _, c := range []struct {
		name, file, contentType, in string
		want                        extract.Result
	}{
		{"text", "a.txt", "", "one\r\ntwo\x00\x07 \u200b\n\n\n\nthree  ", ok("text", "one\ntwo\n\nthree")},
		{"no name at all", "", "", "plain words", ok("text", "plain words")},
		{"declared charset", "a.txt", "text/plain; charset=koi8-r", koi8, ok("text", russian)},
		{"undeclared charset", "a.txt", "application/octet-stream", cp1251, ok("text", russian)},
		{"shift-jis", "a.txt", `text/plain; charset="Shift_JIS"`, sjis, ok("text", "請求書をお送りします。よろしくお願いいたします。")},
		{"UTF-16 with mark", "a.txt", "", utf16, ok("text", "Grüße\nañb")},
		{"UTF-16 without mark", "a.txt", "text/plain", utf16Bare, ok("text", "no mark at all")},
		{"few bytes in Windows-1252", "a.txt", "", "10 \x80", ok("text", "10 €")},
		{"html by name", "a.htm", "", "<p>a</p><p>b</p>", ok("html", "a\n\nb")},
		{"html by content", "", "", "<!DOCTYPE html><html><body><p>a</body></html>", ok("html", "a")},
		{"html names its charset", "a.html", "", "<meta charset=windows-1251><p>" + cp1251, ok("html", russian)},
		{"csv", "a.csv", "", "a;b\n1;2", ok("csv", "a;b\n1;2")},
		{"prose is no csv", "a", "", "one, two\nthree, four\nfive, six", ok("text", "one, two\nthree, four\nfive, six")},
		{"json", "a.json", "", `{"a":"b"}`, ok("json", `{"a":"b"}`)},
		{"xml", "a.xml", "", `<?xml version="1.0"?><a>b</a>`, ok("xml", `<?xml version="1.0"?><a>b</a>`)},
		{"source", "main.go", "", "package main\n\nfunc main() {\n\tprint(1)\n}", ok("text", "package main\n\nfunc main() {\n\tprint(1)\n}")},
		{"empty", "a.txt", "", "", extract.Result{State: extract.Empty, Type: "text"}},
		{"blank", "a.txt", "", " \n ", extract.Result{State: extract.Empty, Type: "text"}},
		{"picture", "a.txt", "text/plain", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", extract.Result{State: extract.NoText, Type: "image"}},
		{"binary called text", "a.txt", "text/plain", "\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f", extract.Result{State: extract.Unsupported}},
		{"no pdf inside", "a.pdf", "application/pdf", "%PDF-1.4\nrubbish", extract.Result{State: extract.Failed, Type: "pdf"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := pool.Extract(t.Context(), bytesDoc(c.file, c.contentType, []byte(c.in)))
			if err != nil {
				t.Fatal(err)
			}
			if (got.Reason == "") != (got.State == extract.OK) {
				t.Errorf("state %s with reason %q", got.State, got.Reason)
			}
			got.Reason = ""
			if d := cmp.Diff(c.want, said(got)); d != "" {
				t.Errorf("result (-want +got):\n%s", d)
			}
		})
	}
}

func ok(typ, text string) extract.Result {
	return extract.Result{State: extract.OK, Type: typ, Text: text}
}

// TestCalendar promises what, when, where and who of an invitation.
func TestCalendar(t *testing.T) {
	t.Parallel()
	pool := newPool(t, 10*time.Second)
	in := strings.Join([]string{
		"BEGIN:VCALENDAR", "PRODID:-//x", "BEGIN:VTIMEZONE", "TZID:Europe/Berlin", "LOCATION:zone", "END:VTIMEZONE", "BEGIN:VEVENT",
		"UID:1@x", `SUMMARY;LANGUAGE=de:Planung\, Q3`, "DTSTART;TZID=Europe/Berlin:20260603T100000", "DTEND:20260603T090000Z",
		"LOCATION:Raum 5", `ORGANIZER;CN="Ruiz, Ana":mailto:ana@example.com`, "ATTENDEE;CN=bo@example.com;ROLE=REQ-PARTICIPANT:MAILTO:bo@example.com",
		"ATTENDEE;PARTSTAT=ACCEPTED:mailto:c@example.com", `DESCRIPTION:Erste Zeile\nzweite`, "  Zeile", "BEGIN:VALARM", "DESCRIPTION:Reminder",
		"END:VALARM", "END:VEVENT", "END:VCALENDAR",
	}, "\r\n")
	want := "Planung, Q3\n2026-06-03 10:00\n2026-06-03 09:00 UTC\nRaum 5\nRuiz, Ana <ana@example.com>\nbo@example.com\nc@example.com\nErste Zeile\nzweite Zeile"
	got, err := pool.Extract(t.Context(), bytesDoc("invite.ics", "text/calendar; method=REQUEST", []byte(in)))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(ok("calendar", want), said(got)); d != "" {
		t.Errorf("result (-want +got):\n%s", d)
	}
}

// TestCalendarAndContact promises what programs say in ways of their own: names
// of old cards, lines that go on, and places on the net.
func TestCalendarAndContact(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, file string
		in         []string
		want       string
	}{
		{"card of 2.1", "a.vcf", []string{
			"BEGIN:VCARD", "VERSION:2.1", "N;CHARSET=windows-1252;ENCODING=QUOTED-PRINTABLE:M=FCller;Hans;;Dr.;", "ADR;WORK;ENCODING=QUOTED-PRINTABLE:;;Street 1=0D=0A=", "Building 2;City;;12345;Land",
			"NOTE;QUOTED-PRINTABLE:one =", "  two=", "", "X-MS-IMADDRESS:im@example.org", "X-MS-OL-DESIGN;CHARSET=utf-8:<card/>", "TEL;CELL:+49 1", "PHOTO;ENCODING=BASE64:QUJD", "END:VCARD",
		}, "Dr. Hans Müller\nStreet 1\nBuilding 2 City  12345 Land\none   two\nim@example.org\n+49 1"},
		{"card with a name to show", "a.vcf", []string{
			"BEGIN:VCARD", "N:Ruiz;Ana;;;", "FN:Ana Ruiz", "IMPP:xmpp:ana@example.org", "item1.X-ABLabel:Boss", "RELATED;VALUE=text:Bo", "END:VCARD", "BEGIN:VCARD", "N:Bo;;;;", "END:VCARD",
		}, "Ana Ruiz\nxmpp:ana@example.org\nBoss\nBo\n\nBo"},
		{"places of an event", "a.ics", []string{
			"BEGIN:VCALENDAR", "X-WR-CALNAME:Team", "BEGIN:VEVENT", "SUMMARY:Plan", "X-ALT-DESC;FMTTYPE=text/html:<p>In <a href=\"https://a.example\">room</a></p>",
			"ATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY;X-FILENAME=plan.txt:QUJD", "ATTACH:https://b.example/f.pdf", "ATTACH:CID:1@x",
			"CONFERENCE;VALUE=URI;LABEL=Call:https://c.example/1", "X-MICROSOFT-SKYPETEAMSMEETINGURL:https://d.example/1", "END:VEVENT",
			"BEGIN:VEVENT", "X-ALT-DESC;FMTTYPE=text/html:<p>again</p>", "BEGIN:VALARM", "DESCRIPTION:x", "END:VALARM", "DESCRIPTION:once", "END:VEVENT", "END:VCALENDAR",
		}, "Team\nPlan\nIn room (https://a.example)\nplan.txt\nhttps://b.example/f.pdf\nCall https://c.example/1\nhttps://d.example/1\n\nonce"},
	} {
		if got := extract.InProcess(c.file, "", []byte(strings.Join(c.in, "\r\n"))); got.Text != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got.Text, c.want)
		}
	}
}

// TestForwardedMail promises that forwarded messages are read to the bottom.
func TestForwardedMail(t *testing.T) {
	t.Parallel()
	pool := newPool(t, 10*time.Second)
	in := strings.Join([]string{
		"From: =?utf-8?q?J=C3=BCrgen?= <j@example.com>", "To: Bo <bo@example.com>", "Subject: =?utf-8?b?R3LDvMOfZQ==?=",
		"Date: Fri, 2 Jan 2026 03:04:05 +0000", "Content-Type: multipart/mixed; boundary=b", "", "--b",
		"Content-Type: multipart/alternative; boundary=c", "", "--c", "", "plain form", "--c", "Content-Type: text/html", "", "<p>rich <b>form</b>", "--c--",
		"--b", "Content-Type: application/pdf; name=plan.pdf", "", "x", "--b", "Content-Type: message/rfc822", "",
		"Subject: inner", "", "deepest text", "--b--",
	}, "\r\n")
	want := "Grüße\nJürgen <j@example.com>\nBo <bo@example.com>\nFri, 2 Jan 2026 03:04:05 +0000\n\nrich form\n\nplain form\n\nplan.pdf\n\nx\n\ninner\n\ndeepest text"
	got, err := pool.Extract(t.Context(), bytesDoc("fwd.eml", "message/rfc822", []byte(in)))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(ok("mail", want), said(got)); d != "" {
		t.Errorf("result (-want +got):\n%s", d)
	}
	for word, want := range map[string][]extract.Step{
		"Grüße": nil, "rich": nil, "\nx\n": {{Kind: extract.Attachment, Name: "plan.pdf"}}, "deepest": {{Kind: extract.Message}},
	} {
		if d := cmp.Diff(want, extract.PlaceAt(got.Places, strings.LastIndex(got.Text, word)+1)); d != "" {
			t.Errorf("place of %q (-want +got):\n%s", word, d)
		}
	}
	if v := extract.NewVersions(); got.Made != "sniff/3 mail/3 text/2" || !v.Current(got.Made) || v.Current("sniff/3 mail/0") || v.Current("sniff/2 mail/3") {
		t.Errorf("made by %q", got.Made)
	}
}

// TestMailHoldsMore promises what a message holds besides its best text: an
// invitation, a plain form of other words, files as they were sent before MIME,
// and further messages.
func TestMailHoldsMore(t *testing.T) {
	t.Parallel()
	alternatives := func(plain string) []string {
		return []string{
			"Subject: s", "MIME-Version: 1.0", "Content-Type: multipart/alternative; boundary=b", "", "--b", "Content-Type: text/plain", "", plain, "--b", "Content-Type: text/html", "",
			`<p>The <a href="https://a.example/">plan</a> for Monday</p>`, "--b", "Content-Type: text/x-amp-html", "", "<p>amp</p>", "--b", "Content-Type: text/calendar; method=REQUEST", "",
			"BEGIN:VCALENDAR", "BEGIN:VEVENT", "SUMMARY:Meeting", "LOCATION:Room 5", "END:VEVENT", "END:VCALENDAR", "--b--",
		}
	}
	for _, c := range []struct {
		name, file string
		in         []string
		want       string
	}{
		{"same words", "a.eml", alternatives("The plan [https://a.example/?x=y] for *Monday*"), "s\n\nThe plan (https://a.example/) for Monday\n\nMeeting\nRoom 5"},
		{"other words", "a.eml", alternatives("See the walnut instead"), "s\n\nThe plan (https://a.example/) for Monday\n\nSee the walnut instead\n\nMeeting\nRoom 5"},
		{"uuencoded", "a.eml", []string{
			"Message-ID: <1>", "Subject: s", "", "before", "", "begin 644 a.txt", "&>G5U='AT", "`", "end", "after", "begin 644 no", "no file at all, but a text about one, which is long",
		}, "s\n\nbefore\n\nafter\nbegin 644 no\nno file at all, but a text about one, which is long\n\na.txt\n\nzuutxt"},
		{"flowed", "a.eml", []string{"Message-ID: <1>", "Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes", "", "請求 ", "書です", "> a b ", "> c"}, "請求書です\n> a bc"},
		{"mailbox", "a.mbox", []string{
			"From a@e.org Mon Jan  5 10:00:00 2024", "Subject: one", "", "first", "From here on", "", "From b@e.org Mon Jan  5 10:00:00 2024", "Subject: two", "MIME-Version: 1.0",
			"Content-Transfer-Encoding: base64", "", "c2Vjb25k", "", "From me", "no: header",
		}, "one\n\nfirst\nFrom here on\n\ntwo\n\nsecond"},
	} {
		if got := extract.InProcess(c.file, "", []byte(strings.Join(c.in, "\r\n"))); !strings.HasPrefix(got.Text, c.want) {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got.Text, c.want)
		}
	}
	// As many forms of a text as there can be are read in their turn.
	many := []byte("Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>" + strings.Repeat("word ", 50_000) + strings.Repeat("\n--b\n\nx", 9_000))
	start := time.Now()
	if got := extract.InProcess("a.eml", "message/rfc822", many); got.Text == "" || time.Since(start) > time.Minute {
		t.Errorf("many forms took %v: %s", time.Since(start), got.State)
	}
}

// TestDeepMail promises an end to messages forwarded in messages, and to say so.
func TestDeepMail(t *testing.T) {
	t.Parallel()
	pool := newPool(t, 10*time.Second)
	in := "Subject: top\n" + strings.Repeat("Content-Type: message/rfc822\n\nSubject: inner\n", 5000) + "\nbottom"
	got, err := pool.Extract(t.Context(), bytesDoc("fwd.eml", "message/rfc822", []byte(in)))
	if err != nil {
		t.Fatal(err)
	}
	if got.State != extract.Partial || !strings.HasPrefix(got.Text, "top\n") || strings.Contains(got.Text, "bottom") {
		t.Errorf("state %s, text of %d bytes", got.State, len(got.Text))
	}
}

// TestLimits promises the first part of what is too large.
func TestLimits(t *testing.T) {
	t.Parallel()
	pool := extract.New(extract.Options{MaxInput: 5000, MaxText: 100})
	t.Cleanup(pool.Close)
	for name, c := range map[string]struct {
		in    string
		bytes int
	}{
		"text over its limit":  {strings.Repeat("word ", 100), 90},
		"input over its limit": {"first" + strings.Repeat(" ", 6000) + "last", 5},
		"html over its limit":  {"<html><p>" + strings.Repeat("word ", 100), 90},
	} {
		got, err := pool.Extract(t.Context(), bytesDoc("a.txt", "", []byte(c.in)))
		if err != nil {
			t.Fatal(err)
		}
		if got.State != extract.TooLarge || len(got.Text) < c.bytes || len(got.Text) > 100 {
			t.Errorf("%s: state %s, %d bytes of text", name, got.State, len(got.Text))
		}
	}
}

// TestUnreadable promises an error, to be tried again, when the bytes cannot be
// had: that says nothing about the document.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	pool := newPool(t, 10*time.Second)
	boom := errors.New("disk on fire")
	for _, head := range []string{"text", "%PDF-1.4\n"} {
		for name, open := range map[string]func() (io.ReadCloser, error){
			"open": func() (io.ReadCloser, error) { return nil, boom },
			"read": func() (io.ReadCloser, error) {
				return io.NopCloser(io.MultiReader(strings.NewReader(head+strings.Repeat("x", 20000)), failing{boom})), nil
			},
		} {
			_, err := pool.Extract(t.Context(), extract.Doc{Size: -1, Open: open})
			if !errors.Is(err, boom) {
				t.Errorf("%s of %q: error %v", name, head, err)
			}
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// FuzzExtract holds the readers in this process to clean text and no panic.
func FuzzExtract(f *testing.F) {
	f.Add("a.eml", "message/rfc822", []byte("Subject: =?x?q?y?=\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nz\n--b--"))
	f.Add("a.ics", "text/calendar", []byte("BEGIN:VEVENT\nSUMMARY;CN=\"a:b\":c\\nd\n e\nEND:VEVENT"))
	f.Add("a.txt", "text/plain; charset=utf-7", []byte("+AGE-\xff\xfe"))
	f.Add("a.html", "text/html; charset=gb18030", []byte("<p>\x81\x30"))
	f.Fuzz(func(t *testing.T, name, contentType string, b []byte) {
		// What these libraries allocate is what the file declares.
		for _, hold := range []string{"%PDF-", "7z\xbc\xaf\x27\x1c", "7zXZ"} {
			if strings.Contains(string(b), hold) {
				return
			}
		}
		got := extract.InProcess(name, contentType, b)
		if strings.Contains(got.Reason, "parser failed") {
			t.Fatal(got.Reason)
		}
		checkText(t, got.Text)
	})
}

// said leaves of a result what the document says, without where and by whom it
// was read.
func said(r extract.Result) extract.Result {
	r.Made, r.Places = "", nil
	return r
}
