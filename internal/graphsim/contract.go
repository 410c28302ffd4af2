package graphsim

import (
	"crypto/x509"
	"io/fs"
	"time"
)

// Options describe a tenant. Zero values get working defaults.
type Options struct {
	Seed         int64            // all ids, links and shuffles derive from it
	Now          func() time.Time // clock; time.Now when nil
	TenantID     string           // a GUID
	TenantDomain string           // contoso.onmicrosoft.com
	ClientID     string
	ClientSecret string
	Certificate  *x509.Certificate // registered for client assertions, nil for none
	Roles        []string          // granted application permissions; nil grants the three that mailquarry needs
	Quirks       Quirks
}

// Quirks switch Graph's odd behaviours; the zero value has those on that the
// reference calls on by default.
type Quirks struct {
	NoLostReturn     bool // off: with immutable ids A→B→A between two polls shows only the removal
	NoDoubleMovedIn  bool // off: older messages moved in are returned twice in one response
	Generations      int  // newest delta generations that stay valid per folder; 3 when 0, -1 for all
	ResyncLocation   bool // 410 answers carry a Location
	LenientTop       bool // $top on delta is ignored instead of refused
	EmptyPages       bool // now and then a page with a nextLink is empty, or shorter than asked
	FreshMailDoubles bool // some items are replayed in the next round
}

// Tenant is the directory and its mailboxes. Its methods may be called while
// the server answers.
type Tenant struct{}

// New makes an empty tenant.
func New(o Options) *Tenant { panic("contract") }

// Options gives the tenant's options with the defaults filled in.
func (t *Tenant) Options() Options { panic("contract") }

// AddUser creates a user and, unless u.NoMailbox, a mailbox with the well-known
// folders named in the user's language.
func (t *Tenant) AddUser(u User) *Mailbox { panic("contract") }

// Mailboxes lists the users' mailboxes in order of creation.
func (t *Tenant) Mailboxes() []*Mailbox { panic("contract") }

// Mailbox is one user's mailbox.
type Mailbox struct{}

// ID is the user's GUID, User what it was made from.
func (m *Mailbox) ID() string { panic("contract") }

// User gives the user.
func (m *Mailbox) User() User { panic("contract") }

// Remove soft-deletes the user, Purge deletes it for good, Restore brings a
// soft-deleted one back. Update changes the user's address, name or state.
func (m *Mailbox) Remove()              { panic("contract") }
func (m *Mailbox) Purge()               { panic("contract") }
func (m *Mailbox) Restore()             { panic("contract") }
func (m *Mailbox) Update(f func(*User)) { panic("contract") }

// Folder finds a well-known folder (inbox, sentitems, ...).
func (m *Mailbox) Folder(wellKnown string) *Folder { panic("contract") }

// Folders lists all folders in order of creation.
func (m *Mailbox) Folders() []*Folder { panic("contract") }

// AddFolder creates a folder; a nil parent is the root.
func (m *Mailbox) AddFolder(parent *Folder, name string) *Folder { panic("contract") }

// ResetTokens invalidates every delta token of the mailbox, as a migration does.
func (m *Mailbox) ResetTokens() { panic("contract") }

// Refuse makes mail endpoints answer 403 [RAOP]; SetOverQuota makes delta
// answer ErrorQuotaExceeded.
func (m *Mailbox) Refuse(on bool)       { panic("contract") }
func (m *Mailbox) SetOverQuota(on bool) { panic("contract") }

// Folder is a mail folder.
type Folder struct{}

// ID is the folder's id, Name its display name, Messages the immutable ids in it.
func (f *Folder) ID() string         { panic("contract") }
func (f *Folder) Name() string       { panic("contract") }
func (f *Folder) Messages() []string { panic("contract") }

// Add puts a new message into the folder and gives its immutable id.
func (f *Folder) Add(m Message) string { panic("contract") }

// Rename, MoveTo (nil is the root) and Remove (with all it holds) change the folder.
func (f *Folder) Rename(name string)    { panic("contract") }
func (f *Folder) MoveTo(parent *Folder) { panic("contract") }
func (f *Folder) Remove()               { panic("contract") }

// ExpireTokens makes every link of the folder answer 410.
func (f *Folder) ExpireTokens() { panic("contract") }

// Move, Delete, SetRead, Edit act on a message by its immutable id. Edit is for
// subject, body, categories, flag and the like.
func (m *Mailbox) Move(id string, to *Folder)        { panic("contract") }
func (m *Mailbox) Delete(id string)                  { panic("contract") }
func (m *Mailbox) SetRead(id string, read bool)      { panic("contract") }
func (m *Mailbox) Edit(id string, f func(*Message))  { panic("contract") }
func (m *Mailbox) Message(id string) (Message, bool) { panic("contract") }

// LoadEML adds the messages of a tree USER/FOLDER/.../N.eml as mailboxes
// USER@domain, in order of their paths, with at most limit messages (0: all).
func (t *Tenant) LoadEML(fsys fs.FS, domain string, limit int) error { panic("contract") }

// Server is a running tenant.
type Server struct {
	GraphURL  string // https://127.0.0.1:PORT/v1.0
	Authority string // https://127.0.0.1:PORT/
	CertPEM   []byte // the server's own CA certificate, to be trusted by clients
}

// Start serves the tenant over HTTPS on a free port of 127.0.0.1, or on addr
// (host:port) if given.
func (t *Tenant) Start(addr string) (*Server, error) { panic("contract") }

// Close stops the server and drops its connections.
func (s *Server) Close() error { panic("contract") }

// Request is a recorded request.
type Request struct {
	Time   time.Time
	Method string
	Path   string // with query, as sent
	Prefer []string
	App    string // client id in the token, "" without a valid one
	Status int    // as answered
	// InFlight is how many requests on the same mailbox were being answered,
	// this one included.
	InFlight int
	Mailbox  string
}

// Requests gives the requests recorded so far; ForgetRequests drops them.
func (t *Tenant) Requests() []Request { panic("contract") }

// ForgetRequests drops the recorded requests.
func (t *Tenant) ForgetRequests() { panic("contract") }

// Fault is answered instead of the real answer to requests that Match.
type Fault struct {
	Match      func(method, path string) bool
	Times      int // how often; 0 is always
	Status     int // 0 with Drop: the connection is cut
	Body       string
	HTML       bool
	RetryAfter int // seconds; 0 sends no header
	Drop       bool
	Truncate   bool          // the real answer, cut in the middle
	Delay      time.Duration // before the answer
}

// Inject adds a fault; ClearFaults removes all.
func (t *Tenant) Inject(f Fault) { panic("contract") }

// ClearFaults removes all faults.
func (t *Tenant) ClearFaults() { panic("contract") }
