package graph

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	khttp "github.com/microsoft/kiota-http-go"

	abs "github.com/microsoft/kiota-abstractions-go"

	"mailquarry/internal/source"
)

// page is an answer with many items, each as it came.
type page struct {
	Value []json.RawMessage `json:"value"`
	Next  string            `json:"@odata.nextLink"`
	Delta string            `json:"@odata.deltaLink"`
}

func parsePage(body []byte) (page, error) {
	var p page
	if err := json.Unmarshal(body, &p); err != nil || p.Value == nil {
		return p, &source.Error{Class: source.Transient, Message: "the answer is not a page of items"}
	}
	return p, nil
}

// cursor gives where the page's stream goes on.
func (c *Client) cursor(p page) (source.Cursor, error) {
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

// fields reads an item's fields, its id first. The reason is "" when the item
// can be used.
func fields(raw json.RawMessage) (f map[string]json.RawMessage, id, reason string) {
	if err := json.Unmarshal(raw, &f); err != nil {
		return nil, "", "the item is not a JSON object"
	}
	if f == nil {
		return nil, "", "the item is null"
	}
	if err := json.Unmarshal(f["id"], &id); err != nil || id == "" {
		return nil, "", "the item has no id"
	}
	return f, id, ""
}

// has tells whether a field is there and not null.
func has(f map[string]json.RawMessage, name string) bool {
	raw, ok := f[name]
	return ok && !bytes.Equal(raw, []byte("null"))
}

// text reads a string field, "" when it is anything else.
func text(f map[string]json.RawMessage, name string) string {
	var s string
	if json.Unmarshal(f[name], &s) != nil {
		return ""
	}
	return s
}

func number(f map[string]json.RawMessage, name string) int64 {
	var n int64
	if json.Unmarshal(f[name], &n) != nil {
		return 0
	}
	return n
}

func truth(f map[string]json.RawMessage, name string) bool {
	var b bool
	return json.Unmarshal(f[name], &b) == nil && b
}

// removed tells whether the item says that it is gone, and how.
func removed(f map[string]json.RawMessage) (gone bool, reason string) {
	if !has(f, "@removed") {
		return false, ""
	}
	var r struct {
		Reason string `json:"reason"`
	}
	if json.Unmarshal(f["@removed"], &r) != nil {
		return true, ""
	}
	return true, strings.ToLower(r.Reason)
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
