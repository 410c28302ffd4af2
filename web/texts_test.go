package web

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
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

// What extraction has done since the start is told to a monitoring system; a
// server that extracts nothing tells nothing of it.
func TestExtractionMetrics(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if strings.Contains(s.get("/metrics").body, "extraction") {
		t.Error("metrics of an extraction that there is not")
	}
	s.serve(Options{Service: s.server.service, Desk: s.desk, Extraction: func() Extraction {
		return Extraction{
			Documents: map[string]int{"ok": 7, "failed": 2}, Time: map[string]time.Duration{"ok": 1500 * time.Millisecond, "failed": 0},
			Doubted: 3, Started: 5, Ended: map[string]int{"crash": 4, "memory": 0},
		}
	}}, requestTime)
	lines := strings.Split(s.get("/metrics").body, "\n")
	for _, want := range []string{
		`mailquarry_extraction_documents_total{state="ok"} 7`, `mailquarry_extraction_documents_total{state="failed"} 2`,
		`mailquarry_extraction_seconds_total{state="ok"} 1.500`, `mailquarry_extraction_seconds_total{state="failed"} 0.000`,
		`mailquarry_extraction_doubted_total 3`, `mailquarry_extraction_workers_started_total 5`,
		`mailquarry_extraction_workers_lost_total{cause="crash"} 4`, `mailquarry_extraction_workers_lost_total{cause="memory"} 0`,
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("metrics have no line %s", want)
		}
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
