package graph

import (
	"fmt"
	"net/url"
	"strings"

	khttp "github.com/microsoft/kiota-http-go"

	abs "github.com/microsoft/kiota-abstractions-go"

	"mailquarry/internal/source"
	"mailquarry/internal/source/graph/wire"
)

// cursor gives where the page's stream goes on.
func (c *Client) cursor(p wire.Page) (source.Cursor, error) {
	next := source.Cursor{Link: p.Next}
	if p.Next == "" {
		next = source.Cursor{Link: p.Delta, Complete: true}
	}
	if next.Link == "" {
		return next, &source.Error{Class: source.Transient, Message: "the page has no link to go on with"}
	}
	if !c.ours(next.Link) {
		return source.Cursor{}, c.foreign()
	}
	return next, nil
}

// foreign refuses a link that came in an answer.
func (c *Client) foreign() *source.Error {
	return &source.Error{
		Class: source.Transient, Code: "ForeignLink",
		Message: "the page's link points to another host than " + c.base.Host + " and is not followed",
		Advice:  "check MAILQUARRY_GRAPH_URL, and what stands between this machine and Graph",
	}
}

// stored checks a link before it is followed. One to another host is left from
// another configuration; the token must not go there.
func (c *Client) stored(link string) error {
	if c.ours(link) {
		return nil
	}
	return &source.Error{
		Class: source.Expired, Code: "ForeignLink",
		Message: "the stored link points to another host than " + c.base.Host,
	}
}

// ours tells whether a link leads to the configured Graph.
func (c *Client) ours(link string) bool {
	u, err := url.Parse(link)
	return err == nil && u.User == nil && strings.EqualFold(u.Scheme, c.base.Scheme) &&
		strings.EqualFold(hostPort(u), hostPort(c.base))
}

func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = "443"
	}
	return u.Hostname() + ":" + port
}

// verbatim keeps the adapter's middleware from rewriting a link's escapes.
func verbatim() []abs.RequestOption {
	return []abs.RequestOption{&khttp.ParametersNameDecodingOptions{}}
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
