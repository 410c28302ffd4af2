package graphsim

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// call is one Graph request, alone or as part of a batch.
type call struct {
	t        *Tenant
	method   string
	host     string
	escaped  string // path below /v1.0/, as sent
	rawQuery string
	header   http.Header
	body     []byte
	inFlight int
	inBatch  bool
	ctx      context.Context

	query  url.Values
	prefer preferences
	claims *claims
}

// graph answers a request below /v1.0.
func (t *Tenant) graph(c *call) answer {
	t.mu.RLock()
	if t.linkHost != "" {
		c.host = t.linkHost
	}
	t.mu.RUnlock()
	a, err := c.dispatch()
	if err != nil {
		return t.failure(err)
	}
	return a
}

func (c *call) dispatch() (answer, *apiError) {
	var err *apiError
	if c.claims, err = c.t.authenticate(c.header); err != nil {
		return answer{}, err
	}
	query, qerr := url.ParseQuery(c.rawQuery)
	path, perr := splitPath(c.escaped)
	if qerr != nil || perr != nil {
		return answer{}, fail(http.StatusBadRequest, "BadRequest", "The request URI is malformed.")
	}
	c.query, c.prefer = query, parsePrefer(c.header)
	if fixed(path[0]) == "$batch" && !c.inBatch {
		return c.batch()
	}
	if fixed(path[0]) == "subscriptions" {
		return c.subscribed(path[1:])
	}
	if c.method != http.MethodGet {
		return answer{}, fail(http.StatusMethodNotAllowed, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
	}
	switch fixed(path[0]) {
	case "users":
	case "groups":
		return c.measured(path[1:], c.groupRoute)
	default:
		return answer{}, errNoRoute(path[0])
	}
	if len(path) <= 2 {
		return c.measured(path[1:], c.directory)
	}
	return c.mailbox(path[1], path[2:])
}

// allowed checks a granted permission.
func (c *call) allowed(role string) *apiError {
	ok := slices.ContainsFunc(c.claims.Roles, func(r string) bool {
		return r == role || (role == roleMail && r == "Mail.ReadWrite")
	})
	if !ok {
		return errDenied(role)
	}
	return nil
}

func (c *call) directory(path []string) (answer, *apiError) {
	if err := c.allowed(roleUsers); err != nil {
		return answer{}, err
	}
	switch {
	case len(path) == 0:
		return c.listUsers()
	case fixed(path[0]) == "delta":
		return c.usersDelta()
	}
	return c.getUser(path[0])
}

// mailbox answers what is below /users/{u}/.
func (c *call) mailbox(user string, path []string) (answer, *apiError) {
	role := roleMail
	if fixed(path[0]) == "mailboxsettings" {
		role = roleSettings
	}
	if err := c.allowed(role); err != nil {
		return answer{}, err
	}
	m, err := c.open(user)
	if err != nil {
		return answer{}, err
	}
	if err := c.throttle(m); err != nil {
		return answer{}, err
	}
	switch fixed(path[0]) {
	case "mailboxsettings":
		return c.settings(m, path[1:])
	case "mailfolders":
		return c.folderRoute(m, path[1:])
	case "messages":
		return c.messageRoute(m, nil, path[1:])
	}
	return answer{}, errNoRoute(path[0])
}

// open finds a mailbox and checks that it can be read.
func (c *call) open(user string) (*Mailbox, *apiError) {
	m := c.t.find(user)
	if m == nil {
		return nil, fail(http.StatusNotFound, "ErrorInvalidUser", "The requested user '%s' is invalid.", user)
	}
	c.t.mu.RLock()
	state, missing := m.presence, m.user.NoMailbox
	c.t.mu.RUnlock()
	switch {
	case state == purged:
		return nil, errNoSuchUser(user)
	case state == softDeleted:
		return nil, errNoMailbox("MailboxNotEnabledForRESTAPI", user)
	case missing != "":
		return nil, errNoMailbox(missing, user)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.refused {
		return nil, errRefused()
	}
	return m, nil
}

// folderRoute answers what is below /users/{u}/mailFolders.
func (c *call) folderRoute(m *Mailbox, path []string) (answer, *apiError) {
	if len(path) == 0 {
		return c.listFolders(m, m.root)
	}
	if fixed(path[0]) == "delta" {
		return c.foldersDelta(m)
	}
	delta := len(path) == 3 && fixed(path[1]) == "messages" && fixed(path[2]) == "delta"
	f, err := m.findFolder(path[0], delta)
	if err != nil && c.t.o.Quirks.FolderNotFound && isWellKnownName(path[0]) {
		err = fail(http.StatusNotFound, "ErrorFolderNotFound", "The specified folder could not be found in the store.")
	}
	if err != nil {
		return answer{}, err
	}
	switch {
	case delta:
		return c.messagesDelta(m, f)
	case len(path) == 1:
		return c.getFolder(f)
	case fixed(path[1]) == "childfolders" && len(path) == 2:
		return c.listFolders(m, f)
	case fixed(path[1]) == "childfolders":
		return c.folderRoute(m, path[2:])
	case fixed(path[1]) == "messages":
		return c.messageRoute(m, f, path[2:])
	}
	return answer{}, errNoRoute(path[1])
}

// findFolder finds a folder by id or well-known name.
func (m *Mailbox) findFolder(name string, delta bool) (*Folder, *apiError) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if f := m.wellKnownFolder(name); f != nil {
		return f, nil
	}
	if isWellKnownName(name) {
		return nil, errItemNotFound()
	}
	r, foreign, ok := m.decodeID(name)
	if !ok {
		return nil, errMalformedID()
	}
	if foreign || r.kind != folderID || int(r.num) >= len(m.folders) {
		return nil, errItemNotFound()
	}
	f := m.folders[r.num]
	if f.removed && delta {
		return nil, fail(http.StatusNotFound, "ErrorSyncFolderNotFound", "The specified sync folder could not be found.")
	}
	if f.removed {
		return nil, errItemNotFound()
	}
	return f, nil
}

// isWellKnownName tells whether a folder is asked for by name: one that a
// mailbox is made with, or one that no mailbox here has.
func isWellKnownName(name string) bool {
	_, known := localNames("en")[strings.ToLower(name)]
	return known || slices.Contains([]string{"clutter", "scheduled", "recoverableitemsroot", "recoverableitemsversions", "recoverableitemspurges"}, strings.ToLower(name))
}

// messageRoute answers what is below .../messages; f is nil for the whole
// mailbox.
func (c *call) messageRoute(m *Mailbox, f *Folder, path []string) (answer, *apiError) {
	if len(path) == 0 {
		return c.listMessages(m, f)
	}
	if fixed(path[0]) == "delta" {
		return answer{}, fail(http.StatusBadRequest, "BadRequest", "Unsupported request: Change tracking is not supported against 'microsoft.graph.message'.")
	}
	v, err := m.findMessage(path[0], f)
	if err != nil {
		return answer{}, err
	}
	switch {
	case len(path) == 1:
		return c.getMessage(v)
	case path[1] == "$value" && len(path) == 2:
		return c.messageMIME(v)
	case fixed(path[1]) != "attachments":
		return answer{}, errNoRoute(path[1])
	case len(path) == 2:
		return c.listAttachments(v)
	}
	a, n, err := v.findAttachment(path[2])
	if err != nil {
		return answer{}, err
	}
	switch {
	case len(path) == 3:
		return c.getAttachment(v, a, n)
	case path[3] == "$value" && len(path) == 4:
		return c.attachmentValue(a)
	}
	return answer{}, errNoRoute(path[3])
}

// findMessage finds a message by an id of either format. A default id dies
// with the next move.
func (m *Mailbox) findMessage(id string, f *Folder) (view, *apiError) {
	r, foreign, ok := m.decodeID(id)
	if !ok {
		return view{}, errMalformedID()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if foreign || r.kind == folderID || r.part != 0 || int(r.num) >= len(m.items) {
		return view{}, errItemNotFound()
	}
	it := m.items[r.num]
	if it.folder == nil || (r.kind == defaultID && r.ver != it.ver) || (f != nil && it.folder != f) {
		return view{}, errItemNotFound()
	}
	return it.view(), nil
}
