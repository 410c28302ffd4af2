package access

import (
	"testing"

	"mailquarry/internal/mail"
)

// TestForgottenChecksShowNothing: whoever forgets to ask for a scope, or has no
// principal, reaches no mailbox.
func TestForgottenChecksShowNothing(t *testing.T) {
	t.Parallel()
	var nobody Principal
	if nobody.Operates() || !Operator().Operates() {
		t.Error("whoever asks may operate, or the operator may not")
	}
	for name, s := range map[string]Scope{"the zero scope": {}, "nobody's scope": nobody.Scope(nil)} {
		if !s.Empty() || s.Contains(1) {
			t.Errorf("%s reaches a mailbox", name)
		}
	}
}

func TestOperatorSeesAllButHidden(t *testing.T) {
	t.Parallel()
	s := Operator().Scope([]mail.MailboxID{7, 3})
	for id, want := range map[mail.MailboxID]bool{1: true, 3: false, 7: false, 8: true, 0: false, -1: false} {
		if s.Contains(id) != want {
			t.Errorf("mailbox %d: contained is %t, want %t", id, !want, want)
		}
	}
	if s.Empty() || len(s.Except()) != 2 {
		t.Errorf("scope %v", s)
	}
}
