package graphsim

import (
	"fmt"
	"net/http"
)

// apiError is an answer in Graph's error envelope.
type apiError struct {
	status  int
	code    string
	message string
	header  http.Header
}

// Error prints the code and the message.
func (e *apiError) Error() string { return e.code + ": " + e.message }

func fail(status int, code, format string, args ...any) *apiError {
	return &apiError{status: status, code: code, message: fmt.Sprintf(format, args...)}
}

func errItemNotFound() *apiError {
	return fail(http.StatusNotFound, "ErrorItemNotFound", "The specified object was not found in the store.")
}

func errMalformedID() *apiError {
	return fail(http.StatusBadRequest, "ErrorInvalidIdMalformed", "Id is malformed.")
}

func errNoSuchUser(name string) *apiError {
	return fail(http.StatusNotFound, "Request_ResourceNotFound",
		"Resource '%s' does not exist or one of its queried reference-property objects are not present.", name)
}

func errNoRoute(segment string) *apiError {
	return fail(http.StatusBadRequest, "BadRequest", "Resource not found for the segment '%s'.", segment)
}

// errNoMailbox is how mail endpoints refuse a user without a mailbox.
func errNoMailbox(code, user string) *apiError {
	switch code {
	case "MailboxNotEnabledForRESTAPI":
		return fail(http.StatusNotFound, code, "The mailbox is either inactive, soft-deleted, or is hosted on-premise.")
	case "ResourceNotFound":
		return fail(http.StatusNotFound, code, "Resource could not be discovered.")
	case "ErrorInvalidUser":
		return fail(http.StatusNotFound, code, "The requested user '%s' is invalid.", user)
	case "AuthenticationError":
		return fail(http.StatusForbidden, code, "Error authenticating with resource")
	}
	return fail(http.StatusNotFound, code, "The mailbox of '%s' cannot be used.", user)
}

// The application permissions that endpoints ask for.
const (
	roleUsers    = "User.Read.All"
	roleMail     = "Mail.Read"
	roleSettings = "MailboxSettings.Read"
)

func errDenied(role string) *apiError {
	if role == roleUsers {
		return fail(http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
	}
	return fail(http.StatusForbidden, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
}

func errRefused() *apiError {
	return fail(http.StatusForbidden, "ErrorAccessDenied",
		"Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings.")
}

func errToken(message string) *apiError {
	e := fail(http.StatusUnauthorized, "InvalidAuthenticationToken", "%s", message)
	e.header = http.Header{"Www-Authenticate": {`Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`}}
	return e
}
