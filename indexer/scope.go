package indexer

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"mailquarry/internal/archive"
)

// Scope says which mailboxes and folders are synced. The zero Scope takes every
// mailbox, and every folder but those that are never synced.
type Scope struct {
	Include []Rule // none: every mailbox
	Exclude []Rule // beat Include
	// SkipFolders are well-known names of folders that are left out with all
	// below them; see ParseFolderName.
	SkipFolders []string
}

// ruleKind is what a Rule looks at.
type ruleKind int

const (
	addressRule ruleKind = iota + 1
	domainRule
	subdomainRule
	groupRule
	purposeRule
	fileRule
)

// Rule picks mailboxes. ParseRule makes one.
type Rule struct {
	kind  ruleKind
	value string // in lower case, but for a file's path
}

// String gives the rule in the form that ParseRule reads.
func (r Rule) String() string {
	switch r.kind {
	case domainRule:
		return "@" + r.value
	case subdomainRule:
		return "@*." + r.value
	case groupRule:
		return "group:" + r.value
	case purposeRule:
		return "purpose:" + r.value
	case fileRule:
		return "file:" + r.value
	default:
		return r.value
	}
}

func purposes() []string {
	return []string{"user", "linked", "shared", "room", "equipment", "others"}
}

// ParseRule reads a rule: an address or an alias ("ann@contoso.com"), a domain
// ("@contoso.com", or "@*.contoso.com" for those below it), the members of a
// group ("group:sales@contoso.com"), mailboxes of a purpose ("purpose:shared"),
// or the addresses and domains that a file lists, one on a line
// ("file:PATH"). The file is read here to find mistakes early, and again
// whenever the directory is read.
func ParseRule(s string) (Rule, error) {
	s = strings.TrimSpace(s)
	name, value, tagged := strings.Cut(s, ":")
	value = strings.TrimSpace(value)
	switch {
	case tagged && value == "":
		return Rule{}, fmt.Errorf("rule %q: nothing follows the colon", s)
	case tagged && name == "group":
		return Rule{groupRule, strings.ToLower(value)}, nil
	case tagged && name == "purpose":
		value = strings.ToLower(value)
		if !slices.Contains(purposes(), value) {
			return Rule{}, fmt.Errorf("rule %q: the purposes are %s", s, strings.Join(purposes(), ", "))
		}
		return Rule{purposeRule, value}, nil
	case tagged && name == "file":
		r := Rule{fileRule, value}
		_, err := readRules(value)
		return r, err
	case tagged:
		return Rule{}, fmt.Errorf("rule %q: there are group:, purpose: and file: rules", s)
	default:
		return parseAddressRule(s)
	}
}

func parseAddressRule(s string) (Rule, error) {
	local, domain, ok := strings.Cut(strings.ToLower(s), "@")
	kind, value := addressRule, strings.ToLower(s)
	if local == "" {
		kind, value = domainRule, domain
		for _, prefix := range []string{"*.", "."} {
			if below, cut := strings.CutPrefix(domain, prefix); cut {
				kind, value, domain = subdomainRule, below, below
				break
			}
		}
	}
	if !ok || domain == "" || strings.ContainsAny(domain, "@*") || strings.ContainsAny(value, " \t<>,;") {
		return Rule{}, fmt.Errorf("rule %q is neither an address nor a domain such as @contoso.com", s)
	}
	return Rule{kind, value}, nil
}

// maxRuleFile bounds the lines of a file of rules.
const maxRuleFile = 1_000_000

// readRules reads a file of addresses and domains. Empty lines and those that
// begin with # are passed over.
func readRules(path string) ([]Rule, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the list of mailboxes: %w", err)
	}
	defer f.Close()
	var rules []Rule
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		r, err := parseAddressRule(line)
		if err != nil {
			return nil, fmt.Errorf("read the list of mailboxes %s: line %d is neither an address nor a domain", path, n)
		}
		if rules = append(rules, r); len(rules) > maxRuleFile {
			return nil, fmt.Errorf("read the list of mailboxes %s: more than %d lines", path, maxRuleFile)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the list of mailboxes %s: %w", path, err)
	}
	return rules, nil
}

// ParseFolderName gives the well-known name of a folder that a Scope can leave
// out. It takes common short forms too, such as "junk".
func ParseFolderName(s string) (string, error) {
	known := []string{
		"inbox", "drafts", "sentitems", "deleteditems", "junkemail", "archive", "conversationhistory", "clutter",
		"scheduled", "recoverableitemsdeletions",
	}
	short := map[string]string{
		"junk": "junkemail", "spam": "junkemail", "deleted": "deleteditems", "trash": "deleteditems", "sent": "sentitems",
	}
	name := strings.ToLower(strings.TrimSpace(s))
	if long, ok := short[name]; ok {
		name = long
	}
	if !slices.Contains(known, name) {
		return "", fmt.Errorf("folder %q cannot be left out by name: the names are %s", s, strings.Join(known, ", "))
	}
	return name, nil
}

