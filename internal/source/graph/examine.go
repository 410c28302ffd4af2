package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"mailquarry/internal/source"
	"mailquarry/internal/source/graph/wire"
)

// Outcome is how a step of an examination went.
type Outcome string

// The outcomes of a step.
const (
	Passed  Outcome = "ok"
	Warned  Outcome = "warning" // the sync works, but something is to be seen to
	Failed  Outcome = "failed"
	Skipped Outcome = "skipped" // it needs what an earlier step did not find
)

// Step is one thing that was looked at.
type Step struct {
	Name    string   `json:"name"`
	Outcome Outcome  `json:"outcome"`
	Detail  string   `json:"detail"`
	Do      []string `json:"do,omitempty"` // what a person can do, in this order
}

// stepTime bounds each step that uses the network.
const stepTime = 45 * time.Second

// Samples are what of a tenant is tried.
type Samples struct {
	Mailbox string   // its address; "" is the first mailbox that can be read
	Groups  []string // their addresses
}

// Examine looks at everything that a sync needs of a tenant, one thing after
// the other, and tells of each as soon as it is known. It returns the tenant's
// id as the token names it, "" while that is not known.
func Examine(ctx context.Context, cfg Config, s Samples, tell func(Step)) (tenant string) {
	x := &examiner{cfg: cfg, mailbox: s.Mailbox, report: tell, now: time.Now()}
	located := x.configuration()
	credible := x.credential()
	if !located || !credible {
		x.skip("the configuration has to be right first", "sign-in host", "Graph host", "token", "permissions", "users", "mailbox")
		return ""
	}
	c, err := New(cfg)
	if err != nil {
		x.tell(Failed, "client", wire.OneLine(err.Error()))
		return ""
	}
	x.c = c
	signIn := x.reach(ctx, "sign-in host", x.s.authority.JoinPath(cfg.TenantID, "v2.0", ".well-known", "openid-configuration").String(), x.s.authority.Host)
	reached := x.reach(ctx, "Graph host", x.s.base.String()+"/", x.s.base.Host)
	if !signIn || !x.token(ctx) {
		if !signIn {
			x.skip("the sign-in host cannot be reached", "token")
		}
		x.skip("there is no token", "permissions", "users", "mailbox")
		return ""
	}
	x.permissions()
	if !reached {
		x.grants("", "")
		x.skip("Graph cannot be reached", "users", "mailbox")
		return x.tenant
	}
	step := x.sample(ctx)
	x.grants(step.Outcome, step.Detail)
	x.users(ctx)
	for _, g := range s.Groups {
		x.group(ctx, g)
	}
	x.report(step)
	return x.tenant
}

// examiner is an examination under way.
type examiner struct {
	cfg     Config
	mailbox string
	report  func(Step)
	now     time.Time
	s       settings
	c       *Client
	roles   []string
	known   bool // the roles could be read
	tenant  string
}

func (x *examiner) tell(o Outcome, name, detail string, do ...string) bool {
	x.report(Step{Name: name, Outcome: o, Detail: detail, Do: do})
	return o == Passed || o == Warned
}

func (x *examiner) skip(why string, names ...string) {
	for _, name := range names {
		x.tell(Skipped, name, "not looked at: "+why)
	}
}

// configuration looks at what names tenant, application and cloud.
func (x *examiner) configuration() bool {
	const name = "configuration"
	tenant, client := strings.TrimSpace(x.cfg.TenantID), strings.TrimSpace(x.cfg.ClientID)
	located := x.s.locate(x.cfg.GraphURL, x.cfg.AuthorityHost)
	switch {
	case tenant == "":
		return x.tell(Failed, name, "no tenant is set", x.doFind("AZURE_TENANT_ID", "Directory (tenant) ID")...)
	case client == "":
		return x.tell(Failed, name, "no application is set", x.doFind("AZURE_CLIENT_ID", "Application (client) ID")...)
	case located != nil:
		return x.tell(Failed, name, wire.OneLine(located.Error()))
	case strings.EqualFold(tenant, client):
		return x.tell(Failed, name, "AZURE_TENANT_ID and AZURE_CLIENT_ID are the same id", x.doFind("AZURE_TENANT_ID", "Directory (tenant) ID")...)
	case !isGUID(client):
		return x.tell(Failed, name, "AZURE_CLIENT_ID is not an id such as 00000000-0000-0000-0000-000000000000", x.doFind("AZURE_CLIENT_ID", "Application (client) ID")...)
	case !isGUID(tenant) && !strings.Contains(tenant, "."):
		return x.tell(Failed, name, "AZURE_TENANT_ID is neither an id nor a domain", x.doFind("AZURE_TENANT_ID", "Directory (tenant) ID")...)
	}
	return x.tell(Passed, name, fmt.Sprintf("tenant %s, application %s, sign-in at %s, Graph at %s", tenant, client, x.s.authority.Host, x.s.base.Host))
}

func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i, r := range s {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (r == '-') || !dash && !strings.ContainsRune("0123456789abcdefABCDEF", r) {
			return false
		}
	}
	return true
}

// maxSkew is how wrong a clock may be before tokens are refused.
const maxSkew = 4 * time.Minute

// reach finds out whether a host answers at all, whatever it says.
func (x *examiner) reach(ctx context.Context, name, address, host string) bool {
	ctx, cancel := context.WithTimeout(ctx, stepTime)
	defer cancel()
	wire := transport(x.cfg.RootCAs)
	defer wire.CloseIdleConnections()
	client := &http.Client{Transport: wire, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return x.tell(Failed, name, "no address can be made of the configuration")
	}
	resp, err := client.Do(r)
	if err != nil {
		e := unreachable(host, err)
		return x.tell(Failed, name, e.Message, doReach(host, hopeless(err))...)
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusProxyAuthRequired {
		return x.tell(Failed, name, "the proxy on the way to "+host+" wants a sign-in", doReach(host, false)...)
	}
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		if skew := time.Since(date).Round(time.Second); skew.Abs() > maxSkew {
			return x.tell(Warned, name, fmt.Sprintf("%s answers, but this machine's clock differs from its clock by %s", host, skew.Abs()),
				"Set this machine's clock, and keep it right by NTP: tokens and certificates are refused outside their time.")
		}
	}
	return x.tell(Passed, name, host+" answers")
}

