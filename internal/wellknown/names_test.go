package wellknown

import (
	"strings"
	"testing"
)

// TestNoNameMeansTwoFolders guards the table: a name that stands for two folders
// would find the wrong one.
func TestNoNameMeansTwoFolders(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, n := range names {
		for name := range strings.SplitSeq(n[1], ",") {
			l := letters(name)
			if other := seen[l]; l == "" || other != "" && other != n[0] {
				t.Errorf("%q means %s and %s", strings.TrimSpace(name), other, n[0])
			}
			seen[l] = n[0]
		}
	}
}

// TestFoldersInTheirLanguages promises that the folder everyone has is found by
// the name that each has for it.
func TestFoldersInTheirLanguages(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"INBOX": Inbox, "Sent Items": SentItems, "sentitems": SentItems, "sent-items": SentItems, "Posteingang": Inbox, "Gesendete Elemente": SentItems, "Entwu\u0308rfe": Drafts,
		"Boîte d'envoi": Outbox, "Boîte d’envoi": Outbox, "ELEMENTOS ELIMINADOS": DeletedItems, "Posta inviata": SentItems, "Lixo Eletrônico": JunkEmail, "Postvak IN": Inbox,
		"Skräppost": JunkEmail, "Lähetetyt": SentItems, "Wiadomości-śmieci": JunkEmail, "Odeslaná pošta": SentItems, "Törölt elemek": DeletedItems, "Εξερχόμενα": Outbox,
		"Gönderilmiş Öğeler": SentItems, "ВХОДЯЩИЕ": Inbox, "Чернетки": Drafts, "Väljundkaust": Outbox, "ארכיון": Archive, "العناصر المرسلة": SentItems, "ถังขยะ": DeletedItems,
		"Hộp thư đến": Inbox, "收件箱": Inbox, "寄件備份": SentItems, "受信トレイ": Inbox, "보낸 편지함": SentItems, "Junk-E-Mail": JunkEmail,
		"Projects": "", "": "", "Inbox/Legal": "",
	} {
		if got := Folder(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}
