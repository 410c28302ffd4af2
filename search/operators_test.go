package search_test

import (
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"testing"

	"mailquarry/internal/archive"
	"mailquarry/internal/decode"
	"mailquarry/search"
)

// graphMail stores a message as Graph gives it: the letter's fields, and these
// besides.
func (w *world) graphMail(l letter, besides map[string]any) {
	w.t.Helper()
	var m map[string]any
	check(w.t, json.Unmarshal(l.payload(), &m))
	maps.Copy(m, besides)
	payload, err := json.Marshal(m)
	check(w.t, err)
	l.raw = payload
	w.store(l)
}

// people gives recipients as Graph does.
func people(addresses ...string) (list []any) {
	for _, a := range addresses {
		name, address, named := strings.Cut(a, " <")
		if !named {
			name, address = "", a
		}
		list = append(list, map[string]any{"emailAddress": map[string]string{"name": name, "address": strings.TrimSuffix(address, ">")}})
	}
	return list
}

// headerFields gives a header as Graph does.
func headerFields(fields ...string) (list []any) {
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ": ")
		list = append(list, map[string]string{"name": name, "value": value})
	}
	return list
}

// fileMail stores a message as an import does.
func (w *world) fileMail(box, folder, key string, lines ...string) {
	w.t.Helper()
	payload, format, parts, err := decode.Split([]byte(strings.Join(lines, "\r\n")))
	check(w.t, err)
	up := archive.Upsert{Key: key, Format: format, Payload: payload, PartsKnown: true}
	for _, p := range parts {
		p.Part.Digest, _, err = w.archive.PutBlob(w.t.Context(), strings.NewReader(string(p.Content)), 0)
		check(w.t, err)
		up.Parts = append(up.Parts, p.Part)
	}
	_, err = w.archive.CommitMessages(w.t.Context(), archive.MessageCommit{
		Mailbox: w.boxes[box], Folder: w.folders[box+":"+folder], Upserts: []archive.Upsert{up}, KeepCursor: true,
	})
	check(w.t, err)
}

// tenant is a world in which each operator of the language finds something and
// leaves something out. Its clock is at 2025-06-15, 12:00 UTC.
func tenant(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.mailbox(eva, "Eva Nováková", "Posteingang=inbox", "Posteingang/Verträge", "Gesendete Elemente=sentitems", "Entwürfe=drafts")
	w.mailbox(tom, "Tom Berg", "Inbox=inbox", "Sent Items=sentitems", "Junk Email=junkemail")
	const law = "Law Office <law@fabrikam.example>"
	offer := map[string]any{
		"toRecipients": people("Eva <eva@contoso.example>"), "ccRecipients": people("Tom Berg <tom@contoso.example>"),
		"sentDateTime": "2024-12-31T23:00:00Z", "importance": "high", "isRead": false, "flag": map[string]string{"flagStatus": "flagged"},
		"categories":             []string{"Red category"},
		"internetMessageHeaders": headerFields("List-Id: Deals <deals.fabrikam.example>", "Delivered-To: sales@contoso.example", "X-Mailer: Microsoft Outlook 16.0"),
	}
	files := []file{
		{name: "bid_2025.pdf", kind: "application/pdf", text: "The walnut table costs 900."},
		{name: "photo.jpg", kind: "image/jpeg", text: strings.Repeat("pixel ", 1000)},
	}
	l := letter{key: "offer", subject: "Offer for the renewal", from: law, text: "See https://fabrikam.example/offer for the price of 42 chairs.", date: "2025-01-01", files: files}
	for _, at := range [][2]string{{eva, "Posteingang/Verträge"}, {tom, "Inbox"}} {
		l.box, l.folder = at[0], at[1]
		w.graphMail(l, offer)
	}
	w.graphMail(
		letter{box: eva, folder: "Gesendete Elemente", key: "answer", subject: "AW: Offer for the renewal", from: "Eva <eva@contoso.example>", text: "The price has to be cut.", date: "2025-01-03"},
		map[string]any{
			"toRecipients": people(law), "bccRecipients": people("Boss <boss@contoso.example>"), "importance": "normal",
			"internetMessageHeaders": headerFields("In-Reply-To: <offer@x>"), "body": map[string]string{"contentType": "text", "content": "The price has to be cut.\n\nOn 1 January 2025 Law Office <law@fabrikam.example> wrote:\n> as agreed by all unicorns\n"},
		})
	w.graphMail(
		letter{box: tom, folder: "Inbox", key: "meeting", subject: "Lunch", from: "Eva <eva@contoso.example>", to: "Tom Berg <tom@contoso.example>", text: "Noon?", date: "2025-02-01"},
		map[string]any{"@odata.type": "#microsoft.graph.eventMessageRequest", "importance": "low"})
	w.graphMail(
		letter{box: eva, folder: "Entwürfe", key: "draft", subject: "Unfinished", from: "Eva <eva@contoso.example>", text: "I saw no quarrry.", date: "2025-06-01"},
		map[string]any{"isDraft": true})
	w.graphMail(
		letter{box: tom, folder: "Junk Email", key: "bounce", subject: "Undeliverable: Offer", from: "Mail system <postmaster@mail.contoso.example>", text: "It did not arrive.", date: "2025-06-14"},
		map[string]any{"internetMessageHeaders": headerFields("Content-Type: multipart/report; report-type=delivery-status"), "toRecipients": people("tom@contoso.example")})
	w.fileMail(tom, "Inbox", "german",
		"Received: from a by b; Sun, 15 Jun 2025 11:00:00 +0000", "Date: Sun, 15 Jun 2025 10:59:00 +0000", "Message-ID: <german@x>",
		"From: Anna <anna@fabrikam.example>", "To: tom@contoso.example", "Subject: Der neue Vertrag", "Status: O", "Keywords: Verträge",
		"Content-Type: multipart/mixed; boundary=b", "", "--b", "Content-Type: text/plain; charset=utf-8", "",
		"Sehr geehrter Herr Berg, anbei sende ich Ihnen den unterschriebenen Vertrag mit der Bitte um Prüfung und Rückmeldung bis Freitag.",
		"--b", "Content-Type: application/octet-stream", "Content-Disposition: attachment; filename=Geheim.PDF", "", "!verschlüsselt", "--b--")
	w.saved["urgent offers"] = "subject:offer is:flagged"
	w.saved["mine"] = `query:"urgent offers" OR from:me`
	w.index()
	w.later()
	return w
}

