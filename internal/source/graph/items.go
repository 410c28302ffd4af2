package graph

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/sync/errgroup"

	"mailquarry/internal/mail"
	"mailquarry/internal/source"
	"mailquarry/internal/source/graph/wire"
)

// fetchTogether is how many messages are read whole in one batch: their bodies
// are in the answer.
const fetchTogether = 10

// Locate implements source.Items.
func (c *Client) Locate(ctx context.Context, mailbox string, messages []string) ([]source.Located, error) {
	asked := make([]inner, len(messages))
	for i, m := range messages {
		asked[i] = inner{kind: "messages/{id}", area: content, path: userPath(mailbox, "messages", m) + "?$select=id,parentFolderId"}
	}
	replies, err := c.batch(ctx, mailbox, asked)
	if err != nil {
		return nil, wrap("locate messages", err)
	}
	out := make([]source.Located, len(messages))
	for i, r := range replies {
		if out[i].Err = wrap("locate a message", r.err); r.err != nil {
			continue
		}
		f, _, reason := wire.Fields(r.body)
		if out[i].Folder = wire.Text(f, "parentFolderId"); reason == "" && out[i].Folder == "" {
			reason = "the message has no folder"
		}
		if reason != "" {
			out[i].Err = wrap("locate a message", &source.Error{Class: source.Transient, Message: reason})
		}
	}
	return out, nil
}

// Fetch implements source.Items.
func (c *Client) Fetch(ctx context.Context, mailbox string, messages []string) ([]source.Fetched, error) {
	out := make([]source.Fetched, 0, len(messages))
	for len(out) < len(messages) {
		some := messages[len(out):min(len(out)+fetchTogether, len(messages))]
		asked := make([]inner, len(some))
		for i, m := range some {
			asked[i] = inner{kind: "messages/{id}", area: content, path: userPath(mailbox, "messages", m) + "?$select=" + strings.Join(c.fields(), ",")}
		}
		replies, err := c.batch(ctx, mailbox, asked)
		if err != nil {
			return nil, wrap("read messages", err)
		}
		for _, r := range replies {
			out = append(out, fetched(r))
		}
	}
	return out, nil
}

func fetched(r reply) source.Fetched {
	if r.err != nil {
		return source.Fetched{Err: wrap("read a message", r.err)}
	}
	_, id, reason := wire.Fields(r.body)
	if reason != "" {
		return source.Fetched{Err: wrap("read a message", &source.Error{Class: source.Permanent, Message: reason})}
	}
	return source.Fetched{Change: source.Change{Key: id, Format: source.GraphJSON, Payload: r.body}}
}

// ListParts implements source.Items.
func (c *Client) ListParts(ctx context.Context, mailbox string, messages []string) ([]source.PartList, error) {
	asked := make([]inner, len(messages))
	for i, m := range messages {
		asked[i] = inner{kind: "attachments", area: content, path: userPath(mailbox, "messages", m, "attachments") + "?$select=" + strings.Join(partFields(), ",")}
	}
	replies, err := c.batch(ctx, mailbox, asked)
	if err != nil {
		return nil, wrap("list attachments", err)
	}
	out := make([]source.PartList, len(messages))
	for i, r := range replies {
		if r.err != nil {
			out[i].Err = wrap("list attachments", r.err)
			continue
		}
		p, err := wire.ParsePage(r.body)
		if err == nil && p.Next != "" {
			// Graph does not page this list; should it begin to, nothing is lost.
			out[i].Parts, out[i].Err = c.listAll(ctx, mailbox, messages[i])
			continue
		}
		if out[i].Err = wrap("list attachments", err); err == nil {
			out[i].Parts = c.readParts(ctx, p)
		}
	}
	return out, nil
}

// The bounds of what is fetched together, in bytes as Graph declares them.
// Larger attachments are streams of their own.
const (
	smallPart  = 1 << 20
	smallParts = 4 << 20
)

// FetchParts implements source.Items.
func (c *Client) FetchParts(ctx context.Context, mailbox string, wanted []source.PartRef, take func(i int, body io.Reader) error) ([]error, error) {
	out := make([]error, len(wanted))
	var large, together []int
	var size int64
	flush := func() error {
		some := together
		together, size = nil, 0
		rest, err := c.fetchTogether(ctx, mailbox, wanted, some, out, take)
		large = append(large, rest...)
		return err
	}
	for i, w := range wanted {
		switch {
		case w.Part.Kind == mail.ReferencePart:
			out[i] = errNoBytes()
			continue
		case w.Part.Size <= 0 || w.Part.Size > smallPart:
			large = append(large, i)
			continue
		case len(together) == batchLimit || size+w.Part.Size > smallParts:
			if err := flush(); err != nil {
				return nil, err
			}
		}
		together = append(together, i)
		size += w.Part.Size
	}
	if err := flush(); err != nil {
		return nil, err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(c.perMailbox)
	for _, i := range large {
		g.Go(func() (err error) {
			out[i], err = c.stream(ctx, mailbox, wanted[i], func(body io.Reader) error { return take(i, body) })
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return out, nil
}

func errNoBytes() error {
	return &source.Error{Class: source.Permanent, Message: "the attachment is a link to a file in the cloud and has no bytes"}
}

// fetchTogether reads small attachments in a batch. What it gives back are those
// that are better streamed.
func (c *Client) fetchTogether(ctx context.Context, mailbox string, wanted []source.PartRef, some []int, out []error, take func(int, io.Reader) error) (rest []int, err error) {
	if len(some) < 2 {
		return some, nil
	}
	asked := make([]inner, len(some))
	for n, i := range some {
		path := userPath(mailbox, "messages", wanted[i].Message, "attachments", wanted[i].Part.Key)
		item := wanted[i].Part.Kind == mail.ItemPart
		if item {
			path += "/$value" // the item's MIME form
		}
		asked[n] = inner{kind: "attachments/{id}", area: content, path: path, streamed: item}
	}
	replies, err := c.batch(ctx, mailbox, asked)
	if err != nil {
		return nil, wrap("read attachments", err)
	}
	for n, i := range some {
		if replies[n].err != nil {
			out[i] = wrap("read an attachment", replies[n].err)
			continue
		}
		body, ok := wire.PartBytes(wanted[i].Part.Kind, replies[n].body)
		if !ok {
			rest = append(rest, i)
			continue
		}
		if err := take(i, bytes.NewReader(body)); err != nil {
			return nil, err
		}
	}
	return rest, nil
}

// streamTries is how often an attachment is begun that breaks off.
const streamTries = 3

// stream reads one attachment. The first error is the attachment's, the second
// the taker's.
func (c *Client) stream(ctx context.Context, mailbox string, w source.PartRef, take func(io.Reader) error) (failed, err error) {
	for n := 1; ; n++ {
		body, err := c.openPart(ctx, mailbox, w.Message, w.Part)
		if err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			return err, nil //nolint:nilerr // it is this attachment's error
		}
		seen := &watched{Reader: body}
		terr := take(seen)
		_ = body.Close()
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case seen.err == nil:
			return nil, terr
		case n == streamTries:
			return seen.err, nil
		}
		if err := wait(ctx, jitter(c.backoff, n)); err != nil {
			return nil, err
		}
	}
}

// watched remembers that a body broke off, to tell it from the taker's faults.
type watched struct {
	io.Reader
	err error
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		w.err = fmt.Errorf("read an attachment: %w", err)
	}
	return n, err
}
