package enginetest

import (
	"slices"
	"testing"
	"time"

	"mailquarry/internal/mail"
	"mailquarry/search/engine"
)

// testWords shows by example what a query finds.
func testWords(t *testing.T, open Open) {
	eva := mail.Address{Name: "Eva Muster", Address: "Eva.Muster@contoso.com"}
	bob := mail.Address{Name: "Bob Übel", Address: "bob@sales.example.org"}
	e := start(
		t, open,
		engine.Document{
			ID: 1, Mailbox: 1, Folder: 1, Subject: "Renewal of the contract", From: []mail.Address{eva}, To: []mail.Address{bob},
			Body: "Dear Bob, payment is net 30 days. Don't wait.", Date: time.Date(2025, 1, 31, 23, 59, 59, 0, time.UTC),
		},
		engine.Document{
			ID: 2, Mailbox: 1, Folder: 2, Subject: "Re: Renewal", From: []mail.Address{bob}, Cc: []mail.Address{eva},
			Body: "30 net weight", Date: time.Date(2025, 2, 1, 0, 0, 0, 0, time.UTC), HasAttachment: true,
			Attachments: []engine.Attachment{{Name: "invoice_2025-02.pdf", Type: "pdf", Text: "Total amount due"}, {Name: "net", Text: "30"}},
		},
		engine.Document{ID: 3, Mailbox: 2, Folder: 3, Subject: "会议纪要", Bcc: []mail.Address{eva}, Body: "明天的会议在北京 Straße Café", From: []mail.Address{{Address: "李@例え.jp"}}},
		engine.Document{ID: 4, Mailbox: 2, Folder: 3},
	)
	for _, c := range []struct {
		q    string
		want []mail.MessageID
	}{
		{"", []mail.MessageID{1, 2, 3, 4}},
		{"renewal", []mail.MessageID{1, 2}},
		{"RENEWAL contract", []mail.MessageID{1}},
		{"contract OR weight", []mail.MessageID{1, 2}},
		{"renewal -contract", []mail.MessageID{2}},
		{"-renewal", []mail.MessageID{3, 4}},
		{"-renewal -会", []mail.MessageID{4}},
		{`"net 30"`, []mail.MessageID{1}}, // not across an attachment's name and text
		{`"renewal 30"`, nil},             // not across subject and body
		{`"muster eva"`, nil},             // not across name and address
		{`"contract eva"`, nil},           // not across subject and sender
		{"renew*", []mail.MessageID{1, 2}},
		{"ren* contr*", []mail.MessageID{1}},
		{"eva.muster@contoso.com", []mail.MessageID{1, 2, 3}},
		{"eva.muster@cont*", []mail.MessageID{1, 2, 3}},
		{"from:eva", []mail.MessageID{1}},
		{`from:"eva muster"`, []mail.MessageID{1}},
		{"from:contoso.com", []mail.MessageID{1}},
		{"from:example.org", []mail.MessageID{2}}, // with its sub-domains
		{"from:ubel", []mail.MessageID{2}},
		{"to:eva", nil},
		{"cc:eva", []mail.MessageID{2}},
		{"bcc:eva", []mail.MessageID{3}},
		{"recipients:eva", []mail.MessageID{2, 3}},
		{"recipients:(eva OR bob)", []mail.MessageID{1, 2, 3}},
		{"with:eva", []mail.MessageID{1, 2, 3}},
		{"body:renewal", nil},
		{"body:payment", []mail.MessageID{1}},
		{"attachment:amount", []mail.MessageID{2}},
		{"body:amount", nil},
		{"quoted:weight", nil},
		{"subject:renewal -subject:re", []mail.MessageID{1}},
		{"subject:net", nil},
		{"filename:invoice", []mail.MessageID{2}},
		{"filename:invoice_2025-02.pdf", []mail.MessageID{2}},
		{"filename:inv*", []mail.MessageID{2}},
		{"amount", []mail.MessageID{2}},
		{`"amount due"`, []mail.MessageID{2}},
		{"会议", []mail.MessageID{3}},
		{"议会", nil},
		{"strasse cafe", []mail.MessageID{3}},
		{"has:attachment", []mail.MessageID{2}},
		{"-has:attachment renewal", []mail.MessageID{1}},
		{"after:2025-02", []mail.MessageID{2}},
		{"before:2025-02", []mail.MessageID{1}},
		{"after:2025-01-31", []mail.MessageID{1, 2}}, // the day itself counts
		{"before:2025-01-31", nil},
		{"after:2025 before:2026 30", []mail.MessageID{1, 2}},
		{"don't", []mail.MessageID{1}},
		{"payments", nil}, // in which language is not known
		{"pay~", nil},
		{"paymnet~", []mail.MessageID{1}},
		{"wieght~2", []mail.MessageID{2}},
		{"pay?ent *ewal", []mail.MessageID{1}},
		{"dear NEAR/2 payment", []mail.MessageID{1}},
		{"payment NEAR/2 dear", []mail.MessageID{1}},
		{"payment ADJ/2 dear", nil},
		{"dear ADJ/1 payment", nil},
		{"subject:/ren.*/", []mail.MessageID{1, 2}},
		{"from:/.*@sales.*/", []mail.MessageID{2}},
		{"+renewal", []mail.MessageID{1, 2}},
		{"filename:pdf", []mail.MessageID{2}},
		{"size:0", []mail.MessageID{1, 2, 3, 4}},
		{"-size>1", []mail.MessageID{1, 2, 3, 4}},
		{"nowhere", nil},
		{"nowhere OR renewal", []mail.MessageID{1, 2}},
		{"nowhere renewal", nil},
	} {
		r := ask(t, e, engine.Request{Scope: everyone(), Query: parse(t, c.q), Limit: 10})
		got := ids(r.Hits)
		slices.Sort(got)
		if !slices.Equal(got, c.want) || r.Total != len(c.want) {
			t.Errorf("%s finds %v (total %d), want %v", c.q, got, r.Total, c.want)
		}
	}
}
