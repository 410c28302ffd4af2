package graph

import (
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"mailquarry/internal/graphsim"
	"mailquarry/internal/source"
)

func examine(t *testing.T, cfg Config, mailbox string) map[string]Step {
	t.Helper()
	steps := map[string]Step{}
	Examine(testContext(t), cfg, Samples{Mailbox: mailbox}, func(s Step) {
		if _, twice := steps[s.Name]; twice {
			t.Errorf("%s was told twice", s.Name)
		}
		if s.Outcome == Failed && len(s.Do) == 0 {
			t.Errorf("%s failed (%s), and nothing is said about what to do", s.Name, s.Detail)
		}
		steps[s.Name] = s
	})
	return steps
}

// stubConfig is a Graph whose token names these roles, at this time, and whose
// mailboxes answer as given.
func stubConfig(t *testing.T, date time.Time, messages string, roles ...string) Config {
	t.Helper()
	c, server := stub(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", date.UTC().Format(http.TimeFormat))
		switch {
		case strings.HasSuffix(r.URL.Path, "/messages"):
			fmt.Fprint(w, messages)
		case strings.HasSuffix(r.URL.Path, "/users"):
			fmt.Fprint(w, `{"value":[{"id":"u1","mail":"ann@contoso.com","userPrincipalName":"ann@contoso.com"}]}`)
		case strings.HasSuffix(r.URL.Path, "/$batch"):
			var asked struct {
				Requests []struct {
					ID string `json:"id"`
				} `json:"requests"`
			}
			if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
				t.Error(err)
			}
			var replies []string
			for _, q := range asked.Requests {
				replies = append(replies, fmt.Sprintf(`{"id":%q,"status":200,"body":{"id":"folder","userPurpose":"shared"}}`, q.ID))
			}
			fmt.Fprintf(w, `{"responses":[%s]}`, strings.Join(replies, ","))
		default:
			http.NotFound(w, r)
		}
	})
	inner := server.Config.Handler
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/token") {
			fmt.Fprintf(w, `{"token_type":"Bearer","expires_in":3599,"access_token":%q}`, fakeToken(roles...))
			return
		}
		inner.ServeHTTP(w, r)
	})
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	return Config{
		TenantID: "contoso.onmicrosoft.com", ClientID: "00000000-0000-0000-0000-000000000001", ClientSecret: "secret",
		AuthorityHost: c.cred.settings.authority.String(), GraphURL: c.base.String(), DisableInstanceDiscovery: true, RootCAs: pool,
	}
}

const oneMessage = `{"value":[{"id":"m","body":{"contentType":"text","content":"x"}}]}`

// With Exchange's RBAC for Applications the token does not name the permission:
// a mailbox that can be read is the proof.
func TestExamineGrantInExchange(t *testing.T) {
	t.Parallel()
	steps := examine(t, stubConfig(t, time.Now(), oneMessage, "User.Read.All", "MailboxSettings.Read"), "")
	if s := steps["permission Mail.Read"]; s.Outcome != Warned || !strings.Contains(s.Detail, "RBAC") {
		t.Errorf("%+v", s)
	}
	if s := steps["mailbox"]; s.Outcome != Passed || !strings.Contains(s.Detail, "ann@contoso.com") || !strings.Contains(s.Detail, "shared") {
		t.Errorf("%+v", s)
	}
}

// Mail without its bodies is no mail to search.
func TestExamineBasicRead(t *testing.T) {
	t.Parallel()
	steps := examine(t, stubConfig(t, time.Now(), `{"value":[{"id":"m"}]}`, "User.Read.All", "Mail.ReadBasic.All"), "")
	if s := steps["permission Mail.Read"]; s.Outcome != Failed || !strings.Contains(s.Detail, "hides bodies") {
		t.Errorf("%+v", s)
	}
	if s := steps["mailbox"]; s.Outcome != Failed {
		t.Errorf("%+v", s)
	}
}

// A clock that is wrong makes tokens fail with codes that do not name it.
func TestExamineClock(t *testing.T) {
	t.Parallel()
	steps := examine(t, stubConfig(t, time.Now().Add(-time.Hour), oneMessage, "User.Read.All", "Mail.Read"), "")
	if s := steps["Graph host"]; s.Outcome != Warned || !strings.Contains(s.Detail, "1h0m") {
		t.Errorf("%+v", s)
	}
}

