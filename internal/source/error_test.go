package source

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

func TestClassOfWrappedErrors(t *testing.T) {
	t.Parallel()
	gone := &Error{Class: NotFound, Status: 404, Code: "ErrorItemNotFound", Message: "not there"}
	for _, c := range []struct {
		err  error
		want Class
	}{
		{nil, Unknown},
		{errors.New("odd"), Unknown},
		{fmt.Errorf("read a message: %w", gone), NotFound},
		{fmt.Errorf("ask: %w", context.DeadlineExceeded), Transient},
		{fmt.Errorf("ask: %w", context.Canceled), Unknown},
	} {
		if got := ClassOf(c.err); got != c.want {
			t.Errorf("%v is of class %d, want %d", c.err, got, c.want)
		}
	}
}

// TestErrorIsOneLineWithAdvice: a person reads what happened and what to do.
func TestErrorIsOneLineWithAdvice(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  Error
		want string
	}{
		{
			Error{Status: 403, Code: "ErrorAccessDenied", Message: "Access is denied.", Advice: "grant Mail.Read"},
			"HTTP 403 ErrorAccessDenied: Access is denied. (grant Mail.Read)",
		},
		{Error{Message: "no answer"}, "no answer"},
		{Error{Err: errors.New("connection refused")}, "connection refused"},
	} {
		if got := c.err.Error(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
