package graph

import (
	"context"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/semaphore"

	"mailquarry/internal/source"
)

// A pause that begins while a request waits for its place among those of all
// mailboxes holds that request, too, and it is counted once.
func TestPauseBeginsWhileARequestWaits(t *testing.T) {
	t.Parallel()
	var came atomic.Int64
	c, _ := stub(t, func(w http.ResponseWriter, _ *http.Request) {
		came.Store(time.Now().UnixNano())
		_, _ = io.WriteString(w, `{"id":"m","parentFolderId":"f"}`)
	})
	c.everywhere = semaphore.NewWeighted(1)
	ctx, cancel := context.WithTimeout(context.Background(), testWait)
	defer cancel()
	if err := c.everywhere.Acquire(ctx, 1); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := locate(ctx, c, "box", "m")
		done <- err
	}()
	g := c.gate("box")
	for g.pace(time.Now()).InFlight == 0 {
		if ctx.Err() != nil {
			t.Fatal("the request did not pass the gate")
		}
		time.Sleep(time.Millisecond)
	}
	const pause = 300 * time.Millisecond
	until := time.Now().Add(pause)
	g.hold(time.Now(), pause, "asked")
	c.everywhere.Release(1)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if early := until.Sub(time.Unix(0, came.Load())); early > 0 {
		t.Errorf("the request was sent %s before the pause was over", early)
	}
	if p := g.pace(time.Now()); p.Requests != 1 || p.InFlight != 0 {
		t.Errorf("pace %+v, want one request", p)
	}
}

// A page whose link leads to itself is an error: following it would have no end.
func TestPageThatLeadsToItself(t *testing.T) {
	t.Parallel()
	c, server := stub(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"value":[],"@odata.nextLink":"https://`+r.Host+r.URL.RequestURI()+`"}`)
	})
	ctx := testContext(t)
	link := source.Cursor{Link: server.URL + "/v1.0/users/box/mailFolders/f/messages/delta?$skiptoken=x"}
	_, err := c.Messages(ctx, "box", "f", link)
	wantClass(t, err, source.Transient)
	_, err = c.List(ctx, "box", "f", link)
	wantClass(t, err, source.Transient)
	_, err = c.Folders(ctx, "box", source.Cursor{Link: server.URL + "/v1.0/users/box/mailFolders/delta?$skiptoken=x"})
	wantClass(t, err, source.Transient)
	_, err = c.Mailboxes(ctx, source.Cursor{Link: server.URL + "/v1.0/users/delta?$skiptoken=x"})
	wantClass(t, err, source.Transient)
}
