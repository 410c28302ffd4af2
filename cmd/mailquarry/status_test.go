package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// The status tells of each mailbox and of all how far the sync is, how fast it
// goes, how long it will take, and for what the service makes it wait.
func TestStatusTellsOfTheSync(t *testing.T) {
	t.Parallel()
	var st statusAnswer
	err := json.Unmarshal([]byte(`{"running":true,"problems":2,"totals":{"stored":1200,"indexed":1100},
		"live":{"state":"syncing","done":1200,"to_do":1800,"rate":12.34,"seconds_left":146,"requests":400,"throttled":17},
		"mailboxes":[
			{"mailbox":{"address":"ann@contoso.com"},"state":"synced","stored":700,"indexed":700,
				"live":{"state":"paused","to_do":1300,"paused_until":"2026-03-02T10:00:00Z","pause_reason":"ErrorMailboxMoveInProgress"}},
			{"mailbox":{"address":"ben@contoso.com"},"state":"synced","stored":500,"indexed":400,"live":{"state":"syncing","to_do":500,"rate":3}}]}`), &st)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	st.print(&out)
	lines := map[string]string{}
	for line := range strings.Lines(out.String()) {
		if words := strings.Fields(line); len(words) > 0 {
			lines[words[0]] = strings.Join(words, " ")
		}
	}
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	for first, want := range map[string]string{
		"ann@contoso.com": "paused 700 0 700 1,300 0 " + moment(&at) + " ErrorMailboxMoveInProgress",
		"ben@contoso.com": "syncing 500 0 400 500 0",
		"1,200":           "1,200 messages stored, 1,100 indexed.",
		"Sync:":           "Sync: 1,200 of 3,000 messages, 12.3/s, about 2m26s left; 400 requests, 17 refused because there were too many.",
	} {
		if !strings.Contains(lines[first], want) {
			t.Errorf("%q lacks %q", lines[first], want)
		}
	}
}
