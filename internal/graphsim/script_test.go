package graphsim_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mailquarry/internal/graphsim"
)

func parse(t *testing.T, text string) graphsim.Script {
	t.Helper()
	s, err := graphsim.ParseScript(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A mistake in a fault file is told with its line, and nothing is guessed.
func TestScriptErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"\n# fine\n\n430":                     `line 4: no fault is called "430"`,
		"429 times":                           `line 1: "times" is not of the form NAME=VALUE`,
		"429 =1":                              `is not of the form NAME=VALUE`,
		"429 times=":                          `is not of the form NAME=VALUE`,
		"429 times=1 times=2":                 `times is set twice`,
		"429 times=0":                         `times=0: not a number from 1 to`,
		"429 times=1e3":                       `not a number`,
		"429 after=-1":                        `after=-1: not a number`,
		"429 chance=1.5":                      `chance=1.5: not a share`,
		"429 chance=NaN":                      `not a share`,
		"429 tmies=1":                         `tmies cannot be set here`,
		"429 on=message-delta,nothing":        `no kind of request is called "nothing"`,
		"429 in=box":                          `in=box: only alone or batch`,
		"429 for=3":                           `for=3: not a time`,
		"429 for=-3s":                         `not a time`,
		"429 for=9000h":                       `not a time`,
		"429 retry-after=100000":              `not a number`,
		"429 rate=0.1":                        `rate cannot be set here`,
		"429 status=400":                      `status cannot be set here`,
		"moving mailbox=anna@contoso.example": `moving needs for=TIME`,
		"moving for=3s takes=3s":              `takes cannot be set for moving`,
		"answer":                              `answer needs status=NUMBER`,
		"answer status=200":                   `status=200: not a number from 400 to 599`,
		"chaos rate=2":                        `rate=2: not a share`,
		"chaos 429=x":                         `429=x: not a weight`,
		"chaos 430=1":                         `430 cannot be set here`,
		"chaos max-row=0":                     `max-row=0: not a number`,
		"chaos\nchaos":                        `line 2: chaos is set twice`,
		"429\n" + strings.Repeat("x", 5000):   `line 2: longer than 4096 bytes`,
		strings.Repeat("429 times=1\n", 1001): `line 1001: more than 1000 rules`,
		"429 times=1\r\n\t500 on=users\r\nwrong ": `line 3: no fault is called "wrong"`,
	} {
		_, err := graphsim.ParseScript(strings.NewReader(text))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "line ") {
			t.Errorf("%.40q: %v, want %s", text, err, want)
		}
	}
	tenant := graphsim.New(graphsim.Options{})
	err := tenant.Apply(parse(t, "\n429 mailbox=nobody@contoso.example"))
	if err == nil || !strings.Contains(err.Error(), "line 2: there is no mailbox nobody@contoso.example") {
		t.Errorf("an unknown mailbox: %v", err)
	}
}

