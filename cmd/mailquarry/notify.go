package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"mailquarry/indexer"
	"mailquarry/internal/archive"
	"mailquarry/internal/notify"
	"mailquarry/internal/source"
)

// notifyFlags have Graph tell of changes, where it can reach this machine.
type notifyFlags struct {
	NotifyURL    string `name:"notify-url" help:"Public https address that Microsoft Graph calls when mail changes, so that it is found within seconds; polling goes on without it." env:"MAILQUARRY_NOTIFY_URL" placeholder:"URL"`
	NotifyListen string `name:"notify-listen" help:"Address that these calls reach in the end, by a reverse proxy or with --notify-cert; nothing else is served there." default:"127.0.0.1:8081" env:"MAILQUARRY_NOTIFY_LISTEN" placeholder:"ADDR"`
	NotifyCert   string `name:"notify-cert" help:"PEM file with the certificate of --notify-url's host and those between it and its authority, if no reverse proxy has it." env:"MAILQUARRY_NOTIFY_CERT" placeholder:"FILE"`
	NotifyKey    string `name:"notify-key" help:"PEM file with its key." env:"MAILQUARRY_NOTIFY_KEY" placeholder:"FILE"`
}

// notifyHook is where Graph's calls arrive; nil where none are wanted.
type notifyHook struct {
	listener net.Listener
	url      *url.URL
}

// read understands the flags: no address, and no certificate, where none is set.
func (n notifyFlags) read() (*url.URL, *certificate, error) {
	if n.NotifyURL == "" {
		if n.NotifyCert+n.NotifyKey != "" {
			return nil, nil, usagef("--notify-cert and --notify-key are of no use without --notify-url")
		}
		return nil, nil, nil
	}
	u, err := url.Parse(n.NotifyURL)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, nil, usagef("--notify-url: not an address such as https://mail.contoso.com/graph-changes")
	}
	if u.Path == "" {
		u.Path = "/"
	}
	if (n.NotifyCert == "") != (n.NotifyKey == "") {
		return nil, nil, usagef("--notify-cert and --notify-key go together")
	}
	if n.NotifyCert == "" {
		return u, nil, nil
	}
	cert := &certificate{cert: n.NotifyCert, key: n.NotifyKey}
	if _, err := cert.get(nil); err != nil {
		return nil, nil, err
	}
	return u, cert, nil
}

// open opens the listener. Nobody is told of it yet.
func (n notifyFlags) open() (*notifyHook, error) {
	u, cert, err := n.read()
	if err != nil || u == nil {
		return nil, err
	}
	l, err := net.Listen("tcp", n.NotifyListen)
	if err != nil {
		return nil, fmt.Errorf("listen for change notifications on %s: %w", n.NotifyListen, err)
	}
	if cert != nil {
		l = tls.NewListener(l, &tls.Config{GetCertificate: cert.get, MinVersion: tls.VersionTLS12})
	}
	return &notifyHook{listener: l, url: u}, nil
}

// close stops listening, which serving does by itself.
func (h *notifyHook) close() {
	if h != nil {
		_ = h.listener.Close() // nothing is lost that way
	}
}

// start serves the calls, and has the tenant make them.
func (h *notifyHook) start(ctx context.Context, g *errgroup.Group, a *app, src source.Subscriber) {
	if h == nil {
		return
	}
	n := notify.New(notify.Options{
		Source: src, URL: h.url.String(), Wake: a.puller.Wake, Logger: a.log,
		Mailboxes: func(ctx context.Context) ([]string, error) { return syncedMailboxes(ctx, a.archive) },
	})
	a.notifier.Store(n)
	g.Go(func() error { return serveHTTP(ctx, h.listener, onlyAt(h.url.Path, n.Handler())) })
	g.Go(func() error { return n.Run(ctx) })
}

// syncedMailboxes lists the mailboxes that a call could bring news of. One that
// has not been synced whole yet is being read anyway.
func syncedMailboxes(ctx context.Context, a *archive.Archive) ([]string, error) {
	all, err := a.Mailboxes(ctx)
	if err != nil {
		return nil, err
	}
	var keys []string
	for _, m := range all {
		if m.Source == indexer.GraphSource && m.State == archive.MailboxActive && !m.LastSuccess.IsZero() {
			keys = append(keys, m.Key)
		}
	}
	return keys, nil
}

func onlyAt(path string, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != path {
			http.NotFound(w, r)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// certificate is read again when its file has changed: public ones are renewed
// every few weeks.
type certificate struct {
	cert, key string

	mu       sync.Mutex
	loaded   *tls.Certificate
	modified time.Time
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	info, err := os.Stat(c.cert)
	if err == nil && c.loaded != nil && info.ModTime().Equal(c.modified) {
		return c.loaded, nil
	}
	var pair tls.Certificate
	if err == nil {
		pair, err = tls.LoadX509KeyPair(c.cert, c.key)
	}
	switch {
	case err == nil:
		c.loaded, c.modified = &pair, info.ModTime()
	case c.loaded == nil:
		return nil, fmt.Errorf("read the certificate for change notifications: %w", err)
	}
	return c.loaded, nil // while it is being replaced, the old one
}
