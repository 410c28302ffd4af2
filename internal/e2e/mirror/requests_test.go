package mirror

import (
	"strings"
	"testing"
	"time"

	"mailquarry/internal/graphsim"
)

// What the tests of the whole believe of a request log is true: they see the fifth
// request at a time, and the one that comes before a Retry-After is over, on that
// mailbox alone; and they see nothing else.
func TestRules(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	prefer := []string{`IdType="ImmutableId"`}
	// ask is a request on ann's mailbox, sent and answered so many milliseconds
	// after the start.
	ask := func(sent, answered int, path string) graphsim.Request {
		at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
		return graphsim.Request{
			Time: at(sent), Ended: at(answered), Method: "GET", Path: path, Kind: graphsim.MessageDelta,
			Mailbox: "ann", InFlight: 1, Status: 200, Prefer: prefer,
		}
	}
	refused := ask(0, 10, "/a")
	refused.Status, refused.RetryAfter = 429, time.Second
	with := func(q graphsim.Request, change func(*graphsim.Request)) graphsim.Request { change(&q); return q }
	for name, tt := range map[string]struct {
		log  []graphsim.Request
		want string // "" when all is well
	}{
		"nothing wrong":           {[]graphsim.Request{ask(0, 10, "/a"), ask(5, 20, "/b")}, ""},
		"four at a time":          {[]graphsim.Request{with(ask(0, 10, "/a"), func(q *graphsim.Request) { q.InFlight = 4 })}, ""},
		"five at a time":          {[]graphsim.Request{with(ask(0, 10, "/a"), func(q *graphsim.Request) { q.InFlight = 5 })}, "5 requests at a time"},
		"ids that can change":     {[]graphsim.Request{with(ask(0, 10, "/a"), func(q *graphsim.Request) { q.Prefer = nil })}, "no immutable ids"},
		"waited":                  {[]graphsim.Request{refused, ask(1015, 1020, "/a")}, ""},
		"asked again too early":   {[]graphsim.Request{refused, ask(300, 310, "/a")}, "before a Retry-After was over"},
		"asked for another thing": {[]graphsim.Request{refused, ask(700, 710, "/b")}, "before a Retry-After was over"},
		"was on its way":          {[]graphsim.Request{refused, ask(9, 30, "/b"), ask(1011, 1020, "/a")}, ""},
		"four more":               {[]graphsim.Request{refused, ask(11, 20, "/b"), ask(12, 20, "/c"), ask(13, 20, "/d"), ask(14, 20, "/e")}, "before a Retry-After was over"},
		"another mailbox":         {[]graphsim.Request{refused, with(ask(700, 710, "/a"), func(q *graphsim.Request) { q.Mailbox = "ben" })}, ""},
		"the sign-in": {[]graphsim.Request{
			{Time: start, Ended: start, Method: "POST", Path: "/token", Kind: graphsim.Tokens, Status: 503, RetryAfter: time.Second},
			{Time: start.Add(time.Millisecond), Ended: start.Add(time.Millisecond), Method: "POST", Path: "/token", Kind: graphsim.Tokens, Status: 200},
		}, "before a Retry-After was over"},
		"the directory": {[]graphsim.Request{
			{Time: start, Ended: start, Method: "GET", Path: "/users/delta", Kind: graphsim.Users, Status: 429, RetryAfter: time.Second},
			{Time: start.Add(time.Millisecond), Ended: start.Add(time.Millisecond), Method: "GET", Path: "/users/delta", Kind: graphsim.Users, Status: 200},
		}, "before a Retry-After was over"},
		"within a batch": {[]graphsim.Request{
			{Time: start, Ended: start.Add(20 * time.Millisecond), Method: "POST", Path: "/$batch", Kind: graphsim.Batch, Status: 200},
			with(refused, func(q *graphsim.Request) { q.InBatch = true }), ask(300, 310, "/a"),
		}, "before a Retry-After was over"},
	} {
		got := strings.Join(Rules(tt.log), "\n")
		if (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}
