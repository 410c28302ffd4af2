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

// fits checks an answer against the description of its operation. HEAD and
// refused methods are measured by that of GET.
func fits(t *testing.T, router routers.Router, res answer, validRequest bool) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost"+res.Request.URL.RequestURI(), nil)
	must(t, err)
	req.Header = res.Request.Header
	route, params, err := router.FindRoute(req)
	if err != nil {
		t.Errorf("%s: %v", req.URL.Path, err)
		return
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
		"/api/v1/search?q=zebra", "/api/v1/search?mailbox=eva@contoso.example&folder=" + s.inbox.String() + "&after=2025-01-01&before=2025-12-31T00:00:00Z&sort=newest",
		m + plain, m + html, m + bare, m + plain + "/html", m + html + "/html", m + bare + "/html",
		m + plain + "/attachments/0", m + plain + "/attachments/1", m + html + "/attachments/0",
		m + plain + "/attachments/0/text", m + plain + "/attachments/2/text",
		"/api/v1/mailboxes", "/api/v1/status", "/api/v1/openapi.json", "/healthz", "/readyz",
	}
	seen := map[string][]int{}
	note := func(res answer, want int) {
		if res.StatusCode != want {
			t.Errorf("%s %s: %d, want %d: %s", res.Request.Method, res.Request.URL, res.StatusCode, want, res.body)
		}
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost"+res.Request.URL.Path, nil)
		if route, _, err := router.FindRoute(req); err == nil {
			seen[route.Path] = append(seen[route.Path], res.StatusCode)
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
			{s.do(http.MethodPost, path), http.StatusMethodNotAllowed},
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
		{broken.get("/readyz"), http.StatusServiceUnavailable},
		{s.get(m+plain+"/attachments/1", "Range", "bytes=0-3"), http.StatusPartialContent},
		{s.get(m+plain+"/attachments/0/text", "Accept", "text/plain"), http.StatusOK},
	} {
		fits(t, router, tt.res, true)
		note(tt.res, tt.want)
	}
	for path := range doc.Paths.Map() {
		for _, status := range []int{200, 405, 421} {
			if !slices.Contains(seen[path], status) {
				t.Errorf("no answer %d of %s was checked", status, path)
			}
		}
	}
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