// TestEveryOperator promises of each operator of the query language, on stored
// mail, that it finds what it says and nothing else.
func TestEveryOperator(t *testing.T) {
	t.Parallel()
	w := tenant(t)
	for _, c := range []struct{ query, want string }{
		{"", "offer offer answer meeting draft bounce german"},
		{"price renewal", "offer offer answer"},
		{"noon OR arrive", "meeting bounce"},
		{"{noon arrive}", "meeting bounce"},
		{"-offer", "meeting draft german"},
		{"NOT offer in:inbox", "meeting german"},
		{`"price has to"`, "answer"},
		{"(noon OR price) -chairs", "answer meeting"},
		{"renew*", "offer offer answer"},
		{"*arriv*", "bounce"},
		{"ch?irs", "offer offer"},
		{"price NEAR/3 cut", ""},
		{"price NEAR/5 cut", "answer"},
		{"cut NEAR/5 price", "answer"},
		{"price ADJ/5 cut", "answer"},
		{"cut ADJ/5 price", ""},
		{"price AROUND 5 cut", "answer"},
		{"chair", "offer offer"},
		{"+chair", ""},
		{"+chairs", "offer offer"},
		{"quarry~", "draft"},
		{"from:/l.w/", "offer offer"},

		{"from:fabrikam.example", "offer offer german"},
		{"sender:law@fabrikam.example", "offer offer"},
		{"from:contoso.example", "answer meeting draft bounce"},
		{"to:eva", "offer offer"},
		{"to:tom", "meeting bounce german"},
		{"cc:tom", "offer offer"},
		{"bcc:boss", "answer"},
		{"recipients:tom", "offer offer meeting bounce german"},
		{"participants:law", "offer offer answer"},
		{"with:anna", "german"},
		{"subject:renewal", "offer offer answer"},
		{"body:renewal", ""},
		{"quoted:unicorns", "answer"},
		{"quoted:price", ""},
		{"filename:bid*", "offer offer"},
		{"attachment:walnut", "offer offer"},
		{"attachment:chairs", ""},
		{"ext:pdf", "offer offer german"},
		{"ext:(jpg txt)", "offer offer"},
		{"filename:pdf", "offer offer german"},
		{"mime:image/*", "offer offer"},
		{"mime:application/pdf -from:law", "german"},
		{"has:attachment", "offer offer german"},
		{"hasattachment:no", "answer meeting draft bounce"},
		{"has:image", "offer offer"},
		{"has:link", "offer offer"},
		{"has:invite", "meeting"},
		{"has:unindexed", "german"},
		{"state:encrypted", "german"},

		{"in:inbox", "offer meeting german"},
		{`in:"Posteingang/**"`, "offer offer meeting german"},
		{"in:sent", "answer"},
		{"in:Brouillons", "draft"},
		{"in:junk", "bounce"},
		{"mailbox:eva@contoso.example", "offer answer draft"},

		{"after:2025-06", "draft bounce german"},
		{"before:2025-01-03", "offer offer"},
		{"on:2025-01-03", "answer"},
		{"newer_than:2d", "bounce german"},
		{"older_than:4m", "offer offer answer meeting"},
		{"date:2025-01..2025-02", "offer offer answer meeting"},
		{"date:today", "german"},
		{"received:yesterday", "bounce"},
		{"sent:2024", "offer offer"},
		{"received>=2025-06-15", "german"},
		{"larger:6000", "offer offer"},
		{"smaller:6000 has:attachment", "german"},
		{"size:5K..1M", "offer offer"},

		{"is:unread", "offer offer german"},
		{"is:read", "answer meeting draft bounce"},
		{"isread:no", "offer offer german"},
		{"is:flagged", "offer offer"},
		{"is:starred", "offer offer"},
		{"is:draft", "draft"},
		{"is:sent", "answer"},
		{"is:important", "offer offer"},
		{"importance:high", "offer offer"},
		{"prio:low", "meeting"},
		{"importance:normal", "answer draft bounce german"},
		{`category:"red category"`, "offer offer"},
		{`category:"Red Category"`, "offer offer"},
		{"category:verträge", "german"},
		{"id:offer@x", "offer offer"},
		{"rfc822msgid:<OFFER@x>", "offer offer"},
		{"thread:c-meeting", "meeting"},
		{"thread:{from:law}", "offer offer answer"},
		{"thread:{quoted:unicorns} -from:eva", "offer offer"},
		{"list:deals.fabrikam.example", "offer offer"},
		{"deliveredto:sales@contoso.example", "offer offer"},
		{"kind:meetings", "meeting"},
		{"kind:report", "bounce"},
		{"kind:mail", "offer offer answer draft german"},
		{"lang:de", "german"},
		{"direction:inbound", "offer offer bounce german"},
		{"direction:outbound", "answer"},
		{"direction:internal", "meeting"},
		{"header:x-mailer=outlook", "offer offer"},
		{"thread:offer@x", "offer offer answer"},
		{`query:"urgent offers" mailbox:tom`, "offer"},
		{`-query:"urgent offers" in:inbox`, "meeting german"},
	} {
		t.Run(c.query, func(t *testing.T) {
			res := w.find(search.Request{Text: c.query, Sort: "oldest", EachCopy: true})
			if got := keysOf(res); got != c.want || len(res.Warnings) > 0 {
				t.Errorf("understood as %s it found %q, want %q; warnings %v", res.Parsed, got, c.want, res.Warnings)
			}
		})
	}
}