// A tenant whose first users have no mailbox is looked through for one that has.
func TestExamineFindsAMailbox(t *testing.T) {
	t.Parallel()
	tenant := graphsim.New(graphsim.Options{})
	tenant.AddUser(graphsim.User{Address: "guest@contoso.example", NoMailbox: "MailboxNotEnabledForRESTAPI"})
	cfg := configFor(t, tenant)
	if s := examine(t, cfg, "")["mailbox"]; s.Outcome != Warned || !strings.Contains(s.Do[0], "--mailbox") {
		t.Errorf("%+v", s)
	}
	tenant.AddUser(graphsim.User{Address: "room@contoso.example", Purpose: "room"})
	if s := examine(t, cfg, "")["mailbox"]; s.Outcome != Passed || !strings.Contains(s.Detail, "room@contoso.example: its inbox can be read, and is empty") {
		t.Errorf("%+v", s)
	}
}

// A group of the scope is found, with how many users it means.
func TestExamineGroup(t *testing.T) {
	t.Parallel()
	tenant := graphsim.New(graphsim.Options{Roles: []string{"User.Read.All", "Mail.Read", "GroupMember.Read.All"}})
	ann := tenant.AddUser(graphsim.User{Address: "ann@contoso.example"})
	tenant.AddGroup("legal@contoso.example", "Legal", ann)
	tenant.AddGroup("empty@contoso.example", "Empty")
	steps := map[string]Step{}
	Examine(testContext(t), configFor(t, tenant), Samples{Groups: []string{"legal@contoso.example", "empty@contoso.example"}},
		func(s Step) { steps[s.Name] = s })
	if s := steps["group legal@contoso.example"]; s.Outcome != Passed || !strings.Contains(s.Detail, ": 1") {
		t.Errorf("%+v", s)
	}
	if s := steps["group empty@contoso.example"]; s.Outcome != Warned {
		t.Errorf("%+v", s)
	}
}

// A certificate tells how long it will do: in its last month that is a warning.
func TestExamineCertificate(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		from, left time.Duration
		want       Outcome
		words      string
	}{
		{-day, 30 * day, Passed, "for 30 days"},
		{-day, 30*day - time.Second, Warned, "in 29 days"},
		{-day, time.Hour, Warned, "in 0 days"},
		{-day, -25 * time.Hour, Failed, "expired on 2026-03-01, 1 day ago"},
		{time.Hour, day, Failed, "only from 2026-03-02 11:00:00"},
	} {
		var s Step
		x := &examiner{now: now, report: func(told Step) { s = told }}
		x.validity(&x509.Certificate{NotBefore: now.Add(tt.from), NotAfter: now.Add(tt.left)})
		if s.Outcome != tt.want || !strings.Contains(s.Detail, tt.words) || (tt.want == Passed) != (len(s.Do) == 0) {
			t.Errorf("%s left: %+v", tt.left, s)
		}
	}
	path, cert := writeCertificate(t, time.Now().Add(30*time.Minute))
	cfg := configFor(t, graphsim.New(graphsim.Options{Certificate: cert}))
	cfg.CertificatePath, cfg.ClientSecret = path, ""
	steps := examine(t, cfg, "")
	if steps["certificate"].Outcome != Warned || steps["token"].Outcome != Passed {
		t.Errorf("in its last hour: %+v, then %+v", steps["certificate"], steps["token"])
	}
}

// Every code that sign-in is known to give has steps of its own, which name no
// secret, and are of the cloud's own portal.
func TestExamineTellsWhatToDoAboutEachCode(t *testing.T) {
	t.Parallel()
	for _, code := range []int{7000215, 7000222, 7000218, 700027, 700016, 90002, 900023, 7000112, 1002012, 500011, 53003, 700024} {
		if tokenAdvice(code) == "" {
			t.Errorf("AADSTS%d has no advice", code)
		}
		x := &examiner{cfg: Config{ClientID: "00000000-0000-0000-0000-000000000001", ClientSecret: "s3cr3t"}}
		if err := x.s.locate("https://graph.microsoft.us", ""); err != nil {
			t.Fatal(err)
		}
		do := strings.Join(x.doToken(&source.Error{Class: source.Unauthenticated, Code: fmt.Sprintf("AADSTS%d", code)}), "\n")
		if do == "" || strings.Contains(do, "login.microsoftonline.com/error") || strings.Contains(do, "s3cr3t") || strings.Contains(do, "entra.microsoft.com") {
			t.Errorf("AADSTS%d: %q", code, do)
		}
	}
}
