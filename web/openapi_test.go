package web

import (
	"bytes"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"mailquarry/search/engine"
)

func loadDescription(t *testing.T) (*openapi3.T, routers.Router) {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(description)
	must(t, err)
	must(t, doc.Validate(t.Context()))
	router, err := legacy.NewRouter(doc)
	must(t, err)
	return doc, router
}

// operation finds the description that an answer is measured by. HEAD and
// refused methods have none, and are measured by one of the same path.
func operation(t *testing.T, router routers.Router, res answer) (*http.Request, *routers.Route, map[string]string, error) {
	t.Helper()
	var (
		req    *http.Request
		route  *routers.Route
		params map[string]string
		err    error
	)
	for _, method := range []string{res.Request.Method, http.MethodGet, http.MethodPost, http.MethodDelete} {
		req, err = http.NewRequestWithContext(t.Context(), method, "http://localhost"+res.Request.URL.RequestURI(), nil)
		must(t, err)
		req.Header = res.Request.Header
		if route, params, err = router.FindRoute(req); err == nil {
			break
		}
	}
	return req, route, params, err
}

// fits checks an answer against the description of its operation.
func fits(t *testing.T, router routers.Router, res answer, validRequest bool) {
	t.Helper()
	req, route, params, err := operation(t, router, res)
	if err != nil {
		t.Errorf("%s: %v", req.URL.Path, err)
		return
	}
	if res.Request.GetBody != nil {
		req.Body, err = res.Request.GetBody()
		must(t, err)
	}
	in := &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route}
	if validRequest {
		if err := openapi3filter.ValidateRequest(t.Context(), in); err != nil {
			t.Errorf("the description does not allow %s: %v", req.URL, err)
		}
	}
	out := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: res.StatusCode, Header: res.Header,
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	}
	out.Body = io.NopCloser(bytes.NewReader([]byte(res.body)))
	if err := openapi3filter.ValidateResponse(t.Context(), out); err != nil {
		t.Errorf("%s answered %d %s:\n%v", req.URL, res.StatusCode, res.body, err)
	}
}

// TestEveryAnswerFitsItsDescription asks every operation for all that it can
// answer and holds the answers against the OpenAPI document.
func TestEveryAnswerFitsItsDescription(t *testing.T) {
	t.Parallel()
	doc, router := loadDescription(t)
	for _, kind := range []string{"text/html", "application/pdf", "image/png"} {
		openapi3filter.RegisterBodyDecoder(kind, openapi3filter.FileBodyDecoder)
	}
	s, slow, broken := newSite(t), stuckSite(t, nil), stuckSite(t, engine.ErrDamaged)
	plain, html, bare := s.ids["plain"].String(), s.ids["html"].String(), s.ids["bare"].String()
	const m = "/api/v1/messages/"
	good := []string{
		"/api/v1/search", "/api/v1/search?q=renewal&facets=mailbox,folder,sender,year,type&limit=1",
		"/api/v1/search?q=" + strings.Repeat("in%3Anowhere+%28", 60) + "&sort=oldest",
		"/api/v1/search?q=renewal+lease&explain=1", "/api/v1/search?q=zebra", "/api/v1/search?q=date:today&tz=Europe/Berlin&before=2025-12-31", "/api/v1/search?mailbox=eva@contoso.example&folder=" + s.inbox.String() + "&after=2025-01-01&before=2025-12-31T00:00:00Z&sort=newest",
		m + plain, m + html, m + bare, m + plain + "/html", m + html + "/html", m + bare + "/html",
		m + plain + "/attachments/0", m + plain + "/attachments/1", m + html + "/attachments/0",
		m + plain + "/attachments/0/text", m + plain + "/attachments/2/text",
		"/api/v1/complete", "/api/v1/complete?q=from%3Ato", "/api/v1/complete?q=lease+ren&at=5&limit=3", "/api/v1/complete?q=in%3A%22Inb",
		"/api/v1/mailboxes", "/api/v1/status", "/api/v1/openapi.json", "/healthz", "/readyz", "/metrics",
		"/api/v1/problems", "/api/v1/problems?mailbox=eva@contoso.example&kind=message&limit=1", "/api/v1/problems?limit=2&cursor=1",
		"/api/v1/coverage", "/api/v1/coverage?mailbox=" + s.box.String(), "/api/v1/coverage/pass", "/api/v1/holds",
	}
	seen := map[string][]int{}
	note := func(res answer, want int) {
		if res.StatusCode != want {
			t.Errorf("%s %s: %d, want %d: %s", res.Request.Method, res.Request.URL, res.StatusCode, want, res.body)
		}
		if _, route, _, err := operation(t, router, res); err == nil {
			seen[route.Method+" "+route.Path] = append(seen[route.Method+" "+route.Path], res.StatusCode)
		}
	}
	for _, path := range good {
		res := s.get(path)
		fits(t, router, res, true)
		note(res, http.StatusOK)
		for _, other := range []struct {
			res  answer
			want int
		}{
			{s.do(http.MethodPut, path), http.StatusMethodNotAllowed},
			{s.get(path, "Host", "evil.example"), http.StatusMisdirectedRequest},
		} {
			fits(t, router, other.res, false)
			note(other.res, other.want)
		}
		if strings.HasPrefix(path, "/api/") && !strings.HasSuffix(path, ".json") {
			res := s.get(path + "?&nonsense=1")
			if strings.Contains(path, "?") {
				res = s.get(path + "&nonsense=1")
			}
			fits(t, router, res, false)
			note(res, http.StatusBadRequest)
		}
	}
	for _, path := range []string{m + "zzzzz", m + "zzzzz/html", m + plain + "/attachments/7", m + plain + "/attachments/2", m + plain + "/attachments/7/text"} {
		res := s.get(path)
		fits(t, router, res, true)
		note(res, http.StatusNotFound)
	}
	for _, tt := range []struct {
		res  answer
		want int
	}{
		{slow.get("/api/v1/search?q=x"), http.StatusGatewayTimeout},
		{broken.get("/api/v1/search?q=x"), http.StatusServiceUnavailable},
		{slow.get("/api/v1/complete?q=x"), http.StatusGatewayTimeout},
		{broken.get("/api/v1/complete?q=x"), http.StatusServiceUnavailable},
		{broken.get("/readyz"), http.StatusServiceUnavailable},
		{s.get(m+plain+"/attachments/1", "Range", "bytes=0-3"), http.StatusPartialContent},
		{s.get(m+plain+"/attachments/0/text", "Accept", "text/plain"), http.StatusOK},
	} {
		fits(t, router, tt.res, true)
		note(tt.res, tt.want)
	}
	steer(t, s, router, note)
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			answers := seen[method+" "+path]
			if !slices.ContainsFunc(answers, func(status int) bool { return status < 300 }) {
				t.Errorf("no good answer of %s %s was checked", method, path)
			}
			for _, status := range []int{405, 421} {
				if method == http.MethodGet && !slices.Contains(answers, status) {
					t.Errorf("no answer %d of %s was checked", status, path)
				}
			}
		}
	}
}

