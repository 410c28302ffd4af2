package graphsim

import (
	"net/http"
	"time"
)

// namedFaults is the catalogue: every fault that Graph and the networks before
// it are known for. Errors are in Outlook's words, and put into those of the
// directory or of the token endpoint when these are asked.
func namedFaults() []Fault {
	const busy = "The server is busy. Please try again later."
	store := func(name string, status int, code, message string) Fault {
		return Fault{Name: name, Status: status, Code: code, Message: message}
	}
	after := func(seconds int, f Fault) Fault {
		f.RetryAfter = seconds
		return f
	}
	dated := func(f Fault) Fault {
		f.RetryDate = true
		return f
	}
	const throttled, rate = "ApplicationThrottled", "Application is over its RequestRate limit."
	const lost = "The sync state is not found."
	faults := []Fault{
		after(1, store("429", 429, throttled, rate)),
		store("429-bare", 429, throttled, rate),
		dated(after(2, store("429-date", 429, throttled, rate))),
		store("503", 503, "ServiceUnavailable", "The service is temporarily unavailable."),
		after(1, store("503-retry-after", 503, "ErrorServerBusy", busy)),
		dated(after(2, store("503-date", 503, "ErrorServerBusy", busy))),
		{Name: "503-empty", Status: http.StatusServiceUnavailable},
		store("503-busy", 503, "ErrorServerBusy", busy),
		store("503-store", 503, "ErrorMailboxStoreUnavailable", "The mailbox database is temporarily unavailable."),
		store("503-moving", 503, movingCode, movingMessage),
		store("503-stale", 503, "MailboxInfoStale", "Mailbox info is stale."),
		store("504", 504, "UnknownError", ""),
		{Name: "502-html", Status: http.StatusBadGateway, HTML: true},
		store("500", 500, "ErrorInternalServerError", "An internal server error occurred. The operation failed."),
		store("500-transient", 500, "ErrorInternalServerTransientError", "An internal server error occurred. Try again later."),
		{Name: "500-empty", Status: http.StatusInternalServerError},
		store("509", 509, "ActivityLimitReached", "The bandwidth limit is exceeded."),
		{Name: "drop", Drop: true},
		{Name: "reset", Reset: true},
		{Name: "reset-body", Reset: true, Truncate: true},
		{Name: "cut", Truncate: true},
		{Name: "slow", Trickle: 400 * time.Millisecond},
		{Name: "late", Delay: 300 * time.Millisecond},
		{Name: "stall", Stall: time.Minute},
		{Name: "malformed", Malformed: true},
		{Name: "wrong-type", WrongType: true},
		{Name: "gzip", Gzip: true},
		store("400-token", 400, "BadRequest", "Badly formed token."),
		store("401", 401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired."),
		{
			Name: "401-claims", Status: http.StatusUnauthorized, Code: "InvalidAuthenticationToken", Challenge: true,
			Message: "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp",
		},
		store("403", 403, "ErrorAccessDenied", "Access is denied. Check credentials and try again."),
		store("403-raop", 403, "ErrorAccessDenied", "Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings."),
		store("403-quota", 403, "ErrorQuotaExceeded", "Mailbox has exceeded maximum mailbox size."),
		store("403-authentication", 403, "AuthenticationError", "Error authenticating with resource"),
		store("404", 404, "ErrorItemNotFound", "The specified object was not found in the store."),
		store("404-folder", 404, "ErrorFolderNotFound", "The specified folder could not be found in the store."),
		store("404-sync-folder", 404, "ErrorSyncFolderNotFound", "The specified sync folder could not be found."),
		store("404-user", 404, "ErrorInvalidUser", "The requested user is invalid."),
		store("404-inactive", 404, "MailboxNotEnabledForRESTAPI", "The mailbox is either inactive, soft-deleted, or is hosted on-premise."),
		{Name: "404-empty", Status: http.StatusNotFound},
		store("410", 410, "SyncStateNotFound", lost),
		store("410-lower", 410, "syncStateNotFound", lost),
		store("410-invalid", 410, "SyncStateInvalid", "The sync state is not valid."),
		store("410-resync", 410, "ResyncRequired", "Resync required. Replace any local items with the server's version."),
		store("410-resync-lower", 410, "resyncRequired", "Resync required."),
		store("410-directory", 410, "Directory_ResyncRequired", "Resync required."),
		{Name: "410-inner", Status: http.StatusGone, Code: "Gone", Message: lost, InnerCode: "SyncStateNotFound"},
		{Name: "410-location", Status: http.StatusGone, Code: "SyncStateNotFound", Message: lost, Location: true},
		{Name: "410-empty", Status: http.StatusGone},
	}
	for i := range faults {
		faults[i].adapt = true
	}
	return faults
}

// FaultNames lists the catalogue of faults.
func FaultNames() []string {
	var names []string
	for _, f := range namedFaults() {
		names = append(names, f.Name)
	}
	return names
}

// NamedFault gives a fault of the catalogue, which matches every request and
// happens each time until its other fields say otherwise.
func NamedFault(name string) (Fault, bool) {
	for _, f := range namedFaults() {
		if f.Name == name {
			return f, true
		}
	}
	return Fault{}, false
}
