package search

import (
	"errors"
	"fmt"
)

// ErrNotFound: there is no such message or attachment, or the principal may
// not see it; nobody is told which.
var ErrNotFound = errors.New("there is no such message or attachment")

// ErrNoBytes: the attachment is known, but its bytes are not held.
var ErrNoBytes = errors.New("the bytes of this attachment are not held")

// RequestError says that a field of a Request cannot be used, and why.
type RequestError struct {
	Field  string // as the API's parameter is called
	Reason string
}

// Error names the field and the reason.
func (e *RequestError) Error() string { return fmt.Sprintf("%s: %s", e.Field, e.Reason) }
