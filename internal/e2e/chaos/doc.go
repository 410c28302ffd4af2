// Package chaos syncs many mailboxes with the real program while the tenant
// fails in every way it knows, and asks that all mail arrives, within the memory
// and with the requests that are allowed.
package chaos