// Each rule of a fault file does what it says.
func TestScriptRules(t *testing.T) {
	t.Parallel()
	now := newWatch()
	c, m := withBox(t, graphsim.Options{Now: now.read})
	other := c.tenant.AddUser(graphsim.User{Address: "ben@contoso.example"})
	fill(m.Folder("inbox"), 3)
	inbox, theirs := "/users/"+m.ID()+"/mailFolders/inbox", "/users/"+other.ID()+"/mailFolders/inbox"
	apply := func(text string) {
		t.Helper()
		c.tenant.ClearFaults()
		if err := c.tenant.Apply(parse(t, text)); err != nil {
			t.Fatal(err)
		}
	}
	apply("# the first\n429 on=folders,settings mailbox=anna@contoso.example after=1 times=1 retry-after=17")
	c.want(theirs)
	c.want(inbox)
	if r := c.get(inbox); r.status != 429 || r.header.Get("Retry-After") != "17" {
		t.Errorf("429: %d %v", r.status, r.header)
	}
	c.want(inbox)
	apply("answer status=418 code=Teapot path=/mailFolders/*box on=folders for=1m")
	c.refused(c.get(inbox), 418, "Teapot")
	c.want("/users/" + m.ID() + "/mailFolders/sentitems")
	now.advance(time.Minute)
	c.want(inbox)
	apply("late takes=80ms times=1")
	start := time.Now()
	c.want(inbox)
	if took := time.Since(start); took < 80*time.Millisecond {
		t.Errorf("late: after %s", took)
	}
	apply("503 in=batch")
	c.want(inbox)
	if r := c.batch(batchStep("1", inbox))["1"]; r.status != 503 {
		t.Errorf("in a batch: %d", r.status)
	}
	_, link := c.round(inbox + "/messages/delta")
	apply("reset-tokens mailbox=anna@contoso.example after=1")
	_, link = c.round(link)
	c.refused(c.get(link), 410, "SyncStateNotFound")
	apply("moving for=10s mailbox=anna@contoso.example")
	c.want(theirs)
	c.refused(c.get(inbox), 503, "ErrorMailboxMoveInProgress")
	now.advance(10 * time.Second)
	c.want(inbox)
	apply("expire-tokens on=users")
	c.want(inbox)
	c.refused(c.get("/users"), 401, "InvalidAuthenticationToken")
	c.signIn("")
	apply("refuse mailbox=ben@contoso.example times=1")
	c.want(inbox)
	c.refused(c.get(theirs), 403, "ErrorAccessDenied")
	c.tenant.ClearFaults()
	c.refused(c.get(theirs), 403, "ErrorAccessDenied")

	apply("chaos rate=1 max-row=1000 500=1 burst-rate=0 move-rate=0 reset-rate=0 expire-rate=0 seed=-3")
	for range 20 {
		if r := c.get(inbox); r.status != 500 {
			t.Errorf("chaos: %d", r.status)
		}
	}
}

// The page on the simulator tells every fault, kind and field that there is.
func TestSimulatorPageIsComplete(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join("..", "..", "docs", "simulator.md"))
	if err != nil {
		t.Fatal(err)
	}
	page := string(raw)
	for _, name := range graphsim.FaultNames() {
		if !strings.Contains(page, "`"+name+"`") {
			t.Errorf("docs/simulator.md does not tell of the fault %s", name)
		}
	}
	for _, kind := range graphsim.Kinds() {
		if !strings.Contains(page, "`"+string(kind)+"`") {
			t.Errorf("docs/simulator.md does not tell of requests of kind %s", kind)
		}
	}
	// Its examples are good ones.
	for n, block := range strings.Split(page, "```faults\n")[1:] {
		text, _, _ := strings.Cut(block, "```")
		if _, err := graphsim.ParseScript(strings.NewReader(text)); err != nil {
			t.Errorf("example %d of docs/simulator.md: %v", n+1, err)
		}
	}
}

// No fault file makes the parser or the tenant panic, and a mistake has a line.
func FuzzScript(f *testing.F) {
	f.Add("429 on=message-delta times=3 after=2 retry-after=5\n# x\nchaos rate=0.1 429=3 cut=1")
	f.Add("moving mailbox=anna@x.example for=30s after=1\nreset-tokens\nexpire-tokens chance=0.5\nrefuse in=alone")
	f.Add("answer status=500 code=\x00 path=*a**/%zz\nwrong-type\nmalformed\ngzip\ncut\n410-location")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := graphsim.ParseScript(strings.NewReader(text))
		if err != nil {
			if !strings.HasPrefix(err.Error(), "line ") {
				t.Fatalf("an error without its line: %v", err)
			}
			return
		}
		for _, slow := range []string{"slow", "late", "stall", "chaos", "takes"} {
			if strings.Contains(text, slow) {
				return
			}
		}
		d := newDirect(t, graphsim.Options{})
		m := d.tenant.AddUser(graphsim.User{Address: "anna@x.example"})
		fill(m.Folder("inbox"), 3)
		if err := d.tenant.Apply(s); err != nil {
			return
		}
		for _, path := range []string{"/users", "/users/" + m.ID() + "/mailFolders/inbox/messages/delta", "/users/" + m.ID() + "/mailFolders"} {
			if status, _ := d.get(path); status != 0 && (status < http.StatusOK || status > 599) {
				t.Fatalf("status %d", status)
			}
		}
	})
}