// TestMeOnStoredMail promises that mail from and to the signed-in person is found
// by all their addresses, and that of others of a like address is not.
func TestMeOnStoredMail(t *testing.T) {
	t.Parallel()
	w := tenant(t)
	w.fileMail(tom, "Inbox", "other", "Message-ID: <other@x>", "Date: Mon, 16 Jun 2025 10:00:00 +0000", "From: The other Tom <big.tom@contoso.example>", "To: eva@contoso.example.evil.example", "", "x")
	w.fileMail(tom, "Inbox", "alias", "Message-ID: <alias@x>", "Date: Tue, 17 Jun 2025 10:00:00 +0000", "From: Alias-Tom@contoso.example", "To: eva@contoso.example", "", "x")
	w.index()
	w.later()
	for _, c := range []struct{ box, query, want string }{
		{tom, "to:me", "meeting bounce german"},
		{tom, "cc:me", "offer offer"},
		{tom, "recipients:me", "offer offer meeting bounce german"},
		{tom, "from:me", "alias"},
		{eva, "from:me", "answer meeting draft"},
		{eva, "to:me", "offer offer alias"},
		{eva, "query:mine", "offer offer answer meeting draft"},
		{"", "from:me", ""},
	} {
		t.Run(c.box+" "+c.query, func(t *testing.T) {
			res := w.findAs(c.box, c.query)
			if got := keysOf(res); got != c.want {
				t.Errorf("understood as %s it found %q, want %q", res.Parsed, got, c.want)
			}
			if (c.box == "") != (len(res.Warnings) == 1) {
				t.Errorf("signed in as %q, the warnings are %v", c.box, res.Warnings)
			}
		})
	}
}

// TestHoldsTakeNothingThatChanges: what a hold keeps must not depend on a search
// that someone edits, nor on who asks.
func TestHoldsTakeNothingThatChanges(t *testing.T) {
	t.Parallel()
	w := tenant(t)
	for text, want := range map[string]string{
		`query:"urgent offers"`: "a saved search may change", "from:me": "nobody is signed in", "subject:offer query:mine": "a saved search may change",
	} {
		var refused *search.RequestError
		if _, err := w.service.CheckHold(t.Context(), text); !errors.As(err, &refused) || !strings.Contains(refused.Reason, want) {
			t.Errorf("a hold on %s: %v", text, err)
		}
	}
	if n, err := w.service.CheckHold(t.Context(), "thread:{direction:inbound} list:deals.fabrikam.example"); err != nil || n != 2 {
		t.Errorf("a hold on a conversation covers %d, %v", n, err)
	}
}
