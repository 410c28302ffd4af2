package query

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func berlin(t testing.TB) time.Time {
	t.Helper()
	loc := time.FixedZone("CET", 3600)
	return time.Date(2026, 11, 22, 22, 0, 0, 0, loc)
}

func parsed(text string, now time.Time) (Node, []Warning) {
	p := Parse(text, now)
	return p.Node, p.Warnings
}

// anywhere compares nodes wherever they stand in their texts.
func anywhere() cmp.Option { return cmpopts.IgnoreTypes(Span{}) }

func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"", "<nil>"},
		{"  ", "<nil>"},
		{"tax", "tax"},
		{"tax 2024", "(tax AND 2024)"},
		{"tax AND 2024", "(tax AND 2024)"},
		{"a b OR c d", "((a AND b) OR (c AND d))"},
		{"a (b OR c)", "(a AND (b OR c))"},
		{"((a) (b c))", "(a AND b AND c)"},
		{"{invoice receipt} paid", "((invoice OR receipt) AND paid)"},
		{"and or not", "(and AND or AND not)"},
		{"-newsletter", "-newsletter"},
		{"NOT a b", "(-a AND b)"},
		{"-(a OR b) -\"c d\"", `(-(a OR b) AND -"c d")`},
		{"well-known", "well-known"},
		{`"net 30"`, `"net 30"`},
		{"“net 30” «x»", `("net 30" AND "x")`},
		{"invoic*", "invoic*"},
		{"from:contoso.com", "from:contoso.com"},
		{"From:Eva SENDER:eva", "(from:Eva AND from:eva)"},
		{"subject: offer", "subject:offer"},
		{"subject:(renewal OR \"new offer\" up*)", `(subject:renewal OR (subject:"new offer" AND subject:up*))`},
		{"from:(a to:b)", "(from:a AND to:b)"},
		{"from:-a", "-from:a"},
		{"date:january 2025", "date:2025-01-01..2025-01-31"},
		{"date:31 Jan 2025 lease", "(date:2025-01-31..2025-01-31 AND lease)"},
		{"date:Jan 31, 2025", "date:2025-01-31..2025-01-31"},
		{"date:2024 2025", "(date:2024-01-01..2024-12-31 AND 2025)"},
		{"subject:(-a b)", "(-subject:a AND subject:b)"},
		{`"pay the invoic*"`, `("pay the" ADJ/1 invoic*)`},
		{`subject:"pay the invoic*"`, `(subject:"pay the" ADJ/1 subject:invoic*)`},
		{"recipients:eva title:x attachmentnames:bid*", "(recipients:eva AND subject:x AND filename:bid*)"},
		{`in:inbox folder:"Inbox/Legal" label:x`, `(in:"inbox" AND in:"Inbox/Legal" AND in:"x")`},
		{"in:(a OR b)", `(in:"a" OR in:"b")`},
		{"in:(a b) from:(c d)", `((in:"a" OR in:"b") AND from:c AND from:d)`},
		{"ext:(pdf docx) filetype:.XLS", `(((ext:"pdf") OR (ext:"docx")) AND (ext:"xls"))`},
		{"filename:pdf filename:offer", `((filename:+pdf OR (ext:"pdf")) AND filename:offer)`},
		{"mimetype:Image/* mime:text/plain", `((mime:"image/*") AND (mime:"text/plain"))`},
		{"w?d *w* in*ice a** what? really??", "(w?d AND *w* AND in*ice AND a* AND what? AND really??)"},
		{"+unicorn +e-mail from:+bob", "(+unicorn AND +e-mail AND from:+bob)"},
		{"recepit~ w~2 a~1", "(recepit~1 AND w~2 AND a~1)"},
		{"from:/bob.*/ subject:/a b|c/ title:/x\\/y/", `(from:/bob.*/ AND subject:/a b|c/ AND subject:/x\/y/)`},
		{"/usr/bin /x y/ from:(/a b/ c)", "(/usr/bin AND /x AND y/ AND from:/a b/ AND from:c)"},
		{"price NEAR/5 cut", "(price NEAR/5 cut)"},
		{"price NEAR cut AND x", "((price NEAR/10 cut) AND x)"},
		{"price NEAR(3) cut OR x", "((price NEAR/3 cut) OR x)"},
		{"price AROUND 4 cut", "(price NEAR/4 cut)"},
		{"price AROUND(4) cut", "(price NEAR/4 cut)"},
		{"merger ADJ/3 plan ADJ/3 b*", "(merger ADJ/3 plan ADJ/3 b*)"},
		{"merger ADJ plan", "(merger ADJ/10 plan)"},
		{"a NEAR/2 b ADJ/3 c", "((a NEAR/2 b) AND (b ADJ/3 c))"},
		{"(a OR b) NEAR/2 c", "((a NEAR/2 c) OR (b NEAR/2 c))"},
		{`subject:(q1 NEAR/2 "a b")`, `(subject:q1 NEAR/2 subject:"a b")`},
		{"{a b NEAR/2 c}", "(a OR (b NEAR/2 c))"},
		{"NEARBY ADJUST near adj", "(NEARBY AND ADJUST AND near AND adj)"},
		{"cc:eva bcc:bob contact:x with:y", "(cc:eva AND bcc:bob AND participants:x AND participants:y)"},
		{"from:me to:ME participants:me me", "(from:me AND to:me AND participants:me AND me)"},
		{"body:x quoted:\"as agreed\" content:y attachments:z", `(body:x AND quoted:"as agreed" AND attachment:y AND attachment:z)`},
		{"has:images has:link has:invite", `((has:"image") AND (has:"link") AND (has:"invite"))`},
		{"is:read is:unread is:starred is:draft is:sent is:important", `((is:"read") AND -(is:"read") AND (is:"flagged") AND (is:"draft") AND (is:"sent") AND (is:"important"))`},
		{"isread:no read:yes isflagged:true", `(-(is:"read") AND (is:"read") AND (is:"flagged"))`},
		{"importance:High prio:1 prio:low", `((importance:"high") AND (importance:"high") AND (importance:"low"))`},
		{`category:"Red Category" category:blue*`, `((category:"red category") AND (category:"blue*"))`},
		{"id:<Abc@X> msgid:abc@x mid:a rfc822msgid:b", `((id:"abc@x") AND (id:"abc@x") AND (id:"a") AND (id:"b"))`},
		{"thread:abc conversation:{from:eva x} thread:(a b)", `((thread:"abc") AND thread:{(from:eva AND x)} AND ((thread:"a") OR (thread:"b")))`},
		{"list:<dev.example.org> deliveredto:sales@x", `((list:"dev.example.org") AND (deliveredto:"sales@x"))`},
		{"kind:meetings kind:email kind:ndr", `((kind:"meeting") AND (kind:"mail") AND (kind:"report"))`},
		{"lang:de language:German lang:français lang:(en fr)", "((lang:de) AND (lang:de) AND (lang:fr) AND ((lang:en) OR (lang:fr)))"},
		{"direction:incoming direction:outbound", "(direction:inbound AND direction:outbound)"},
		{`header:X-Mailer=Outlook header:x-a="b c" header:"list-post=<*>" header:precedence`, `((header:"x-mailer=*outlook*") AND (header:"x-a=*b c*") AND (header:"list-post=<*>") AND (header:"precedence=*"))`},
		{`query:gdpr saved:"q 3"`, `(query:"gdpr" AND query:"q 3")`},
		{"a sort:newest b", "(a AND b)"},
		{"larger:10M smaller:1.5k size:1M..2M size>1k size<=1k size:3 size:..5k larger:10MB", "(larger:10485760 AND smaller:1536 AND size:1048576..2097152 AND larger:1025 AND smaller:1025 AND size:3..3 AND smaller:5121 AND larger:10485760)"},
		{"mailbox:eva@contoso.com owner:x user:y", `(mailbox:"eva@contoso.com" AND mailbox:"x" AND mailbox:"y")`},
		{"has:attachment hasattachment:no", "(has:attachment AND -has:attachment)"},
		{"is:gone -IS:Gone", "(is:gone AND -is:gone)"},
		{"after:2025-01-31 before:2025", "(after:2025-01-31 AND before:2025-01-01)"},
		{"since:2025-02 until:today", "(after:2025-02-01 AND before:2026-11-22)"},
		{"after:2025-01-31T08:30:00Z", "after:2025-01-31T09:30:00+01:00"},
		{"on:2025-01-31 date:2025-01 received:2025", "(date:2025-01-31..2025-01-31 AND date:2025-01-01..2025-01-31 AND date:2025-01-01..2025-12-31)"},
		{"date:2024..today date:..2024-02 date:2024-03-05..", "(date:2024-01-01..2026-11-22 AND before:2024-03-01 AND after:2024-03-05)"},
		{"received>=2024-01-01 received>2024 received<2024 date<=2024-02 date=2024-02-03", "(after:2024-01-01 AND after:2025-01-01 AND before:2024-01-01 AND before:2024-03-01 AND date:2024-02-03..2024-02-03)"},
		{"sent:2024 sent>=2024-02 sent:..2024-02-03", "(sent:2024-01-01..2024-12-31 AND sent:2024-02-01.. AND sent:..2024-02-03)"},
		{"date:yesterday on:today after:tomorrow", "(date:2026-11-21..2026-11-21 AND date:2026-11-22..2026-11-22 AND after:2026-11-23)"},
		{`date:"last week" date:this week received:last month x`, "(date:2026-11-09..2026-11-15 AND date:2026-11-16..2026-11-22 AND date:2026-10-01..2026-10-31 AND x)"},
		{`date:"jan 2025"..today date:2024.."last week" sent:"1 jan 2025".."2 jan 2025" x`, "(date:2025-01-01..2026-11-22 AND date:2024-01-01..2026-11-15 AND sent:2025-01-01..2025-01-02 AND x)"},
		{"larger:10 MB size>2 k x larger:3 x size:1..2 m", "(larger:10485760 AND larger:2049 AND x AND larger:3 AND x AND size:1..2 AND m)"},
		{"date:last year date:this year date:last quarter", "(date:2025-01-01..2025-12-31 AND date:2026-01-01..2026-12-31 AND date:2026-07-01..2026-09-30)"},
		{"on:monday on:sunday date:march date:december", "(date:2026-11-16..2026-11-16 AND date:2026-11-22..2026-11-22 AND date:2026-03-01..2026-03-31 AND date:2025-12-01..2025-12-31)"},
		{"after:31.1.2025 before:12/31/2024 on:5.6.24", "(after:2025-01-31 AND before:2024-12-31 AND date:2024-06-05..2024-06-05)"},
		{"after:2025-1-5 date:2025-1 date:2025/2 on:2025-01-5 date:2025-1-5..2025-2-3", "(after:2025-01-05 AND date:2025-01-01..2025-01-31 AND date:2025-02-01..2025-02-28 AND date:2025-01-05..2025-01-05 AND date:2025-01-05..2025-02-03)"},
		{"main() f_() a", "(main AND f_ AND a)"},
		{"a NEAR/1 b NEAR/1000 c", "((a NEAR/1 b) AND (b NEAR/1000 c))"},
		{`after:"31 jan 2025" after:"January 2025"`, "(after:2025-01-31 AND after:2025-01-01)"},
		{"newer_than:2d older_than:1y newer_than:12h", "(after:2026-11-20T22:00:00+01:00 AND before:2025-11-22T22:00:00+01:00 AND after:2026-11-22T10:00:00+01:00)"},
		{"date:7d.. date:30d..7d", "(after:2026-11-15T22:00:00+01:00 AND date:2026-10-23T22:00:00+01:00..2026-11-15T22:00:00+01:00)"},
		{"http://example.org/x?y=(z)", "(http://example.org/x?y= AND z)"},
		{"10:30 mailto:eva@contoso.com", "(10:30 AND mailto:eva@contoso.com)"},
		{"eva@contoso.com 会议", "(eva@contoso.com AND 会议)"},
	} {
		t.Run(c.in, func(t *testing.T) {
			t.Parallel()
			n, warnings := parsed(c.in, berlin(t))
			if got := printed(n); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if len(warnings) > 0 {
				t.Errorf("warnings: %v", warnings)
			}
		})
	}
}

