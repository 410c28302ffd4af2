package main

import (
	"fmt"
	"strings"
)

// whyUncompared says why no mailbox could be compared, and what to do.
func (v *coverageAnswer) whyUncompared() string {
	if len(v.Mailboxes) == 0 {
		return "none is known yet; start mailquarry so that it reads the directory, and look at what --include and --exclude leave"
	}
	var order []string
	count := map[string]int{}
	for i := range v.Mailboxes {
		why := v.Mailboxes[i].whyUncompared()
		if count[why] == 0 {
			order = append(order, why)
		}
		count[why]++
	}
	const most = 4
	var said []string
	for _, why := range order[:min(len(order), most)] {
		said = append(said, many(count[why], "mailbox", "mailboxes")+" "+why)
	}
	if len(order) > most {
		said = append(said, "and others")
	}
	return printable(strings.Join(said, "; "))
}

// noTenant is what a pass says of mailboxes whose tenant no setting names.
const noTenant = "there is no tenant to compare with"

func (m *mailboxCoverage) whyUncompared() string {
	because := ""
	if m.Why != "" {
		because = " (" + m.Why + ")"
	}
	switch m.State {
	case "active":
	case "denied":
		return "denied" + because + ": mailquarry check says what to do in Entra"
	case "unavailable":
		return "unavailable" + because + ": looked at again by itself"
	case "excluded":
		return "out of the scope: see --include and --exclude"
	case "removed":
		return "of deleted users"
	default:
		return m.State + because
	}
	for _, f := range m.Folders {
		if f.Error == noTenant {
			return "not reached (" + noTenant + "): set what the sync has, such as AZURE_TENANT_ID, or ask the running mailquarry"
		}
		if f.Error != "" {
			return fmt.Sprintf("not reached (%s): try again later, mailquarry status shows pauses", f.Error)
		}
	}
	return "whose first sync has not begun: run mailquarry and verify again later"
}
