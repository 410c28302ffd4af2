package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"mailquarry/indexer"
)

// scopeFlags say which mailboxes and folders are synced.
type scopeFlags struct {
	Include     []string `help:"Sync only these: an address, a domain (@contoso.com), group:ADDRESS, purpose:user, purpose:shared, purpose:room, or file:PATH with one rule on a line; repeatable." env:"MAILQUARRY_INCLUDE" placeholder:"RULE"`
	Exclude     []string `help:"Do not sync these; the same rules, stronger than --include." env:"MAILQUARRY_EXCLUDE" placeholder:"RULE"`
	SkipFolders []string `help:"Folders to leave out, by well-known name, with all below them: junk, deleted, drafts." env:"MAILQUARRY_SKIP_FOLDERS" placeholder:"NAME"`
}

// removalFlags say what becomes of mail that is gone at the source.
type removalFlags struct {
	RetentionPolicy string   `help:"What becomes of mail that is gone at the source: mirror removes it after --grace, keep keeps it searchable and marked for --keep-for." enum:"mirror,keep" default:"mirror" env:"MAILQUARRY_RETENTION_POLICY"`
	Grace           span     `help:"With mirror: how long removed mail can still be found. With either: how long the mail of mailboxes waits, hidden, that a group has put out of the scope." default:"24h" env:"MAILQUARRY_GRACE" placeholder:"SPAN"`
	KeepFor         span     `help:"With keep: for how long, such as 90d or 10y, or forever." default:"forever" env:"MAILQUARRY_KEEP_FOR" placeholder:"SPAN"`
	KeepForMailbox  []string `help:"Keep what is gone from this mailbox, or from a domain's (@contoso.com), for this long, whatever the policy: ADDRESS=SPAN; repeatable." env:"MAILQUARRY_KEEP_FOR_MAILBOX" placeholder:"ADDR=SPAN"`
}

// pollFlags say how often the tenant is asked.
type pollFlags struct {
	Interval    time.Duration `help:"Time between two looks at a mailbox; a busy one is looked at more often, a silent one less." default:"5m" env:"MAILQUARRY_INTERVAL"`
	MinInterval time.Duration `help:"Least time between two looks at a mailbox; a quarter of --interval if not set." env:"MAILQUARRY_MIN_INTERVAL" placeholder:"TIME"`
	MaxInterval time.Duration `help:"Longest time between two looks at a mailbox; six times --interval if not set." env:"MAILQUARRY_MAX_INTERVAL" placeholder:"TIME"`
	VerifyEvery time.Duration `help:"How often source, store and index are compared, mailbox by mailbox; 0 for never." default:"24h" env:"MAILQUARRY_VERIFY_EVERY"`
}

// settings are the flags, understood.
type settings struct {
	scope                    indexer.Scope
	retention                indexer.Retention
	interval, least, longest time.Duration
	verify                   time.Duration
}

// forever is a span without an end.
const forever = "forever"

// span is a length of time as retention rules are written: 24h, 90d, 6w, 10y,
// forever. Zero is no time at all.
type span struct {
	d       time.Duration
	forever bool
}

// UnmarshalText reads a span.
func (s *span) UnmarshalText(text []byte) error {
	in := strings.ToLower(strings.TrimSpace(string(text)))
	if in == forever {
		*s = span{forever: true}
		return nil
	}
	const day = 24 * time.Hour
	for unit, length := range map[string]time.Duration{"d": day, "w": 7 * day, "y": 365 * day} {
		if number, ok := strings.CutSuffix(in, unit); ok {
			n, err := strconv.ParseFloat(number, 64)
			if err != nil || !(n >= 0) || n > float64(math.MaxInt64)/float64(length) {
				return fmt.Errorf("%q is no time such as 24h, 90d, 6w, 10y or forever", in)
			}
			*s = span{d: time.Duration(n * float64(length))}
			return nil
		}
	}
	d, err := time.ParseDuration(in)
	if err != nil || d < 0 {
		return fmt.Errorf("%q is no time such as 24h, 90d, 6w, 10y or forever", in)
	}
	*s = span{d: d}
	return nil
}

