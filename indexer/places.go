package indexer

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
	"mailquarry/internal/wellknown"
)

// staleAfter is how old what is known of the mailboxes and of a mailbox's folders
// may be. What is not known at all is looked up at once.
const staleAfter = 5 * time.Minute

// whereabouts is where a message lies, as far as that says something about it.
type whereabouts struct {
	own          map[string]bool // the mailbox's addresses
	sent, drafts bool            // the folder, or one above it, is for sent mail or drafts
	organisation *organisation
}

// organisation is whose archive it is: the addresses of its mailboxes and their
// domains. It is never changed.
type organisation struct {
	own       map[mail.MailboxID]map[string]bool
	addresses map[string]bool
	domains   map[string]bool
}

// placeDesk knows the mailboxes and their folders.
type placeDesk struct {
	archive *archive.Archive

	mu      sync.Mutex
	org     *organisation
	orgRead time.Time
	folders map[mail.MailboxID]*placedFolders
}

// placedFolders are the folders of a mailbox that have a meaning.
type placedFolders struct {
	read         time.Time
	newest       mail.FolderID // that was known
	sent, drafts map[mail.FolderID]bool
}

func newPlaceDesk(a *archive.Archive) *placeDesk {
	return &placeDesk{archive: a, folders: map[mail.MailboxID]*placedFolders{}}
}

// of tells about the place of a message.
func (d *placeDesk) of(ctx context.Context, rec archive.Record) (whereabouts, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	if d.org == nil || d.org.own[rec.Mailbox] == nil || now.Sub(d.orgRead) > staleAfter {
		boxes, err := d.archive.Mailboxes(ctx)
		if err != nil {
			return whereabouts{}, fmt.Errorf("read the mailboxes: %w", err)
		}
		guests, err := d.archive.Guests(ctx)
		if err != nil {
			return whereabouts{}, fmt.Errorf("read the guests: %w", err)
		}
		d.org, d.orgRead = organisationOf(boxes, guests), now
		if d.org.own[rec.Mailbox] == nil {
			d.org.own[rec.Mailbox] = map[string]bool{} // purged just now
		}
	}
	f := d.folders[rec.Mailbox]
	if f == nil || rec.Folder > f.newest || now.Sub(f.read) > staleAfter {
		all, err := d.archive.Folders(ctx, rec.Mailbox)
		if err != nil {
			return whereabouts{}, fmt.Errorf("read the folders of mailbox %s: %w", rec.Mailbox, err)
		}
		f = placesOf(all)
		f.read, f.newest = now, max(f.newest, rec.Folder)
		d.folders[rec.Mailbox] = f
	}
	return whereabouts{
		own: d.org.own[rec.Mailbox], organisation: d.org,
		sent: f.sent[rec.Folder], drafts: f.drafts[rec.Folder],
	}, nil
}

// placesOf finds the folders for sent mail and for drafts, with those below them.
func placesOf(all []archive.Folder) *placedFolders {
	p := &placedFolders{sent: map[mail.FolderID]bool{}, drafts: map[mail.FolderID]bool{}}
	byID := make(map[mail.FolderID]*archive.Folder, len(all))
	for i := range all {
		byID[all[i].ID] = &all[i]
		p.newest = max(p.newest, all[i].ID)
	}
	for i := range all {
		for f, n := &all[i], 0; f != nil && n < len(all[i].Path); f, n = byID[f.Parent], n+1 {
			switch meaning(f) {
			case wellknown.SentItems:
				p.sent[all[i].ID] = true
			case wellknown.Drafts:
				p.drafts[all[i].ID] = true
			}
		}
	}
	return p
}

// meaning is the well-known name of a folder, by what its source says or, at the
// top of a mailbox, by what it is called.
func meaning(f *archive.Folder) string {
	if f.WellKnown != "" || len(f.Path) != 1 {
		return strings.ToLower(f.WellKnown)
	}
	return wellknown.Folder(f.Name)
}

// organisationOf gathers the addresses of the mailboxes. A guest of the tenant has
// an address elsewhere, and so may a user whose mailbox is nowhere to be found.
func organisationOf(boxes []archive.Mailbox, guests []mail.MailboxID) *organisation {
	o := &organisation{own: map[mail.MailboxID]map[string]bool{}, addresses: map[string]bool{}, domains: map[string]bool{}}
	for i := range boxes {
		b := &boxes[i]
		own := map[string]bool{}
		for _, a := range append([]string{b.Address}, b.Aliases...) {
			if a = strings.ToLower(strings.TrimSpace(a)); a != "" {
				own[a] = true
			}
		}
		o.own[b.ID] = own
		if slices.Contains(guests, b.ID) || b.State == archive.MailboxUnavailable {
			continue
		}
		for a := range own {
			o.addresses[a] = true
			if d := domainOf(a); d != "" && !slices.Contains(publicDomains(), d) {
				o.domains[d] = true
			}
		}
	}
	return o
}

// publicDomains are of providers who give an address to anyone: of them only the
// mailboxes' own addresses are the organisation's.
func publicDomains() []string {
	return []string{
		"gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "ymail.com", "aol.com", "icloud.com", "me.com", "mac.com",
		"gmx.de", "gmx.net", "gmx.at", "gmx.ch", "web.de", "t-online.de", "freenet.de", "mail.ru", "yandex.ru", "qq.com", "163.com", "126.com", "naver.com",
		"orange.fr", "free.fr", "laposte.net", "libero.it", "seznam.cz", "wp.pl", "o2.pl", "proton.me", "protonmail.com", "fastmail.com", "zoho.com", "comcast.net",
	}
}

// ours tells whether an address is the organisation's. One without a domain, such
// as Exchange's own kind, is of its directory.
func (o *organisation) ours(address string) bool {
	d := domainOf(address)
	return d == "" || o.domains[d] || o.addresses[strings.ToLower(strings.TrimSpace(address))]
}

// direction tells whether a message came from outside, went outside, or stayed
// within the organisation; "" where nobody is said to have sent it.
func (p whereabouts) direction(m mail.Message) string {
	outside := func(a mail.Address) bool { return a.Address != "" && !p.organisation.ours(a.Address) }
	switch {
	case m.From.Address == "":
		return ""
	case outside(m.From):
		return "inbound"
	case slices.ContainsFunc(slices.Concat(m.To, m.Cc, m.Bcc), outside):
		return "outbound"
	default:
		return "internal"
	}
}
