package notify

import (
	"crypto/hmac"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// The bounds of what strangers can send.
const (
	maxBody  = 1 << 20
	maxCalls = 16   // that are read at the same time
	maxItems = 5000 // of one call
	maxToken = 4096
)

// Handler takes the source's calls, whatever their path. It answers before it
// acts on them: the source drops a listener that is slow.
func (n *Notifier) Handler() http.Handler {
	places := make(chan struct{}, maxCalls)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		if r.Method != http.MethodPost {
			h.Set("Allow", http.MethodPost)
			http.Error(w, "POST only", http.StatusMethodNotAllowed)
			return
		}
		if query := r.URL.Query(); query.Has("validationToken") {
			handshake(w, query.Get("validationToken"))
			return
		}
		select {
		case places <- struct{}{}:
			defer func() { <-places }()
		default:
			h.Set("Retry-After", "10")
			http.Error(w, "too many calls", http.StatusServiceUnavailable)
			return
		}
		items, err := readItems(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			refuse(w, err)
			return
		}
		accept(w)
		n.take(items)
	})
}

// handshake proves that this address wants to be called: the token comes back
// as it was before the URL encoded it.
func handshake(w http.ResponseWriter, token string) {
	if token == "" || len(token) > maxToken {
		http.Error(w, "no token", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(token)))
	_, _ = io.WriteString(w, token) // a caller that is gone is not told
}

func refuse(w http.ResponseWriter, err error) {
	var large *http.MaxBytesError
	if errors.As(err, &large) || errors.Is(err, errManyItems) {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	http.Error(w, "not understood", http.StatusBadRequest)
}

// accept sends the whole answer now, and not when the handler ends.
func accept(w http.ResponseWriter) {
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(http.StatusAccepted)
	_ = http.NewResponseController(w).Flush() // what cannot be flushed is sent a little later
}

// take acts on the items that are the source's own.
func (n *Notifier) take(items []item) {
	var woken []*box
	refused := 0
	n.mu.Lock()
	for _, it := range items {
		b := n.owner(it)
		switch event := strings.ToLower(it.Lifecycle); {
		case b == nil:
			refused++
		case event == "subscriptionremoved" && n.byID[it.Subscription] == b:
			// It is made anew, and the mailbox looked at once it is.
			n.forget(b)
			n.hurry(b)
		case event == "reauthorizationrequired" && n.byID[it.Subscription] == b:
			n.hurry(b)
		default: // a change, changes that were missed, and events to come
			woken = append(woken, b)
		}
	}
	n.mu.Unlock()
	if refused > 0 {
		n.o.Logger.Debug("change notifications not believed", "count", refused)
	}
	n.wake(woken...)
}

// owner finds the mailbox that an item is about, if it holds that mailbox's
// secret. A call can come before the answer that names its subscription: then
// the resource tells the mailbox. Mu is held.
func (n *Notifier) owner(it item) *box {
	b := n.byID[it.Subscription]
	if b == nil {
		b = n.boxes[strings.ToLower(mailboxOf(it.Resource))]
	}
	if b == nil || !hmac.Equal([]byte(it.State), []byte(n.secret(b.key))) {
		return nil
	}
	return b
}

// mailboxOf reads the user's key out of a resource such as
// Users/{key}/Messages/{id}.
func mailboxOf(resource string) string {
	parts := strings.Split(strings.Trim(resource, "/"), "/")
	if len(parts) < 2 || !strings.EqualFold(parts[0], "users") {
		return ""
	}
	return parts[1]
}
