package web

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"mailquarry/search"
)

// metricsType is the text format of Prometheus, version 0.0.4.
const metricsType = "text/plain; version=0.0.4; charset=utf-8"

// metrics serves counts for a monitoring system.
func (s *server) metrics(c echo.Context) error {
	ctx, who := c.Request().Context(), principal(c)
	live, err := s.desk.Live(ctx, who)
	if err != nil {
		return err
	}
	status, err := s.service.Status(ctx, who)
	if err != nil {
		return err
	}
	var m metricsText
	m.family("mailquarry_info", "gauge", "The program's version.")
	m.value("mailquarry_info", 1, "version", s.version)
	m.family("mailquarry_messages", "gauge", "Messages: at the source as far as it tells, stored, kept though deleted at the source, indexed, failed.")
	t := status.Totals
	for _, v := range []struct {
		what string
		n    int
	}{{"source", t.Source}, {"stored", t.Stored}, {"kept", t.Kept}, {"indexed", t.Indexed}, {"failed", t.Failed}} {
		m.value("mailquarry_messages", v.n, "state", v.what)
	}
	m.family("mailquarry_mailboxes", "gauge", "Mailboxes by how their sync goes.")
	states := map[string]int{}
	for _, box := range status.Mailboxes {
		states[box.State]++
	}
	for _, state := range []string{search.StateWaiting, search.StateSyncing, search.StateSynced, search.StateFailing} {
		m.value("mailquarry_mailboxes", states[state], "state", state)
		delete(states, state)
	}
	m.each("mailquarry_mailboxes", "state", states)
	m.family("mailquarry_problems", "gauge", "What was set aside and is still open.")
	m.value("mailquarry_problems", live.Problems)
	m.family("mailquarry_attachment_messages", "gauge", "Messages with an attachment of a type whose text came to a state.")
	for _, t := range status.Texts {
		m.value("mailquarry_attachment_messages", t.Messages, "state", t.State, "type", t.Type)
	}
	m.family("mailquarry_graph_requests_total", "counter", "Requests to Microsoft Graph since the start.")
	m.value("mailquarry_graph_requests_total", int(live.Total.Requests))
	m.family("mailquarry_graph_throttled_total", "counter", "Of them, those that were refused because there were too many.")
	m.value("mailquarry_graph_throttled_total", int(live.Total.Throttled))
	if s.extract != nil {
		m.extraction(s.extract())
	}
	return c.Blob(http.StatusOK, metricsType, []byte(m.String()))
}

// extraction writes what became of documents since the start, and of the
// workers that read them.
func (m *metricsText) extraction(x Extraction) {
	m.family("mailquarry_extraction_documents_total", "counter", "Documents whose text was extracted since the start, by how that ended.")
	m.each("mailquarry_extraction_documents_total", "state", x.Documents)
	m.family("mailquarry_extraction_seconds_total", "counter", "The time that they took, waiting for a worker not counted.")
	for _, state := range slices.Sorted(maps.Keys(x.Time)) {
		fmt.Fprintf(m, "mailquarry_extraction_seconds_total{state=\"%s\"} %.3f\n", labelEscapes.Replace(state), x.Time[state].Seconds())
	}
	m.family("mailquarry_extraction_doubted_total", "counter", "Of them, PDFs that were given to PDFium as well.")
	m.value("mailquarry_extraction_doubted_total", x.Doubted)
	m.family("mailquarry_extraction_workers_started_total", "counter", "Worker processes started.")
	m.value("mailquarry_extraction_workers_started_total", x.Started)
	m.family("mailquarry_extraction_workers_lost_total", "counter", "Worker processes lost over a document and replaced, by cause.")
	m.each("mailquarry_extraction_workers_lost_total", "cause", x.Ended)
}

// metricsText writes the text format of Prometheus.
type metricsText struct{ strings.Builder }

func (m *metricsText) family(name, kind, help string) {
	fmt.Fprintf(m, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

// value writes a line. Labels are names and values in turns.
func (m *metricsText) value(name string, n int, labels ...string) {
	m.WriteString(name)
	for i := 0; i+1 < len(labels); i += 2 {
		m.WriteString(map[bool]string{true: "{", false: ","}[i == 0])
		fmt.Fprintf(m, `%s="%s"`, labels[i], labelEscapes.Replace(labels[i+1]))
	}
	if len(labels) > 0 {
		m.WriteByte('}')
	}
	fmt.Fprintf(m, " %d\n", n)
}

// each writes a line for each value of a label, in their order.
func (m *metricsText) each(name, label string, counts map[string]int) {
	for _, v := range slices.Sorted(maps.Keys(counts)) {
		m.value(name, counts[v], label, v)
	}
}

var labelEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)
