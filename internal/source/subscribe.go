package source

import (
	"context"
	"time"
)

// Subscriber has a source tell of changes in a mailbox by calling an address.
// What it tells is a hint to look: it may be late, doubled, or lost.
type Subscriber interface {
	// Subscribe has changes of a mailbox's messages told to an address. The
	// source may call the address before this returns.
	Subscribe(ctx context.Context, mailbox string, w Wanted) (Subscription, error)
	// Renew makes a subscription last longer. Class NotFound when there is none
	// any more.
	Renew(ctx context.Context, s Subscription, until time.Time) (Subscription, error)
	// Unsubscribe ends a subscription. One that is not there is no error.
	Unsubscribe(ctx context.Context, s Subscription) error
	// Subscriptions lists what is subscribed at an address.
	Subscriptions(ctx context.Context, url string) ([]Subscription, error)
}

// Wanted is what a subscription is to be.
type Wanted struct {
	URL   string // that is called, over https and from the internet
	State string // is in every call, so that others' calls can be told apart; 128 characters at most
	Until time.Time
}

// Subscription is one that the source keeps.
type Subscription struct {
	ID      string
	Mailbox string    // the source's key
	Until   time.Time // when the source drops it, as it said itself
}
