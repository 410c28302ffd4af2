package graphsim

import (
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options describe a tenant. Zero values get working defaults.
type Options struct {
	Seed           int64            // all ids, links and shuffles derive from it
	Now            func() time.Time // clock; time.Now when nil
	TenantID       string           // a GUID
	TenantDomain   string           // contoso.onmicrosoft.com
	ClientID       string
	ClientSecret   string
	Certificate    *x509.Certificate // registered for client assertions, nil for none
	Roles          []string          // granted application permissions; nil grants the three that mailquarry needs
	Quirks         Quirks
	UsersTokenLife time.Duration // how long tokens of users/delta live; seven days when 0
	Recorded       int           // requests kept for Requests, the latest; 200,000 when 0, -1 for none
	Outbound       *http.Client  // with it change notifications are sent; http.DefaultClient when nil
	Observe        func(Request) // told of each request when it is answered; it must not call the tenant
}

// Quirks switch Graph's odd behaviours; the zero value has those on that the
// reference calls on by default.
type Quirks struct {
	NoLostReturn        bool // off: with immutable ids A→B→A between two polls shows only the removal
	NoDoubleMovedIn     bool // off: older messages moved in are returned twice in one response
	NoConcurrencyLimit  bool // off: a fifth concurrent request on one mailbox is answered 429
	RequestLimit        int  // requests on one mailbox in ten minutes; 10,000 when 0, -1 for none
	Generations         int  // newest delta generations that stay valid per folder; 3 when 0, -1 for all
	ResyncLocation      bool // 410 answers carry a Location
	LenientTop          bool // $top on delta is ignored instead of refused
	EmptyPages          bool // now and then a page with a nextLink is empty, or shorter than asked
	FreshMailDoubles    bool // some items are replayed in the next round
	GreedyBatch         bool // a batch runs all its requests on a mailbox at once: those beyond four are answered 429
	PageLimit           int  // larger pages of messages are answered 504; 0 for none
	FolderNotFound      bool // a well-known name without a folder is answered ErrorFolderNotFound
	CountHiddenChildren bool // childFolderCount counts hidden folders
	NoHiddenInDelta     bool // mailFolders/delta leaves hidden folders out
	MoveKillsTokens     bool // the message delta of a folder that is moved starts anew
	ResyncBadRequest    bool // a token of users/delta that is too old is answered 400 instead of 410
	ResourceUnits       int  // that the directory grants in ten seconds; by the size of the tenant when 0, -1 for any number
}

// Tenant is the directory and its mailboxes. Its methods may be called while
// the server answers.
type Tenant struct {
	o    Options
	seed uint64
	key  []byte // signs tokens

	mu            sync.RWMutex // the directory and the app registration
	boxes         []*Mailbox
	byName        map[string]*Mailbox // by lower-case id, address
	groups        []*Group
	directory     []directoryEvent
	roles         []string
	secretExpired bool
	disabled      int    // the status with which sign-in is refused, 0 when it is not
	linkHost      string // in links, instead of the own
	claims        string // that a token must have been asked for with, "" for none
	tokenEpoch    int    // grows when all tokens issued so far become invalid
	requestCount  uint64

	faults faultList
	chaos  chaos // under the lock of faults
	odd    oddPages
	units  bucket
	record recorder
	zips   sync.Pool // of *gzip.Writer
	subs   subscriptions
}

// New makes an empty tenant.
func New(o Options) *Tenant {
	seed := mix(uint64(o.Seed))
	if o.Now == nil {
		o.Now = time.Now
	}
	switch {
	case o.Recorded == 0:
		o.Recorded = recordLimit
	case o.Recorded < 0:
		o.Recorded = 0
	}
	if o.TenantID == "" {
		o.TenantID = guid(seed, 1)
	}
	if o.TenantDomain == "" {
		o.TenantDomain = "contoso.onmicrosoft.com"
	}
	if o.ClientID == "" {
		o.ClientID = guid(seed, 2)
	}
	if o.ClientSecret == "" {
		o.ClientSecret = fmt.Sprintf("sim~%016x%016x", mix(seed, 3), mix(seed, 4))
	}
	if o.Roles == nil {
		o.Roles = []string{roleUsers, roleMail, roleSettings}
	}
	if o.UsersTokenLife == 0 {
		o.UsersTokenLife = usersTokenLife
	}
	if o.Quirks.RequestLimit == 0 {
		o.Quirks.RequestLimit = 10_000
	}
	if o.Quirks.Generations == 0 {
		o.Quirks.Generations = 3
	}
	key := sha256.Sum256(fmt.Appendf(nil, "token key %d", seed))
	return &Tenant{
		o: o, seed: seed, key: key[:],
		byName: make(map[string]*Mailbox),
		roles:  slices.Clone(o.Roles),
		record: recorder{limit: o.Recorded},
	}
}

// Options gives the tenant's options with the defaults filled in.
func (t *Tenant) Options() Options { return t.o }

// SetRoles replaces the granted permissions. As at the real service, tokens
// that were issued before keep theirs.
func (t *Tenant) SetRoles(roles ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.roles = slices.Clone(roles)
}

// ExpireSecret makes the client secret an expired one, or valid again.
func (t *Tenant) ExpireSecret(on bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.secretExpired = on
}

// DisableApp makes the token endpoint refuse the application as a disabled one,
// AADSTS7000112; with which status differs, 400 or 401. 0 ends it.
func (t *Tenant) DisableApp(status int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.disabled = status
}

// SetLinkHost makes all links lead to another host (host:port), as a hostile or
// misconfigured service might; "" ends it. A client must not follow them with
// its token.
func (t *Tenant) SetLinkHost(host string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.linkHost = host
}

// RequireClaims makes Graph challenge every token that was not asked for with
// these claims (a JSON object); "" ends it.
func (t *Tenant) RequireClaims(claims string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.claims = claims
}

// AddUser creates a user and, unless u.NoMailbox, a mailbox with the well-known
// folders named in the user's language.
func (t *Tenant) AddUser(u User) *Mailbox {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := uint64(len(t.boxes))
	if u.ID == "" {
		u.ID = guid(t.seed, 100, n)
	}
	if u.Address == "" {
		u.Address = fmt.Sprintf("user%d@%s", n+1, t.o.TenantDomain)
	}
	if u.DisplayName == "" {
		u.DisplayName, _, _ = strings.Cut(u.Address, "@")
	}
	if u.Purpose == "" {
		u.Purpose = "user"
	}
	if u.Locale == "" {
		u.Locale = "en-US"
	}
	if u.UserType == "" {
		u.UserType = "Member"
	}
	m := &Mailbox{
		t: t, id: u.ID, key: mix(t.seed, 200, n), user: u,
		wellKnown:    make(map[string]*Folder),
		conversation: make(map[string]string),
	}
	m.makeFolders(u.Locale)
	t.boxes = append(t.boxes, m)
	t.byName[strings.ToLower(u.ID)] = m
	t.byName[strings.ToLower(u.Address)] = m
	t.directory = append(t.directory, directoryEvent{box: m, all: true})
	return m
}

// Mailboxes lists the users' mailboxes in order of creation.
func (t *Tenant) Mailboxes() []*Mailbox {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return slices.Clone(t.boxes)
}

// find gives the user with this id or user principal name.
func (t *Tenant) find(name string) *Mailbox {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.byName[strings.ToLower(name)]
}

// requestID makes the next answer's request-id.
func (t *Tenant) requestID() string {
	t.mu.Lock()
	t.requestCount++
	n := t.requestCount
	t.mu.Unlock()
	return guid(t.seed, 300, n)
}
