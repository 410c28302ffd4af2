package indexer

import (
	"testing"

	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
)

// TestWhoseAddress promises that direction: is told by the organisation's own
// addresses, and that neither guests nor public providers count as it.
func TestWhoseAddress(t *testing.T) {
	t.Parallel()
	o := organisationOf([]archive.Mailbox{
		{ID: 1, Address: "Eva@Contoso.example", Aliases: []string{"eva@old-name.example"}, State: archive.MailboxActive},
		{ID: 2, Address: "joe@fabrikam.example", State: archive.MailboxActive},
		{ID: 3, Address: "nobody@elsewhere.example", State: archive.MailboxUnavailable},
		{ID: 4, Address: "me@gmail.com", State: archive.MailboxActive},
		{ID: 5, Address: "Imported mail", State: archive.MailboxActive},
	}, []mail.MailboxID{2})
	for address, want := range map[string]bool{
		"TOM@contoso.example": true, "x@old-name.example": true, "joe@fabrikam.example": false, "a@elsewhere.example": false, "ME@gmail.com": true, "you@gmail.com": false,
		"x@sub.contoso.example": false, "x@contoso.example.": true, "/O=EXCHANGELABS/CN=EVA": true, "contoso.example@evil.example": false,
	} {
		if got := o.ours(address); got != want {
			t.Errorf("%s is ours: %t", address, got)
		}
	}
	at := whereabouts{organisation: o}
	to := func(from string, to ...string) mail.Message {
		m := mail.Message{From: mail.Address{Address: from}}
		for _, a := range to {
			m.Bcc = append(m.Bcc, mail.Address{Address: a})
		}
		return m
	}
	for _, c := range []struct {
		m    mail.Message
		want string
	}{
		{to("a@fabrikam.example", "eva@contoso.example"), "inbound"},
		{to("eva@contoso.example", "tom@contoso.example", "a@fabrikam.example"), "outbound"},
		{to("eva@contoso.example", "tom@contoso.example"), "internal"},
		{to("eva@contoso.example"), "internal"},
		{to("", "tom@contoso.example"), ""},
	} {
		if got := at.direction(c.m); got != c.want {
			t.Errorf("from %s: %q, want %q", c.m.From.Address, got, c.want)
		}
	}
}
