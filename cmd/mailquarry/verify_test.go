package main

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// Verify's last words say what is the case: which messages are not accounted for,
// what could not be compared and why, and what to do.
func TestVerifySaysWhatIsTheCase(t *testing.T) {
	t.Parallel()
	const at = `"at":"2026-03-02T10:00:00Z"`
	for name, tt := range map[string]struct {
		report  string
		is      error
		outcome []string
		verdict string
	}{
		"all is well": {
			`{"proven":true,` + at + `,"totals":{"stored":4,"indexed":4},"compared":1,"mailboxes":[{"state":"active","folders":[{` + at + `}]}]}`,
			nil, nil, "Coverage: every message is accounted for.",
		},
		"being indexed": {
			`{"proven":true,` + at + `,"totals":{"stored":4,"indexed":3},"compared":1,"mailboxes":[{"state":"active","folders":[{` + at + `}]}]}`,
			nil, nil, "Coverage: every message is accounted for; 1 message is still to be indexed.",
		},
		"a mailbox that is refused": {
			`{"proven":true,` + at + `,"totals":{"stored":4,"indexed":4},"compared":1,"unread":1,"mailboxes":[{"state":"active","folders":[{` + at + `}]},{"state":"denied"}]}`,
			nil, nil, "Coverage: every message that can be reached is accounted for; 1 mailbox cannot be read.",
		},
		"one is missing": {
			`{` + at + `,"totals":{"unexplained":1},"compared":1,"mailboxes":[{"state":"active","folders":[{` + at + `}]}]}`,
			errUnexplained,
			[]string{"1 difference is left unexplained"},
			"Coverage: 1 message is not accounted for.",
		},
		"some folders": {
			`{` + at + `,"unverified":2,"compared":1,"mailboxes":[{"state":"active","unverified":2,"folders":[{` + at + `},{` + at + `,"error":"HTTP 503"},{` + at + `,"error":"HTTP 503"}]}]}`,
			errUnverified,
			[]string{"2 folders are open", "the report says why"},
			"Coverage: all that was compared is accounted for; 2 folders are not compared to the end.",
		},
		"all are refused": {
			`{"pass":{"id":1,"state":"done"},"mailboxes":[{"state":"denied","why":"HTTP 403"},{"state":"denied","why":"HTTP 403"},{"state":"excluded"}]}`,
			errUnverified,
			[]string{"no mailbox could be compared", "2 mailboxes denied (HTTP 403)", "mailquarry check", "1 mailbox out of the scope"},
			"Coverage: no mailbox could be compared.",
		},
		"all are paused": {
			`{"pass":{"id":1,"state":"done"},` + at + `,"unverified":1,"mailboxes":[{"state":"active","unverified":1,"folders":[{` + at + `,"error":"HTTP 503: mailbox is moving"}]}]}`,
			errUnverified,
			[]string{"no mailbox could be compared", "1 mailbox not reached (HTTP 503: mailbox is moving)", "try again later"},
			"Coverage: no mailbox could be compared.",
		},
		"never synced": {
			`{"unverified":1,"pass":{"id":1,"state":"done"},"mailboxes":[{"state":"active","unverified":1}]}`,
			errUnverified,
			[]string{"no mailbox could be compared", "first sync has not begun"},
			"Coverage: no mailbox could be compared.",
		},
		"nobody is known": {
			`{"pass":{"id":1,"state":"done"},"mailboxes":[]}`,
			errUnverified,
			[]string{"no mailbox could be compared: none is known yet", "--include"},
			"Coverage: no mailbox could be compared.",
		},
		"not asked for": {`{"pass":{"state":"none"},"mailboxes":[]}`, errUnverified, nil, "Coverage: not compared yet; mailquarry verify does it."},
	} {
		var v coverageAnswer
		if err := json.Unmarshal([]byte(tt.report), &v); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := v.verdict(); got != tt.verdict {
			t.Errorf("%s: the verdict is %q, want %q", name, got, tt.verdict)
		}
		err := v.outcome()
		if !errors.Is(err, tt.is) {
			t.Errorf("%s: the outcome is %v, want %v", name, err, tt.is)
		}
		for _, want := range tt.outcome {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: the outcome is %q, which lacks %q", name, err, want)
			}
		}
		if err != nil && strings.Contains(err.Error(), "0 folders") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
