// Package notify has the source tell of changes, so that new mail is looked at
// within seconds: the optional speed-up beside polling.
//
// A Notifier keeps one subscription for each mailbox, and its handler takes the
// source's calls. Nothing depends on either. A call says only "look at this
// mailbox now"; a call that is lost, late, doubled or forged costs nothing but
// time, and a subscription that cannot be had is logged and tried again, since
// polling finds every change by itself. So nothing is written down: at a start
// what is left of the run before is ended, and all subscriptions are made anew.
//
// The handler is open to the internet. It takes one method and one path, bounds
// what it reads and how much at a time, answers everybody alike, and believes
// only calls that carry the mailbox's own secret.
package notify