// verdict is whether a mailbox is in the scope.
type verdict int

const (
	inScope verdict = iota
	outOfScope
	// needsPurpose: it hangs on the mailbox's purpose, which a probe tells.
	needsPurpose
	// undecided: it hangs on a group whose members are not known. The mailbox
	// stays what it is.
	undecided
)

// members are the mailboxes that a rule names in groups and files, by rule.
type members struct {
	groups map[string]map[string]bool // by the group's name: keys; absent when never read
	files  map[string][]Rule
	// stale are the groups that could not be read now, so that what is known of
	// them is old.
	stale map[string]bool
}

// match is what a rule says of a mailbox.
type match int

const (
	no match = iota
	yes
	askPurpose
	dontKnow
)

func (m members) match(r Rule, b archive.Mailbox) match {
	switch r.kind {
	case groupRule:
		keys, known := m.groups[r.value]
		if !known {
			return dontKnow
		}
		return matched(keys[strings.ToLower(b.Key)])
	case purposeRule:
		if b.Purpose == "" {
			return askPurpose
		}
		return matched(strings.EqualFold(b.Purpose, r.value))
	case fileRule:
		if _, known := m.files[r.value]; !known {
			return dontKnow
		}
		return matched(slices.ContainsFunc(m.files[r.value], func(r Rule) bool { return r.names(b) }))
	default:
		return matched(r.names(b))
	}
}

func matched(ok bool) match {
	if ok {
		return yes
	}
	return no
}

// names tells whether an address or domain rule names one of the mailbox's
// addresses.
func (r Rule) names(b archive.Mailbox) bool {
	one := func(address string) bool {
		address = strings.ToLower(address)
		domain := address[strings.LastIndexByte(address, '@')+1:]
		switch r.kind {
		case addressRule:
			return address == r.value
		case domainRule:
			return domain == r.value
		case subdomainRule:
			return strings.HasSuffix(domain, "."+r.value)
		default:
			return false
		}
	}
	return one(b.Address) || slices.ContainsFunc(b.Aliases, one)
}

// judge tells whether a mailbox is in the scope.
func (s Scope) judge(m members, b archive.Mailbox) verdict {
	excluded := strongest(s.Exclude, m, b)
	if excluded == yes {
		return outOfScope
	}
	included := yes
	if len(s.Include) > 0 {
		included = strongest(s.Include, m, b)
	}
	switch {
	case included == no:
		return outOfScope
	case excluded == askPurpose || included == askPurpose:
		return needsPurpose
	case excluded == dontKnow || included == dontKnow:
		return undecided
	default:
		return inScope
	}
}

// certain tells whether a mailbox is out of the scope whatever the source says of
// groups and purposes.
func (s Scope) certain(m members, b archive.Mailbox) bool {
	b.Purpose = ""
	return s.judge(members{files: m.files}, b) == outOfScope
}

// strongest gives what several rules say together: one that matches is enough,
// and a doubt is none only if no rule is in doubt.
func strongest(rules []Rule, m members, b archive.Mailbox) match {
	out := no
	for _, r := range rules {
		switch is := m.match(r, b); {
		case is == yes:
			return yes
		case is == askPurpose, is == dontKnow && out == no:
			out = is
		}
	}
	return out
}

// asksPurpose tells whether a rule looks at the purpose.
func (s Scope) asksPurpose() bool {
	return slices.ContainsFunc(slices.Concat(s.Include, s.Exclude), func(r Rule) bool { return r.kind == purposeRule })
}

// values lists what the rules of a kind name, each once.
func (s Scope) values(k ruleKind) []string {
	var out []string
	for _, r := range slices.Concat(s.Include, s.Exclude) {
		if r.kind == k && !slices.Contains(out, r.value) {
			out = append(out, r.value)
		}
	}
	return out
}

// namesNobody tells of a scope that includes by addresses, domains or files alone
// and none of the tenant's mailboxes. That is a slip of the pen: excluding them is
// how mailboxes are given up.
func (s Scope) namesNobody(m members, boxes []archive.Mailbox) bool {
	if len(s.Include) == 0 {
		return false
	}
	for _, r := range s.Include {
		if r.kind == groupRule || r.kind == purposeRule {
			return false // the source's answer, which has a grace
		}
	}
	boxes = slices.DeleteFunc(slices.Clone(boxes), func(b archive.Mailbox) bool { return b.Source != GraphSource })
	return len(boxes) > 0 && !slices.ContainsFunc(boxes, func(b archive.Mailbox) bool { return strongest(s.Include, m, b) != no })
}

// errNobody: see namesNobody.
var errNobody = errors.New("the scope includes none of the tenant's mailboxes, so nothing was changed: check what --include names, or exclude what is to go")

// errNoDirectory: a group rule needs a source that knows groups.
var errNoDirectory = errors.New("this source knows no groups")