func printed(n Node) string {
	if n == nil {
		return "<nil>"
	}
	return n.String()
}

// A day, month or week that begins without a midnight begins when the clocks have been put
// forward, and not on the day before.
func TestDaysWithoutMidnight(t *testing.T) {
	t.Parallel()
	loc, err := time.LoadLocation("America/Asuncion") // 2023-10-01 began at 1:00, 04:00 UTC
	if err != nil {
		t.Skipf("without a list of zones: %v", err)
	}
	begin := time.Date(2023, 10, 1, 4, 0, 0, 0, time.UTC)
	for text, want := range map[string]Dates{
		"after:2023-10":     {From: begin},
		"date:2023-10":      {From: begin, To: time.Date(2023, 11, 1, 3, 0, 0, 0, time.UTC)},
		"date:2023-10-1":    {From: begin, To: time.Date(2023, 10, 2, 3, 0, 0, 0, time.UTC)},
		"date:1.10.2023":    {From: begin, To: time.Date(2023, 10, 2, 3, 0, 0, 0, time.UTC)},
		"date:2023-09-30":   {From: time.Date(2023, 9, 30, 4, 0, 0, 0, time.UTC), To: begin},
		"before:2023-10-01": {To: begin},
		"date:sunday":       {From: begin, To: time.Date(2023, 10, 2, 3, 0, 0, 0, time.UTC)},
		"date:this month":   {From: begin, To: time.Date(2023, 11, 1, 3, 0, 0, 0, time.UTC)},
		"date:september":    {From: time.Date(2023, 9, 1, 4, 0, 0, 0, time.UTC), To: begin},
	} {
		now := time.Date(2023, 10, 5, 12, 0, 0, 0, loc)
		n, warnings := parsed(text, now)
		got, ok := n.(Dates)
		if !ok || !got.From.Equal(want.From) || !got.To.Equal(want.To) || len(warnings) > 0 {
			t.Errorf("%s is %v to %v, want %v to %v; %v", text, got.From, got.To, want.From, want.To, warnings)
		}
		if again, _ := parsed(n.String(), now); printed(again) != printed(n) {
			t.Errorf("%s prints as %s, which is %s", text, printed(n), printed(again))
		}
	}
}

