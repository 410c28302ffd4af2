package graph

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"mailquarry/internal/source"
	"mailquarry/internal/source/graph/wire"
)

// permission is one that the application needs, and those that include it.
type permission struct {
	name     string
	includes []string
	optional bool
	without  string // what is missing without it
}

func permissions() []permission {
	return []permission{
		{name: "User.Read.All", includes: []string{"User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}},
		{name: "Mail.Read", includes: []string{"Mail.ReadWrite"}},
		{
			name: "MailboxSettings.Read", includes: []string{"MailboxSettings.ReadWrite"}, optional: true,
			without: "mailboxes are not told apart into personal, shared and room mailboxes",
		},
	}
}

// ErrMailRead is in the chain of Check's error when Mail.Read alone is missing
// in the token. With Exchange's RBAC for Applications the right to read some
// mailboxes does not show in the token (reference section 1.6), so it is no
// proof that no mailbox can be read.
var ErrMailRead = errors.New("the token names no Mail.Read")

// Check gets a fresh token, looks into it for the permissions that are needed,
// and asks Graph one small question with it. A needed permission that is
// missing is an error of class Forbidden; what is merely useful is in Warnings
// afterwards.
func (c *Client) Check(ctx context.Context) error {
	roles, tenant, readable, err := c.freshToken(ctx)
	if err != nil {
		return err
	}
	var missing, warnings []string
	if !readable {
		warnings = append(warnings, "the token cannot be read, so it is not known which permissions it holds")
	} else {
		missing, warnings = compare(roles)
	}
	c.mu.Lock()
	c.warnings, c.tenant = warnings, tenant
	c.mu.Unlock()
	if len(missing) > 0 {
		refused := &source.Error{
			Class: source.Forbidden, Code: "MissingPermission",
			Message: "the application lacks " + strings.Join(missing, " and "),
			Advice:  wire.Grant(missing),
		}
		if slices.Equal(missing, []string{"Mail.Read"}) {
			refused.Err = ErrMailRead
		}
		return refused
	}
	if _, err := c.fetch(ctx, c.hello()); err != nil {
		return fmt.Errorf("ask Graph for a user: %w", err)
	}
	return nil
}

// freshToken asks for a new token and reads it.
func (c *Client) freshToken(ctx context.Context) (roles []string, tenant string, readable bool, err error) {
	if err := c.cred.renew(0); err != nil {
		return nil, "", false, fmt.Errorf("check: %w", err)
	}
	token, err := c.token(ctx, policy.TokenRequestOptions{Scopes: []string{c.cred.settings.scope}, EnableCAE: true})
	if err != nil {
		return nil, "", false, fmt.Errorf("ask for a token: %w", err)
	}
	roles, tenant, readable = readToken(token.Token)
	return roles, tenant, readable, nil
}

// Tenant is the directory id of the tenant as the token of the last Check named
// it, "" while that is not known. It is the same however the tenant is configured,
// by id or by domain.
func (c *Client) Tenant() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tenant
}

// Warnings tells what the last Check found that limits the sync without
// stopping it, one sentence each.
func (c *Client) Warnings() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.warnings)
}

func (c *Client) hello() call {
	return call{kind: "users", tries: 2, build: func(ctx context.Context, h *abs.RequestHeaders) (*abs.RequestInformation, error) {
		one := int32(1)
		return c.users().ToGetRequestInformation(ctx, &users.UsersRequestBuilderGetRequestConfiguration{
			Headers:         h,
			QueryParameters: &users.UsersRequestBuilderGetQueryParameters{Select: []string{"id"}, Top: &one},
		})
	}}
}

// compare tells which permissions are missing from a token's roles.
func compare(roles []string) (missing, warnings []string) {
	held := func(name string) bool {
		return slices.ContainsFunc(roles, func(r string) bool { return strings.EqualFold(r, name) })
	}
	for _, p := range permissions() {
		switch {
		case held(p.name) || slices.ContainsFunc(p.includes, held):
		case p.optional:
			warnings = append(warnings, fmt.Sprintf("the application lacks %s: %s", p.name, p.without))
		default:
			missing = append(missing, p.name)
		}
	}
	return missing, warnings
}

// readToken reads the granted application permissions and the tenant out of a
// token. Its signature is Graph's business.
func readToken(token string) (roles []string, tenant string, ok bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, "", false
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return nil, "", false
	}
	var claims struct {
		Roles  []string `json:"roles"`
		Tenant string   `json:"tid"`
	}
	if err := json.Unmarshal(payload, &claims); err != nil {
		return nil, "", false
	}
	return claims.Roles, claims.Tenant, true
}

func asSource(err error) *source.Error {
	var e *source.Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}
