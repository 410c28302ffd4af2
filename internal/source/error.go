package source

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Class tells what a sync does about an error.
type Class int

// The classes of error.
const (
	// Unknown errors are treated as Transient.
	Unknown Class = iota
	// Transient: the source failed in a way that passes; try again next round.
	Transient
	// Throttled: the source asks for less; try again after RetryAfter.
	Throttled
	// Expired: the cursor is no longer valid; start the stream from nothing.
	Expired
	// NotFound: the folder or message does not exist (any more).
	NotFound
	// MailboxUnavailable: there is no mailbox, or it cannot be read for now
	// (no licence, on premises, soft-deleted). Keep what is stored, probe later.
	MailboxUnavailable
	// Denied: the application may not read this mailbox.
	Denied
	// Forbidden: the application lacks a permission for the whole tenant.
	Forbidden
	// Unauthenticated: no token can be had (wrong secret, unknown tenant, ...).
	Unauthenticated
	// Unreachable: the source's host cannot be reached.
	Unreachable
	// Permanent: this item will never be readable; record and skip it.
	Permanent
)

// Error is a source's answer that something went wrong.
type Error struct {
	Class      Class
	Status     int    // HTTP status, 0 when there was no answer
	Code       string // the source's own code, such as ErrorItemNotFound
	Message    string // the source's own words; may be localised, never holds a secret
	Advice     string // one sentence on what a person can do, "" when nothing
	RetryAfter time.Duration
	Err        error // the cause, may be nil
}

// Error prints status, code, message and advice on one line.
func (e *Error) Error() string {
	s := e.Message
	if e.Code != "" {
		s = fmt.Sprintf("%s: %s", e.Code, e.Message)
	}
	if e.Status != 0 {
		s = fmt.Sprintf("HTTP %d %s", e.Status, s)
	}
	if e.Message == "" && e.Err != nil {
		s += e.Err.Error()
	}
	if e.Advice != "" {
		s += " (" + e.Advice + ")"
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// ClassOf gives the class of err: that of the *Error in its chain, else
// Unknown.
func ClassOf(err error) Class {
	var e *Error
	if errors.As(err, &e) {
		return e.Class
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return Transient
	}
	return Unknown
}
