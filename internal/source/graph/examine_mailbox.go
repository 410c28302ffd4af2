package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"mailquarry/internal/source"
	"mailquarry/internal/source/graph/wire"
)

// maxTried is how many users are tried to find one with a mailbox.
const maxTried = 25

// sample reads a little of one mailbox. It gives the step instead of telling it,
// since it is also the proof of a permission.
func (x *examiner) sample(ctx context.Context) Step {
	ctx, cancel := context.WithTimeout(ctx, 2*stepTime)
	defer cancel()
	if x.mailbox != "" {
		return x.sampleOf(ctx, x.mailbox, x.mailbox)
	}
	candidates, err := x.candidates(ctx)
	if err != nil {
		return Step{Name: "mailbox", Outcome: Skipped, Detail: "not looked at: the users cannot be listed; name a mailbox with --mailbox"}
	}
	var denied *Step
	for _, u := range candidates {
		step := x.sampleOf(ctx, u.Key, u.Address)
		switch {
		case step.Outcome == Passed:
			return step
		case step.Outcome == Failed && denied == nil:
			denied = &step
		}
		if ctx.Err() != nil {
			break
		}
	}
	if denied != nil {
		return *denied
	}
	return Step{
		Name: "mailbox", Outcome: Warned, Detail: fmt.Sprintf("none of the first %d users has a mailbox that can be read", len(candidates)),
		Do: []string{"Name one that has with --mailbox ADDRESS."},
	}
}

// candidates lists the first users.
func (x *examiner) candidates(ctx context.Context) ([]source.Mailbox, error) {
	q := call{kind: "users", tries: 2, build: func(ctx context.Context, h *abs.RequestHeaders) (*abs.RequestInformation, error) {
		top := int32(maxTried)
		return x.c.users().ToGetRequestInformation(ctx, &users.UsersRequestBuilderGetRequestConfiguration{
			Headers: h, QueryParameters: &users.UsersRequestBuilderGetQueryParameters{Select: []string{"id", "mail", "userPrincipalName"}, Top: &top},
		})
	}}
	p, err := x.c.page(ctx, q, "")
	if err != nil {
		return nil, err
	}
	var out []source.Mailbox
	for _, raw := range p.Value {
		if m, reason := wire.ParseUser(raw); reason == "" && len(out) < maxTried {
			out = append(out, m)
		}
	}
	return out, nil
}

// sampleOf reads a mailbox's inbox, and of it one message's body.
func (x *examiner) sampleOf(ctx context.Context, key, address string) Step {
	failed := func(err error) Step {
		step := Step{Name: "mailbox", Outcome: Failed, Detail: address + ": " + plain(err), Do: x.doMailbox(err)}
		if source.ClassOf(err) == source.MailboxUnavailable && x.mailbox == "" {
			step.Outcome = Skipped
		}
		return step
	}
	m, err := x.c.Probe(ctx, key)
	if err != nil {
		return failed(err)
	}
	one := int32(1)
	p, err := x.c.page(ctx, call{mailbox: key, kind: "messages", area: content, tries: 3, build: func(ctx context.Context, h *abs.RequestHeaders) (*abs.RequestInformation, error) {
		return x.c.user(key).MailFolders().ByMailFolderId("inbox").Messages().ToGetRequestInformation(ctx, &users.ItemMailFoldersItemMessagesRequestBuilderGetRequestConfiguration{
			Headers: h, QueryParameters: &users.ItemMailFoldersItemMessagesRequestBuilderGetQueryParameters{Select: []string{"id", "body"}, Top: &one},
		})
	}}, "")
	if err != nil {
		return failed(err)
	}
	words := "its inbox can be read, and is empty"
	if len(p.Value) > 0 {
		words = "a message of its inbox can be read"
		if !hasBody(p.Value[0]) {
			return Step{Name: "mailbox", Outcome: Failed, Detail: address + ": its messages come without their bodies", Do: x.doConsent([]string{"Mail.Read"})}
		}
	}
	if m.Purpose != "" {
		words += "; it is a mailbox of kind " + wire.OneLine(m.Purpose)
	}
	return Step{Name: "mailbox", Outcome: Passed, Detail: address + ": " + words}
}

func hasBody(raw json.RawMessage) bool {
	f, _, _ := wire.Fields(raw)
	return wire.Has(f, "body")
}

// doMailbox tells what to do about a mailbox that cannot be read.
func (x *examiner) doMailbox(err error) []string {
	switch {
	case strings.Contains(strings.ToLower(err.Error()), "[raop]"):
		return doPolicy()
	case source.ClassOf(err) == source.Denied, source.ClassOf(err) == source.Forbidden:
		if slices.ContainsFunc(x.roles, func(r string) bool { return strings.EqualFold(r, "Mail.Read") }) {
			return doPolicy()
		}
		return x.doConsent([]string{"Mail.Read"})
	case source.ClassOf(err) == source.MailboxUnavailable, source.ClassOf(err) == source.NotFound:
		return []string{
			"Check the address: it has to be that of a mailbox in Exchange Online. A group, a guest, a user without a licence and a mailbox on your own servers have none there.",
			"In the Microsoft 365 admin center, open Users, then Active users, and the user: under Licenses and apps there must be one that includes Exchange Online. A new mailbox takes a few minutes.",
		}
	case late(err):
		return []string{"Wait until the time that Graph asks for is over, and check again."}
	}
	return nil
}