// What is wrong in a query is named with its place, and the rest is run.
func TestParseWarns(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in, want string
		at       []string // the places that are warned of
	}{
		{`tax "net 30`, `(tax AND "net 30")`, []string{`"net 30`}},
		{`"`, "<nil>", []string{`"`, `"`}},
		{`""`, "<nil>", []string{`""`}},
		{"(a b", "(a AND b)", []string{"("}},
		{"((a)", "a", []string{"("}},
		{"a) b", "(a AND b)", []string{")"}},
		{"{a b", "(a OR b)", []string{"{"}},
		{"OR a", "a", []string{"OR"}},
		{"a OR", "a", []string{"OR"}},
		{"a OR OR b", "(a OR b)", []string{"OR"}},
		{"a AND", "a", []string{"AND"}},
		{"NOT", "<nil>", []string{"NOT"}},
		{"a NOT OR b", "(a OR b)", []string{"NOT"}},
		{"()", "<nil>", []string{"()"}},
		{"{}", "<nil>", []string{"{}"}},
		{"a ( ) b", "(a AND b)", []string{"( )"}},
		{"subject:() a", "a", []string{"()"}},
		{"in:() a", "a", []string{"()"}},
		{"thread:{} a", "a", []string{"{}"}},
		{"NOT () a", "a", []string{"()"}},
		{"(()) a", "a", []string{"()"}},
		{"a NEAR/0 b", "(a NEAR/1 b)", []string{"NEAR/0"}},
		{"a ADJ/0 b", "(a ADJ/1 b)", []string{"ADJ/0"}},
		{"a NEAR(5000) b", "(a NEAR/1000 b)", []string{"NEAR(5000)"}},
		{"a NEAR/99999999999999999999 b", "(a NEAR/1000 b)", []string{"NEAR/99999999999999999999"}},
		{"date:2025-13-5 a", "a", []string{"2025-13-5"}},
		{"date:2025-2-30 a", "a", []string{"2025-2-30"}},
		{"* a", "a", []string{"*"}},
		{"a NEAR", "a", []string{"NEAR"}},
		{"NEAR a", "a", []string{"NEAR"}},
		{"a NEAR OR b", "(a OR b)", []string{"NEAR"}},
		{"a NEAR from:b", "(a AND from:b)", []string{"NEAR"}},
		{"a NEAR (b c)", "(a AND b AND c)", []string{"NEAR"}},
		{"/x+/ a", "(/x+/ AND a)", []string{"/x+/"}},
		{"body:/x+/ a", `(body:"x+" AND a)`, []string{"/x+/"}},
		{"from:/(/ a", "a", []string{"/(/"}},
		{"from:/b(/ a", `(from:"b(" AND a)`, []string{"/b(/"}},
		{"after:3/4/2024", "after:2024-04-03", []string{"3/4/2024"}},
		{"date:..", "<nil>", []string{".."}},
		{"date:2024..soon a", "a", []string{"2024..soon"}},
		{"date:2025..2024", "date:2025-01-01..2024-12-31", []string{"2025..2024"}},
		{"date:2025-03..2025-02-28", "date:2025-03-01..2025-02-28", []string{"2025-03..2025-02-28"}},
		{"sent:7d..30d", "sent:2026-11-15T22:00:00+01:00..2026-10-23T22:00:00+01:00", []string{"7d..30d"}},
		{"size:5M..1M", "size:5242880..1048576", []string{"5M..1M"}},
		{"newer_than:soon a", "a", []string{"soon"}},
		{"size:huge a", "a", []string{"huge"}},
		{"lang:qq a", "a", []string{"qq"}},
		{`"net 30"~3 a`, `("net 30" AND a)`, []string{"~3"}},
		{"lang:klingon a", "a", []string{"klingon"}},
		{"kind:song a", "a", []string{"song"}},
		{"sort:colour a", "a", []string{"colour"}},
		{"isread:maybe a", "a", []string{"maybe"}},
		{"size>(1M) a", "(1M AND a)", []string{"size>"}},
		{"thread:{a b", "thread:{(a AND b)}", []string{"{"}},
		{"a & b", "(a AND b)", []string{"&"}},
		{"colour:red x", "(colour:red AND x)", []string{"colour:"}},
		{"from: ", "<nil>", []string{"from:"}},
		{"(from:) a", "a", []string{"from:"}},
		{"after:soon a", "a", []string{"soon"}},
		{"after:2025-02-30", "<nil>", []string{"2025-02-30"}},
		{"before:\"\" a", "a", []string{`""`}},
		{"has:wings a", "a", []string{"wings"}},
		{`in:"" a`, "a", []string{`""`}},
		{"is:lost a", "a", []string{"lost"}},
	} {
		t.Run(c.in, func(t *testing.T) {
			t.Parallel()
			n, warnings := parsed(c.in, berlin(t))
			if got := printed(n); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			var at []string
			for _, w := range warnings {
				at = append(at, c.in[w.From:w.To])
				if w.Message == "" {
					t.Error("empty message")
				}
			}
			if d := cmp.Diff(c.at, at); d != "" {
				t.Errorf("places: %s\n%v", d, warnings)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"length":   strings.Repeat("ä ", 3000),
		"brackets": strings.Repeat("(", 2000) + "a",
		"minus":    strings.Repeat("-", 4000) + "a",
		"fields":   strings.Repeat("from:(", 600) + "a",
		"words":    strings.Repeat("a ", 2000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n, warnings := parsed(in, berlin(t))
			if len(warnings) == 0 {
				t.Error("no warning")
			}
			if d, c := size(n); d > 2*MaxDepth+2 || c > MaxNodes {
				t.Errorf("depth %d, %d nodes", d, c)
			}
		})
	}
}

// size gives the depth and the number of leaves.
func size(n Node) (depth, leaves int) {
	var below []Node
	switch n := n.(type) {
	case nil:
		return 0, 0
	case And:
		below = n.Nodes
	case Or:
		below = n.Nodes
	case Not:
		below = []Node{n.Node}
	case Near:
		below = n.Nodes
	case Thread:
		below = []Node{n.Node}
	default:
		return 1, 1
	}
	for _, m := range below {
		d, l := size(m)
		depth, leaves = max(depth, d), leaves+l
	}
	return depth + 1, leaves
}

// Every field of the table parses by its name and all its aliases.
func TestFieldsAreParsed(t *testing.T) {
	t.Parallel()
	for _, f := range Fields() {
		want, warnings := parsed(f.Example, berlin(t))
		if want == nil || len(warnings) > 0 {
			t.Errorf("%s: the example gives %v, %v", f.Name, want, warnings)
		}
		if _, value, _ := strings.Cut(f.Example, ":"); value == "" || f.Meaning == "" || f.Kind == "" {
			t.Errorf("%s: incomplete", f.Name)
		}
		for _, a := range f.Aliases {
			got, warnings := parsed(strings.Replace(f.Example, f.Name+":", a+":", 1), berlin(t))
			if printed(got) != printed(want) || len(warnings) > 0 {
				t.Errorf("%s gives %v, %v; %s gives %v", a, got, warnings, f.Name, want)
			}
		}
	}
}

func TestPositive(t *testing.T) {
	t.Parallel()
	n, _ := parsed(`a -b (c OR -"d e" OR subject:f*) -(g -h) "i j" in:x`, berlin(t))
	var got []string
	for _, p := range Positive(n) {
		got = append(got, p.String())
	}
	if d := cmp.Diff([]string{"a", "c", "subject:f*", "h", `"i j"`}, got); d != "" {
		t.Error(d)
	}
}

// outside finds a leaf that does not stand within the first bytes.
func outside(n Node, bytes int) (Span, bool) {
	var below []Node
	at := Span{0, 1}
	switch n := n.(type) {
	case And:
		below = n.Nodes
	case Or:
		below = n.Nodes
	case Near:
		below = n.Nodes
	case Not:
		below = []Node{n.Node}
	case Thread:
		below = []Node{n.Node}
	case Word:
		at = n.At
	case Phrase:
		at = n.At
	case Prefix:
		at = n.At
	case Wildcard:
		at = n.At
	case Regexp:
		at = n.At
	case Dates:
		at = n.At
	case Size:
		at = n.At
	case Key:
		at = n.At
	case Me:
		at = n.At
	case Saved:
		at = n.At
	case Direction:
		at = n.At
	case Folder:
		at = n.At
	case Mailbox:
		at = n.At
	}
	if len(below) == 0 && n != nil && (at.From < 0 || at.From >= at.To || at.To > bytes) {
		return at, true
	}
	for _, m := range below {
		if at, ok := outside(m, bytes); ok {
			return at, true
		}
	}
	return Span{}, false
}

// FuzzParse: parsing ends, nodes and warnings point into the text, and what a tree prints
// is read as the same tree.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`a b OR -c`, `subject:("x y" z*)`, `in:"a/b" {a b} )`, `((`, `after:2025-01 before:x`, `"`, `--a`, `NOT NOT a`,
		`foo:bar from:subject:x`, `a**`, `“x" y”`, `- x`, `from: OR`, `after:2025-01-31T08:30:00+05:30`, "\xff\"", `hasattachment:no`, `-is:gone`,
		`a NEAR/3 b ADJ/2 "c d" NEAR e*`, `(a OR b) NEAR (c d)`, `from:/a b/ /x/`, `thread:{a {b c}}`, `+a~2 w?d *x*`, `size>1M date:..2024 sent:last week`,
		`header:x="a b" ext:(pdf docx) mime:image/*`, `date:30d..7d before:3/4/2024`, `smaller:0 size:0`, `sort:newest -sort:oldest`, `from:me filename:pdf`,
		`date:"jan 2025".."feb 2025`, `"a b"~3 size>3 mb`, `date:2024.. "x"`,
	} {
		f.Add(s)
	}
	now := berlin(f)
	f.Fuzz(func(t *testing.T, s string) {
		n, warnings := parsed(s, now)
		for _, w := range warnings {
			if w.From < 0 || w.From > w.To || w.To > len(s) {
				t.Fatalf("%q: warning %+v", s, w)
			}
		}
		if at, ok := outside(n, len(s)); ok {
			t.Fatalf("%q: a node stands at %+v", s, at)
		}
		if n == nil || strings.Count(s, "(")+strings.Count(s, "-")+strings.Count(s, "NOT") > MaxDepth/2 {
			return
		}
		text := n.String()
		if len(text) > MaxLength {
			return
		}
		again, _ := parsed(text, now)
		if printed(again) != text || !cmp.Equal(n, again, anywhere()) {
			t.Fatalf("%q is %q, which is read as %q\n%s", s, text, printed(again), cmp.Diff(n, again, anywhere()))
		}
	})
}

// A web address that is put in as it stands is a text, and not a pattern for its
// question mark.
func TestAddressesAreText(t *testing.T) {
	t.Parallel()
	const address = "https://example.org/find?id=17"
	for _, text := range []string{address, "body:" + address} {
		n, warnings := parsed(text, berlin(t))
		if w, ok := n.(Word); !ok || w.Text != address || len(warnings) > 0 {
			t.Errorf("%s gives a %T, %v", text, n, warnings)
		}
	}
}

// What became of an attachment's text can be asked for, and prints as a query
// that asks the same.
func TestTextStates(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"state:encrypted": "(state:encrypted)", "state:failed/pdf": "(state:failed/pdf)", "lang:de": "(lang:de)", "Language:FR": "(lang:fr)", "STATE:Failed": "(state:failed)", "has:unindexed": "has:unindexed", "-has:unindexed": "-has:unindexed",
	} {
		n, warnings := parsed(text, time.Now())
		if got := n.String(); got != want || len(warnings) > 0 {
			t.Errorf("%s parses to %s (%v), want %s", text, got, warnings, want)
		}
	}
	if _, warnings := parsed("state:odd", time.Now()); len(warnings) != 1 {
		t.Errorf("an unknown state: %+v", warnings)
	}
}
