package wire

import (
	"fmt"
	"testing"

	"mailquarry/internal/source"
)

// A link that is of no use any more is known by each of its spellings, whatever
// the status, the case and the depth at which it stands.
func TestExpiredInAllItsSpellings(t *testing.T) {
	t.Parallel()
	for _, code := range []string{
		"SyncStateNotFound", "syncStateNotFound", "SyncStateInvalid", "resyncRequired", "ResyncRequired", "Directory_ResyncRequired",
		"ErrorInvalidSyncStateData",
	} {
		for _, status := range []int{400, 404, 410} {
			for _, body := range []string{`{"error":{"code":%q}}`, `{"error":{"code":"BadRequest","innerError":{"code":%q}}}`} {
				for _, about := range []Area{Directory, Content} {
					if v := Judge(about, status, fmt.Appendf(nil, body, code)); v.Err.Class != source.Expired {
						t.Errorf("%d "+body+" about %d: class %d", status, code, about, v.Err.Class)
					}
				}
			}
		}
	}
	for _, body := range []string{``, `<html></html>`, `{"error":{"code":"Gone"}}`, `{}`} {
		if v := Judge(Content, 410, []byte(body)); v.Err.Class != source.Expired {
			t.Errorf("410 %s: class %d", body, v.Err.Class)
		}
	}
}

// Whatever a user without a mailbox is answered with is no failure, also when a
// folder or a message was asked for: the licence went meanwhile.
func TestUserWithoutMailboxInAllItsSpellings(t *testing.T) {
	t.Parallel()
	for code, statuses := range map[string][]int{
		"MailboxNotEnabledForRESTAPI": {404}, "ErrorInvalidUser": {404}, "ErrorNonExistentMailbox": {404}, "ResourceNotFound": {404},
		"Request_ResourceNotFound": {404}, "AuthenticationError": {401, 403},
	} {
		for _, status := range statuses {
			for _, about := range []Area{Mailbox, Content} {
				if v := Judge(about, status, fmt.Appendf(nil, `{"error":{"code":%q}}`, code)); v.Err.Class != source.MailboxUnavailable || v.Again {
					t.Errorf("%d %s about %d: %+v", status, code, about, v)
				}
			}
		}
	}
}