// token signs in.
func (x *examiner) token(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, stepTime)
	defer cancel()
	var err error
	x.roles, x.tenant, x.known, err = x.c.freshToken(ctx)
	if err != nil {
		return x.tell(Failed, "token", plain(err), x.doToken(err)...)
	}
	x.roles = slices.DeleteFunc(x.roles, func(r string) bool { return strings.TrimSpace(r) == "" })
	return x.tell(Passed, "token", x.s.authority.Host+" gave a token for Microsoft Graph")
}

// plain gives an error's words without the short advice, which the steps are in
// place of.
func plain(err error) string {
	e := asSource(err)
	if e == nil {
		return wire.OneLine(err.Error())
	}
	bare := *e
	bare.Advice = ""
	return wire.OneLine(bare.Error())
}

// permissions looks for those that the application has and does not need.
func (x *examiner) permissions() {
	if !x.known {
		x.tell(Warned, "permissions", "the token cannot be read, so it is not known which permissions it holds")
		return
	}
	if len(x.roles) == 0 {
		x.tell(Failed, "permissions", "the token holds no permission at all: none was granted, or an administrator has not consented yet", x.doConsent(needed())...)
		return
	}
	var more []string
	for _, r := range x.roles {
		low := strings.ToLower(r)
		if strings.Contains(low, "write") || strings.Contains(low, "send") || strings.Contains(low, "full") {
			more = append(more, wire.OneLine(r))
		}
	}
	if len(more) > 0 {
		x.tell(Warned, "permissions", "the application may do more than read: "+strings.Join(more, ", "), x.doLess(more)...)
		return
	}
	x.tell(Passed, "permissions", fmt.Sprintf("%d in the token, none to change anything", len(x.roles)))
}

func needed() []string {
	var names []string
	for _, p := range permissions() {
		if !p.optional {
			names = append(names, p.name)
		}
	}
	return names
}

// grants tells of each permission whether it was granted. Exchange's RBAC for
// Applications does not show in the token: then a mailbox that can be read is
// the proof.
func (x *examiner) grants(mailbox Outcome, detail string) {
	if !x.known {
		return
	}
	held := func(name string) bool {
		return slices.ContainsFunc(x.roles, func(r string) bool { return strings.EqualFold(r, name) })
	}
	for _, p := range permissions() {
		name := "permission " + p.name
		i := slices.IndexFunc(p.includes, held)
		switch {
		case held(p.name):
			x.tell(Passed, name, "granted")
		case i >= 0:
			x.tell(Passed, name, "granted by "+p.includes[i])
		case p.optional:
			x.tell(Warned, name, "not granted: "+p.without, x.doConsent([]string{p.name})...)
		case p.name == "Mail.Read" && mailbox == Passed:
			x.tell(Warned, name, "not in the token, but a mailbox can be read: it was granted in Exchange (RBAC for Applications), for some mailboxes or all",
				"Nothing, if that was the intention. Mailboxes outside of its scope are shown as denied.")
		case p.name == "Mail.Read" && held("Mail.ReadBasic.All"):
			x.tell(Failed, name, "not granted: Mail.ReadBasic.All is, which hides bodies and attachments", x.doConsent([]string{p.name})...)
		default:
			x.tell(Failed, name, "not granted", x.doConsent([]string{p.name})...)
		}
	}
}

// users asks for one user.
func (x *examiner) users(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, stepTime)
	defer cancel()
	body, err := x.c.fetch(ctx, x.c.hello())
	if err != nil {
		x.tell(Failed, "users", plain(err), x.doUsers(err)...)
		return
	}
	p, err := wire.ParsePage(body)
	if err != nil {
		x.tell(Failed, "users", "Graph's list of users cannot be read: "+plain(err))
		return
	}
	if len(p.Value) == 0 {
		x.tell(Warned, "users", "the tenant has no users", "Check that AZURE_TENANT_ID names the tenant that has the mailboxes.")
		return
	}
	x.tell(Passed, "users", "the tenant's users can be listed")
}

// group lists who belongs to a group of the scope.
func (x *examiner) group(ctx context.Context, address string) {
	ctx, cancel := context.WithTimeout(ctx, stepTime)
	defer cancel()
	name := "group " + address
	members, err := x.c.Members(ctx, address)
	switch {
	case err == nil && len(members) == 0:
		x.tell(Warned, name, "it has no members that are users, so the rule that names it means nobody",
			"Check the group in Entra: Groups, then All groups, the group, then Members.")
	case err == nil:
		x.tell(Passed, name, fmt.Sprintf("users in it and in the groups below it: %d", len(members)))
	case source.ClassOf(err) == source.NotFound:
		x.tell(Failed, name, "there is no such group", "Check the address in the rules of --include and --exclude.",
			"Open "+x.portal()+", choose Entra ID, then Groups, then All groups, and compare the column Email.")
	case source.ClassOf(err) == source.Forbidden, source.ClassOf(err) == source.Denied:
		x.tell(Failed, name, plain(err), x.doConsent([]string{"GroupMember.Read.All"})...)
	default:
		x.tell(Failed, name, plain(err), x.doUsers(err)...)
	}
}

// late tells whether a step ended for want of time.
func late(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || source.ClassOf(err) == source.Throttled
}