// readSettings understands the flags, or says which cannot be.
func readSettings(sc scopeFlags, r removalFlags) (settings, error) {
	var out settings
	var err error
	if out.scope.Include, err = rules("--include", sc.Include); err != nil {
		return out, err
	}
	if out.scope.Exclude, err = rules("--exclude", sc.Exclude); err != nil {
		return out, err
	}
	for _, name := range words(sc.SkipFolders) {
		known, err := indexer.ParseFolderName(name)
		if err != nil {
			return out, usagef("--skip-folders: %v", err)
		}
		out.scope.SkipFolders = append(out.scope.SkipFolders, known)
	}
	out.retention, err = r.read()
	return out, err
}

func rules(flag string, texts []string) ([]indexer.Rule, error) {
	var out []indexer.Rule
	for _, text := range words(texts) {
		r, err := indexer.ParseRule(text)
		if err != nil {
			return nil, usagef("%s: %v", flag, err)
		}
		out = append(out, r)
	}
	return out, nil
}

// words drops what is empty, such as what follows a last comma.
func words(texts []string) []string {
	var out []string
	for _, t := range texts {
		if t = strings.TrimSpace(t); t != "" {
			out = append(out, t)
		}
	}
	return out
}

// read understands the retention rules.
func (r removalFlags) read() (indexer.Retention, error) {
	out := indexer.Retention{Policy: indexer.Policy(r.RetentionPolicy), Grace: r.Grace.d}
	if r.Grace.forever {
		return out, usagef("--grace forever: to keep mail that is gone at the source, use --retention-policy keep")
	}
	var err error
	if out.Keep, err = keepTime("--keep-for", r.KeepFor); err != nil {
		return out, err
	}
	for _, text := range words(r.KeepForMailbox) {
		address, value, ok := strings.Cut(text, "=")
		if address = strings.TrimSpace(address); !ok {
			return out, usagef("--keep-for-mailbox %s: not of the form ADDRESS=SPAN, such as ann@contoso.com=10y", text)
		}
		var s span
		if err := s.UnmarshalText([]byte(value)); err != nil {
			return out, usagef("--keep-for-mailbox %s: %v", text, err)
		}
		keep, err := keepTime("--keep-for-mailbox", s)
		if err != nil {
			return out, err
		}
		out.For = append(out.For, indexer.RetentionRule{Mailbox: address, Policy: indexer.Keep, Keep: keep})
	}
	if err := out.Validate(); err != nil {
		return out, usagef("%v", err)
	}
	return out, nil
}

// keepTime is a span for which mail is kept, 0 for ever.
func keepTime(flag string, s span) (time.Duration, error) {
	if s.d == 0 && !s.forever {
		return 0, usagef("%s 0: to remove what is gone at the source, use --retention-policy mirror", flag)
	}
	return s.d, nil
}

// read understands how often the tenant is asked.
func (p pollFlags) read(s *settings) error {
	s.interval, s.least, s.longest, s.verify = p.Interval, p.MinInterval, p.MaxInterval, p.VerifyEvery
	switch {
	case p.Interval < time.Second:
		return usagef("--interval %s: at least 1s", p.Interval)
	case p.MinInterval < 0 || p.MinInterval > p.Interval:
		return usagef("--min-interval %s: from 0 to --interval, which is %s", p.MinInterval, p.Interval)
	case p.MaxInterval != 0 && p.MaxInterval < p.Interval:
		return usagef("--max-interval %s: at least --interval, which is %s", p.MaxInterval, p.Interval)
	case p.VerifyEvery < 0 || p.VerifyEvery > 0 && p.VerifyEvery < time.Minute:
		return usagef("--verify-every %s: 0 for never, or at least 1m", p.VerifyEvery)
	}
	return nil
}
