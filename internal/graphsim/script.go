package graphsim

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Script is a parsed fault file: what goes wrong, and when. Its language is
// told in docs/simulator.md.
type Script struct {
	rules []rule
	chaos *ChaosOptions
}

// rule is one line.
type rule struct {
	line  int
	fault Fault
}

const (
	scriptLine  = 4096 // bytes of a line
	scriptRules = 1000
)

// ParseScript reads a fault file. An error names its line.
func ParseScript(r io.Reader) (Script, error) {
	var s Script
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, scriptLine), scriptLine)
	n := 0
	for sc.Scan() {
		n++
		text := strings.TrimSpace(sc.Text())
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		if err := s.parse(n, text); err != nil {
			return Script{}, fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := sc.Err(); errors.Is(err, bufio.ErrTooLong) {
		return Script{}, fmt.Errorf("line %d: longer than %d bytes", n+1, scriptLine)
	} else if err != nil {
		return Script{}, fmt.Errorf("line %d: %w", n+1, err)
	}
	return s, nil
}

func (s *Script) parse(line int, text string) error {
	words := strings.Fields(text)
	fields, err := parseFields(words[1:])
	if err != nil {
		return err
	}
	if words[0] == "chaos" {
		if s.chaos != nil {
			return errors.New("chaos is set twice")
		}
		s.chaos = &ChaosOptions{}
		return fields.chaos(s.chaos)
	}
	if len(s.rules) == scriptRules {
		return fmt.Errorf("more than %d rules", scriptRules)
	}
	f, err := scriptFault(words[0])
	if err != nil {
		return err
	}
	if err := fields.rule(&f); err != nil {
		return err
	}
	s.rules = append(s.rules, rule{line: line, fault: f})
	return nil
}

// The rules that are no faults of an answer, but happen to the tenant when a
// request matches.
const (
	eventMove   = "moving"
	eventReset  = "reset-tokens"
	eventExpire = "expire-tokens"
	eventRefuse = "refuse"
)

// scriptFault begins a rule of this name.
func scriptFault(name string) (Fault, error) {
	switch name {
	case eventMove, eventReset, eventExpire, eventRefuse:
		return Fault{Name: name, event: name, Times: 1}, nil
	case "answer":
		return Fault{Name: name}, nil
	}
	f, ok := NamedFault(name)
	if !ok {
		return Fault{}, fmt.Errorf("no fault is called %q", name)
	}
	return f, nil
}

// Apply adds what a script says to the tenant's faults. Mailboxes that it
// names must be there.
func (t *Tenant) Apply(s Script) error {
	for _, r := range s.rules {
		if m := r.fault.Mailbox; m != "" && t.find(m) == nil {
			return fmt.Errorf("line %d: there is no mailbox %s", r.line, m)
		}
	}
	for _, r := range s.rules {
		t.Inject(r.fault)
	}
	if s.chaos != nil {
		t.Chaos(*s.chaos)
	}
	return nil
}

// happen does what a rule of an event says. The lock of the fault list is held.
func (t *Tenant) happen(f *Fault, box *Mailbox) {
	switch {
	case f.event == eventExpire:
		t.ExpireTokens()
	case box == nil:
	case f.event == eventMove:
		box.Moving(f.lasts)
	case f.event == eventReset:
		box.ResetTokens()
	case f.event == eventRefuse:
		box.Refuse(true)
	}
}
