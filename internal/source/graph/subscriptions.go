package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	abs "github.com/microsoft/kiota-abstractions-go"

	"mailquarry/internal/source"
	"mailquarry/internal/source/graph/wire"
)

var _ source.Subscriber = (*Client)(nil)

// Subscribe implements source.Subscriber. A request that may have been carried
// out is not sent again here: what is subscribed twice is called twice.
func (c *Client) Subscribe(ctx context.Context, mailbox string, w source.Wanted) (source.Subscription, error) {
	body := map[string]any{
		"changeType":               "created,updated,deleted",
		"notificationUrl":          w.URL,
		"lifecycleNotificationUrl": w.URL,
		// By the user's id: an address can hold an apostrophe, which Graph refuses here.
		"resource":                  "/users/" + mailbox + "/messages",
		"expirationDateTime":        instant(w.Until),
		"clientState":               w.State,
		"latestSupportedTlsVersion": "v1_2",
	}
	s, err := c.subscription(ctx, abs.POST, source.Subscription{Mailbox: mailbox}, body)
	if e := asSource(err); e != nil && e.Status == http.StatusBadRequest && e.Advice == "" {
		e.Advice = "Graph calls the notification address before it subscribes: check that it can be reached from the internet, with a certificate that is publicly trusted"
	}
	if err != nil {
		return source.Subscription{}, wrap("subscribe to changes", err)
	}
	return s, nil
}

// Renew implements source.Subscriber. It also answers Graph's demand to
// authorise the subscription again.
func (c *Client) Renew(ctx context.Context, s source.Subscription, until time.Time) (source.Subscription, error) {
	out, err := c.subscription(ctx, abs.PATCH, s, map[string]any{"expirationDateTime": instant(until)})
	if err != nil {
		return source.Subscription{}, wrap("renew a subscription", lost(err))
	}
	return out, nil
}

// Unsubscribe implements source.Subscriber.
func (c *Client) Unsubscribe(ctx context.Context, s source.Subscription) error {
	err := c.persist(ctx, subscriptionCall(abs.DELETE, s, nil), func(a *answer) *failure {
		_, _ = io.Copy(io.Discard, io.LimitReader(a, maxRefusal)) // the connection can then be used again
		return nil
	})
	if err = lost(err); source.ClassOf(err) == source.NotFound {
		return nil
	}
	if err != nil {
		return wrap("end a subscription", err)
	}
	return nil
}

// maxSubscriptions bounds the subscriptions that are looked at.
const maxSubscriptions = 100_000

// Subscriptions implements source.Subscriber. Graph lists those of the
// application in the tenant, other programs' that run under its name among them.
func (c *Client) Subscriptions(ctx context.Context, url string) ([]source.Subscription, error) {
	var out []source.Subscription
	for link, seen := "", 0; ; {
		p, err := c.page(ctx, listedSubscriptions(link), link)
		if err != nil {
			return nil, wrap("list the subscriptions", err)
		}
		for _, raw := range p.Value {
			f, id, reason := wire.Fields(raw)
			if reason == "" && wire.Text(f, "notificationUrl") == url {
				out = append(out, source.Subscription{ID: id, Mailbox: subscribedMailbox(wire.Text(f, "resource"))})
			}
		}
		if seen += len(p.Value) + 1; p.Next == "" || p.Next == link || seen > maxSubscriptions {
			return out, nil
		}
		link = p.Next
	}
}

func listedSubscriptions(link string) call {
	return call{kind: "subscriptions", area: content, build: func(_ context.Context, h *abs.RequestHeaders) (*abs.RequestInformation, error) {
		template, path := "{+baseurl}/subscriptions", map[string]string{}
		if link != "" {
			template, path = "{+link}", map[string]string{"link": link}
		}
		ri := abs.NewRequestInformationWithMethodAndUrlTemplateAndPathParameters(abs.GET, template, path)
		ri.Headers.AddAll(h)
		ri.Headers.TryAdd("Accept", "application/json")
		ri.AddRequestOptions(verbatim())
		return ri, nil
	}}
}

// subscribedMailbox is the user's id in a subscription's resource, such as
// "/users/ID/messages".
func subscribedMailbox(resource string) string {
	parts := strings.Split(strings.Trim(resource, "/"), "/")
	if len(parts) < 2 {
		return ""
	}
	return parts[1]
}

// lost reads an answer about a subscription that is there no more: its code is
// one that means a mailbox elsewhere.
func lost(err error) error {
	if e := asSource(err); e != nil && e.Status == http.StatusNotFound {
		e.Class, e.Advice = source.NotFound, ""
	}
	return err
}

// instant writes a time as Graph takes it.
func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// subscription sends a request that is answered with a subscription.
func (c *Client) subscription(ctx context.Context, method abs.HttpMethod, s source.Subscription, body map[string]any) (source.Subscription, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return s, fmt.Errorf("encode the subscription: %w", err)
	}
	raw, err := c.fetch(ctx, subscriptionCall(method, s, b))
	if err != nil {
		return s, err
	}
	var given struct {
		ID    string    `json:"id"`
		Until time.Time `json:"expirationDateTime"`
	}
	if err := json.Unmarshal(raw, &given); err != nil || given.ID == "" || given.Until.IsZero() {
		return s, &source.Error{Class: source.Transient, Message: "the answer is no subscription"}
	}
	return source.Subscription{ID: given.ID, Mailbox: s.Mailbox, Until: given.Until}, nil
}

// subscriptionCall builds a request by hand: the SDK's builders for
// subscriptions are a package of their own, and take a model for the body.
func subscriptionCall(method abs.HttpMethod, s source.Subscription, body []byte) call {
	return call{mailbox: s.Mailbox, kind: "subscriptions", area: content, tries: 1, build: func(_ context.Context, h *abs.RequestHeaders) (*abs.RequestInformation, error) {
		template, path := "{+baseurl}/subscriptions", map[string]string{}
		if s.ID != "" {
			template += "/{subscription%2Did}"
			path["subscription%2Did"] = s.ID
		}
		ri := abs.NewRequestInformationWithMethodAndUrlTemplateAndPathParameters(method, template, path)
		ri.Headers.AddAll(h)
		ri.Headers.TryAdd("Accept", "application/json")
		if body != nil {
			ri.SetStreamContentAndContentType(body, "application/json")
		}
		return ri, nil
	}}
}
