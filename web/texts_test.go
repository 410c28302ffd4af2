package web

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// What became of attachments is counted by state and type in API, page and
// metrics, and each count is what the search behind it finds.
func TestTextCounts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var st statusJSON
	must(t, json.Unmarshal([]byte(s.get("/api/v1/status").body), &st))
	page, metrics := s.get("/status").body, s.get("/metrics")
	if got := metrics.Header.Get("Content-Type"); got != metricsType {
		t.Errorf("metrics are of type %s", got)
	}
	lines := strings.Split(metrics.body, "\n")
	states := map[string]bool{}
	for _, c := range st.Attachments {
		states[c.State] = true
		q := "state:" + c.State + "/" + c.Type
		var found searchJSON
		must(t, json.Unmarshal([]byte(s.get("/api/v1/search?q="+url.QueryEscape(q)).body), &found))
		if found.Total != c.Messages || len(found.Query.Warnings) > 0 {
			t.Errorf("%s finds %d messages, %d are counted (%v)", q, found.Total, c.Messages, found.Query.Warnings)
		}
		if link := `href="` + searchFor(q) + `"`; !strings.Contains(page, link) {
			t.Errorf("the page has no %s", link)
		}
		line := `mailquarry_attachment_messages{state="` + c.State + `",type="` + c.Type + `"} ` + strconv.Itoa(c.Messages)
		if !slices.Contains(lines, line) {
			t.Errorf("metrics have no line %s", line)
		}
	}
	for _, state := range []string{"ok", "unavailable"} {
		if !states[state] {
			t.Errorf("nothing is counted as %s: %+v", state, st.Attachments)
		}
	}
	if !slices.Contains(lines, `mailquarry_messages{state="stored"} 3`) || !slices.Contains(lines, `mailquarry_problems 4`) {
		t.Errorf("metrics: %s", metrics.body)
	}
}

// Label values cannot break out of their line.
func TestMetricLabels(t *testing.T) {
	t.Parallel()
	var m metricsText
	m.value("x", 1, "a", "quote\" slash\\ line\nend")
	if got := m.String(); got != `x{a="quote\" slash\\ line\nend"} 1`+"\n" {
		t.Errorf("got %s", got)
	}
}