// steer holds what POST and DELETE answer against the document.
func steer(t *testing.T, s *site, router routers.Router, note func(answer, int)) {
	t.Helper()
	const json = "application/json"
	for _, tt := range []struct {
		method, path, body, kind string
		want                     int
	}{
		{http.MethodPost, "/api/v1/problems/retry", `{"ids":[1,2]}`, json, 200},
		{http.MethodPost, "/api/v1/problems/retry", `{"mailbox":"eva@contoso.example"}`, json, 200},
		{http.MethodPost, "/api/v1/problems/retry", `{"all":true}`, json + "; charset=utf-8", 200},
		{http.MethodPost, "/api/v1/problems/retry", `{}`, json, 400},
		{http.MethodPost, "/api/v1/problems/retry", `{"all":true,"mailbox":"eva@contoso.example"}`, json, 400},
		{http.MethodPost, "/api/v1/problems/retry", `{"mailbox":"nobody@contoso.example"}`, json, 400},
		{http.MethodPost, "/api/v1/problems/retry", `{"every":true}`, json, 400},
		{http.MethodPost, "/api/v1/problems/retry", `{"all":true}{}`, json, 400},
		{http.MethodPost, "/api/v1/problems/retry", `{"all":`, json, 400},
		{http.MethodPost, "/api/v1/problems/retry", `{"mailbox":"` + strings.Repeat("a", maxBody) + `"}`, json, 400},
		{http.MethodPost, "/api/v1/problems/retry", `all=true`, "application/x-www-form-urlencoded", 415},
		{http.MethodPost, "/api/v1/problems/retry", `{"all":true}`, "text/plain", 415},
		{http.MethodPost, "/api/v1/problems/retry", `{"all":true}`, "", 415},
		{http.MethodPost, "/api/v1/holds", `{"mailbox":"eva@contoso.example","reason":"Case 17"}`, json, 201},
		{http.MethodPost, "/api/v1/holds", `{"query":"subject:lease","reason":"Case 18"}`, json, 201},
		{http.MethodPost, "/api/v1/holds", `{"query":"subject:","reason":"Case 18"}`, json, 400},
		{http.MethodPost, "/api/v1/holds", `{"mailbox":"eva@contoso.example"}`, json, 400},
		{http.MethodPost, "/api/v1/holds", `{"reason":"Case 17"}`, json, 400},
		{http.MethodPost, "/api/v1/holds", `{}`, "", 415},
		{http.MethodDelete, "/api/v1/holds/1", "", "", 204},
		{http.MethodDelete, "/api/v1/holds/1", "", "", 404},
		{http.MethodDelete, "/api/v1/holds/one", "", "", 404},
		{http.MethodPost, "/api/v1/coverage", `{"mailboxes":["nobody@contoso.example"]}`, json, 400},
		{http.MethodPost, "/api/v1/coverage", `{"mailboxes":["eva@contoso.example"]}`, json, 202},
		{http.MethodPost, "/api/v1/coverage", ``, "", 415},
	} {
		var header []string
		if tt.kind != "" {
			header = []string{"Content-Type", tt.kind}
		}
		res := s.send(tt.method, tt.path, tt.body, header...)
		fits(t, router, res, tt.want < 300)
		note(res, tt.want)
	}
	bare := stuckSite(t, nil)
	res := bare.post("/api/v1/coverage", `{}`)
	fits(t, router, res, true)
	note(res, http.StatusConflict)
}

// TestTheDescriptionIsComplete: every route that programs use is described,
// and nothing is described that is not served.
func TestTheDescriptionIsComplete(t *testing.T) {
	t.Parallel()
	doc, _ := loadDescription(t)
	param := regexp.MustCompile(`:(\w+)`)
	var served []string
	for _, r := range (&server{}).apiRoutes() {
		served = append(served, r.Method+" "+param.ReplaceAllString(r.Path, "{$1}"))
	}
	var described []string
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			described = append(described, method+" "+path)
		}
	}
	slices.Sort(served)
	slices.Sort(described)
	if !slices.Equal(served, described) {
		t.Errorf("served:\n%s\ndescribed:\n%s", strings.Join(served, "\n"), strings.Join(described, "\n"))
	}
}
