package web

import (
	"fmt"
	"testing"
	"time"

	"mailquarry/internal/mail"
	"mailquarry/internal/operate"
	"mailquarry/search"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// sampleNow is the time at which the sample pages are looked at.
func sampleNow() time.Time { return time.Date(2026, 11, 22, 15, 0, 0, 0, time.UTC) }

// samplePages are pages with a clock that stands still.
func samplePages(t testing.TB) *pages {
	t.Helper()
	p := newPages(Options{})
	if p.fault != nil {
		t.Fatal(p.fault)
	}
	p.now, p.zone = sampleNow, time.UTC
	return p
}

// sampleResults hold what is hard to show: foreign scripts, markup in names,
// long names, missing things.
func sampleResults() search.Results {
	eva := mail.Address{Name: "Eva Lindström", Address: "eva@northwind.example"}
	box := search.MailboxRef{ID: 1, Address: "eva@northwind.example", Name: "Eva Lindström"}
	hits := []search.Hit{
		{
			ID: 40, Mailbox: box, Folder: search.FolderRef{ID: 3, Path: "Inbox/Suppliers"}, From: mail.Address{Name: "Marek Novák", Address: "marek@quarryworks.example"},
			Date: sampleNow().Add(-2 * time.Hour), HasAttachments: true,
			Snippets: search.Snippets{
				Subject:     []string{"Renewal of the <mark>granite</mark> supply contract"},
				Body:        []string{"Attached is the revised offer for the <mark>granite</mark> blocks; the price per tonne stays as agreed in March &amp; the delivery terms are", "we need the <mark>granite</mark> by the first week of December"},
				Attachments: []search.AttachmentSnippet{{Index: 0, Name: "offer-2026-<b>final</b>.pdf", Fragments: []string{"… 240 t of grey <mark>granite</mark>, sawn on two sides, DAP Hamburg …"}}},
			},
			Attachments:    []search.Attachment{{Index: 0, Name: "offer-2026-<b>final</b>.pdf", ContentType: "application/pdf", Size: 184_320, State: "ok"}},
			ConversationID: "AAQk=", CopiesTotal: 3,
			Copies: []search.Copy{
				{ID: 50, Mailbox: search.MailboxRef{ID: 2, Name: "Jonas Weber"}, Folder: search.FolderRef{ID: 8, Path: "Sent Items"}},
				{ID: 51, Mailbox: search.MailboxRef{ID: 3, Name: "Priya <Raman>"}, Folder: search.FolderRef{ID: 9, Path: "Inbox"}},
			},
			Thread: search.Thread{Total: 7, Found: 1, Messages: []search.ThreadMessage{
				{ID: 39, Mailbox: box, From: eva, Date: sampleNow().AddDate(0, 0, -2), IsRead: true},
				{ID: 40, Mailbox: box, From: mail.Address{Name: "Marek Novák", Address: "marek@quarryworks.example"}, Date: sampleNow().Add(-2 * time.Hour), Found: true},
			}},
		},
		{ID: 41, Mailbox: box, Folder: search.FolderRef{ID: 2, Path: "Inbox"}, From: mail.Address{Name: "نور الدين", Address: "nour@atlas.example"}, IsRead: true, Date: sampleNow().Add(-50 * time.Hour), Snippets: search.Snippets{Subject: []string{"مواعيد تسليم <mark>granite</mark> للمشروع"}, Body: []string{"مرحبا، نحتاج إلى تأكيد موعد التسليم قبل نهاية الأسبوع."}}},
		{ID: 42, Mailbox: box, Folder: search.FolderRef{ID: 2, Path: "Inbox"}, From: mail.Address{Name: "佐藤 美咲", Address: "misaki@tanaka.example"}, IsRead: true, Date: sampleNow().AddDate(0, -3, 0), Snippets: search.Snippets{Subject: []string{"御影石（<mark>granite</mark>）サンプルの件"}, Body: []string{"お世話になっております。先日のサンプルについてご連絡いたします。"}}},
		{ID: 43, Mailbox: box, Folder: search.FolderRef{ID: 5, Path: "Archive/2024/Projects/Harbour extension/Correspondence with the port authority"}, From: mail.Address{Address: "no-reply@" + "a-very-long-subdomain-of-a-notification-service.example"}, IsRead: true, Date: sampleNow().AddDate(-2, 0, 0), Snippets: search.Snippets{Body: []string{"&lt;script&gt;alert(1)&lt;/script&gt; stays text"}}},
	}
	for i := range 14 {
		h := hits[i%3]
		h.ID = mail.MessageID(100 + i)
		h.From = []mail.Address{eva, {Name: "Jonas Weber", Address: "jonas@x.example"}, {Name: "Priya Raman", Address: "priya@y.example"}, {Name: "Olu Adeyemi", Address: "olu@z.example"}}[i%4]
		h.IsRead = true
		h.Date = sampleNow().AddDate(0, 0, -i*17)
		hits = append(hits, h)
	}
	buckets := func(names ...string) []search.Bucket {
		var b []search.Bucket
		for i, n := range names {
			b = append(b, search.Bucket{Value: fmt.Sprint(i + 1), Label: n, Count: 1300 / (i + 1)})
		}
		return b
	}
	folders := buckets("Inbox", "Inbox/Suppliers", "Sent Items", "Archive/2024", "Posteingang", "Deleted Items", "Junk", "Drafts", "Notes", "Clients")
	for i := range folders {
		folders[i].Mailbox = []string{"Eva Lindström", "Jonas Weber"}[i%2]
	}
	return search.Results{
		Text: "granite from:", Parsed: "granite", Total: 1204, Took: 12 * time.Millisecond, Hits: hits, Next: "c2",
		Warnings: []query.Warning{{Message: "from: has no value and is left out.", From: 8, To: 13}},
		Facets: map[engine.Facet][]search.Bucket{
			engine.FacetMailbox: buckets("Eva Lindström", "Jonas Weber", "Priya Raman"),
			engine.FacetFolder:  folders,
			engine.FacetSender:  buckets("marek@quarryworks.example", "priya@northwind.example"),
			engine.FacetYear:    {{Value: "2024", Label: "2024", Count: 400}, {Value: "2026", Label: "2026", Count: 90}},
			engine.FacetType:    buckets("pdf", "docx"),
		},
	}
}

func sampleMessage() search.Message {
	return search.Message{
		ID: 40, Mailbox: search.MailboxRef{ID: 1, Name: "Eva Lindström", Address: "eva@northwind.example"},
		Folder: search.FolderRef{ID: 3, Path: "Inbox/Suppliers"}, Size: 231_000,
		Text: "Dear Eva,\n\nattached is the revised offer.\n\nMarek",
		Mail: mail.Message{
			Subject: "Renewal of the granite supply contract", From: mail.Address{Name: "Marek Novák", Address: "marek@quarryworks.example"},
			To:       []mail.Address{{Name: "Eva Lindström", Address: "eva@northwind.example"}, {Address: "sales@northwind.example"}},
			Cc:       []mail.Address{{Name: "Jonas Weber", Address: "jonas@northwind.example"}},
			Received: sampleNow().Add(-2 * time.Hour),
		},
		Attachments: []search.Attachment{
			{Index: 0, Name: "offer-2026-<b>final</b>.pdf", ContentType: "application/pdf", Size: 184_320, State: "ok"},
			{Index: 1, Name: "drawings.dwg", ContentType: "image/vnd.dwg", Size: 4_184_320, State: "unsupported", Reason: "no extractor for this <format>"},
			{Index: 2, Name: "logo.png", ContentType: "image/png", Inline: true, State: "unsupported"},
			{Index: 3, Name: "Shared plan", State: "reference", Kind: mail.ReferencePart},
		},
	}
}

// sampleStatusPage is the status page of a server in trouble.
func sampleStatusPage(p *pages) statusPage {
	eva, jonas := operate.MailboxRef{ID: 1, Name: "Eva Lindström", Address: "eva@northwind.example"}, operate.MailboxRef{ID: 2, Name: "Jonas <Weber>", Address: "jonas@northwind.example"}
	inbox := operate.FolderRef{ID: 1, Path: "Inbox"}
	live := operate.Live{
		At: sampleNow(), Running: true, Problems: 2, Troubled: map[mail.MailboxID]int{1: 2},
		Total: operate.Progress{State: operate.StateSyncing, Done: 1204, ToDo: 807, Rate: 12.4, Left: 400 * time.Second, Requests: 1210, Throttled: 3},
		Mailboxes: map[mail.MailboxID]operate.Progress{
			1: {State: operate.StateIdle, Done: 900, NextPoll: sampleNow().Add(time.Minute)},
			2: {State: operate.StatePaused, Done: 304, ToDo: 696, Rate: 9.1, PausedUntil: sampleNow().Add(time.Hour), PauseReason: "ErrorMailboxMoveInProgress"},
			3: {State: operate.StateSyncing, ToDo: 111, Rate: 3.3, Left: 35 * time.Second},
		},
	}
	live.Notifications = &operate.Notifications{Mailboxes: 4, Subscribed: 3}
	page := p.statusPage(sampleStatus(), live, "")
	page.Said = said("no-source")
	page.Problems = p.problemsView(operate.ProblemPage{Total: 2, Next: 9, Problems: []operate.Problem{
		{ID: 7, Mailbox: eva, Folder: inbox, Kind: "message", Reason: "The answer is <malformed>", Code: "ErrorCorruptData", Attempts: 3, First: sampleNow(), Last: sampleNow(), Next: sampleNow().Add(time.Hour)},
		{ID: 9, Mailbox: jonas, Folder: inbox, Message: 40, Kind: "attachment", Reason: "Too large", Attempts: 1, Permanent: true},
	}}, 3)
	proof := operate.Coverage{
		At: sampleNow(), Counts: operate.Counts{Source: 900, Stored: 897, Indexed: 897, Unexplained: 3}, Unverified: 1,
		Pass: operate.Pass{ID: 1, State: operate.PassRunning, Folders: 2, Total: 9},
		Mailboxes: []operate.MailboxCoverage{
			{Mailbox: eva, State: "active", At: sampleNow(), Counts: operate.Counts{Source: 900, Stored: 897, Indexed: 897, Unexplained: 3}, Folders: []operate.FolderCoverage{
				{Folder: inbox, At: sampleNow(), Counts: operate.Counts{Source: 900, Stored: 897, Indexed: 897, SetAside: 2, Unexplained: 3}, Causes: []operate.Cause{{Reason: "The answer is <malformed>", Messages: 2}}},
				{Folder: operate.FolderRef{ID: 9, Path: "Unread mail"}, At: sampleNow(), Counts: operate.Counts{Source: 40, OutOfScope: 40}, Why: "search folder"},
			}, Unreachable: []operate.Unreachable{{What: "In-place archive", Why: "The in-place archive cannot be reached by this API."}}},
			{Mailbox: jonas, State: "denied", Why: "Access is denied by <policy>."},
		},
	}
	page.Coverage = p.coverageView(proof, proof.Mailboxes, 0)
	page.Holds = p.holdsView([]operate.Hold{
		{ID: 1, Mailbox: &eva, Reason: "Case 17 <b>final", By: "operator", Since: sampleNow()},
		{ID: 2, Query: "subject:granite OR from:marek", Reason: "Case 18", By: "operator", Since: sampleNow()},
	})
	return page
}

func sampleStatus() search.Status {
	folder := func(id mail.FolderID, path string, source, stored int) search.FolderStatus {
		return search.FolderStatus{Folder: search.FolderRef{ID: id, Path: path}, State: search.StateSyncing, Progress: search.Progress{Source: source, Stored: stored, Indexed: stored}}
	}
	return search.Status{
		At: sampleNow(), Totals: search.Progress{Source: 2011, Stored: 1204, Indexed: 1180, Failed: 1},
		Mailboxes: []search.MailboxStatus{
			{Mailbox: search.MailboxRef{ID: 1, Name: "Eva Lindström", Address: "eva@northwind.example"}, State: search.StateSynced, Progress: search.Progress{Source: 900, Stored: 900, Indexed: 900}, Folders: []search.FolderStatus{folder(1, "Inbox", 400, 400), folder(2, "Inbox/Suppliers", 500, 500)}},
			{Mailbox: search.MailboxRef{ID: 2, Name: "Jonas Weber", Address: "jonas@northwind.example"}, State: search.StateSyncing, Progress: search.Progress{Source: 1000, Stored: 304, Indexed: 280}},
			{Mailbox: search.MailboxRef{ID: 3, Name: "Front desk", Address: "desk@northwind.example"}, State: search.StateFailing, LastError: "The source answered 403: access is denied.", Progress: search.Progress{Source: 111, Failed: 1}},
		},
	}
}
