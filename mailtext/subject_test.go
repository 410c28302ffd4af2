package mailtext

import (
	"strings"
	"testing"
)

// TestAnswersShareTheirSubject promises that an answer is told to belong to what
// it answers in whatever language its mail program speaks.
func TestAnswersShareTheirSubject(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"Budget 2026", "RE: Budget 2026", "AW: WG: Budget  2026", "Re[2]: Budget 2026", "SV: VS: budget 2026", "Rif: R: Budget 2026", "RES: ENC: Budget 2026",
		"[finance] Re: Budget 2026", "Re: [finance] Budget 2026", "回复：Budget 2026", "Odp: PD: Budget 2026", "YNT: İLT: Budget 2026", "Vá: Budget 2026",
		"RE : TR : Budget 2026", "Budget 2026 (fwd)", "Απ: Πρθ: Budget 2026", "Accepted: Budget 2026", strings.Repeat("Re: ", 40) + "Budget 2026",
	} {
		if got := BaseSubject(s); got != "budget 2026" {
			t.Errorf("%q has the base %q", s, got)
		}
	}
	for s, want := range map[string]string{
		"Note: Budget": "note: budget", "[finance]": "[finance]", "Re:": "", "": "", "Q3: plan": "q3: plan", "http://x.y": "http://x.y",
	} {
		if got := BaseSubject(s); got != want {
			t.Errorf("%q has the base %q, want %q", s, got, want)
		}
	}
}

func TestShortSubjectsTellNothing(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"": false, "hi": false, "fyi": false, "2026 01": false, "update": false, "invoice 17": true, "quarterly": true, "预算": false, "(no subject)": false, "<kein betreff>": false, "(件名なし)": false, "年度预算": true, "lunch today": true,
	} {
		if got := Telling(s); got != want {
			t.Errorf("%q: %t, want %t", s, got, want)
		}
	}
}
