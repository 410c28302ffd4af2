package decode_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"mailquarry/internal/decode"
	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// asBoth decodes a header as it comes in a file and as it comes from Graph.
func asBoth(t *testing.T, check func(t *testing.T, m mail.Message), fields ...string) {
	t.Helper()
	type field struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	list := make([]field, len(fields))
	for i, f := range fields {
		list[i].Name, list[i].Value, _ = strings.Cut(f, ": ")
	}
	object, err := json.Marshal(map[string]any{"internetMessageHeaders": list, "toRecipients": []any{map[string]any{"emailAddress": map[string]string{"address": "eva@x"}}}})
	if err != nil {
		t.Fatal(err)
	}
	for format, payload := range map[source.Format][]byte{
		source.RFC822:    []byte("To: eva@x\r\n" + strings.Join(fields, "\r\n") + "\r\n\r\nbody"),
		source.GraphJSON: object,
	} {
		t.Run(string(format), func(t *testing.T) {
			m, err := decode.Message(format, payload)
			if err != nil {
				t.Error(err)
			}
			check(t, m)
		})
	}
}

// TestWhatOnlyTheHeaderSays promises that lists, deliveries and threads are
// known of mail from a tenant as of mail from files.
func TestWhatOnlyTheHeaderSays(t *testing.T) {
	t.Parallel()
	asBoth(
		t, func(t *testing.T, m mail.Message) {
			want := mail.Message{
				References: []string{"a@x", "b@x", "c@x"}, ListID: "Dev.example.org", DeliveredTo: []string{"sales@x", "info@x", "all@x"},
				Headers: []mail.Header{
					{Name: "list-id", Value: "Devs, all of them <Dev.example.org>"},
					{Name: "delivered-to", Value: "sales@x"},
					{Name: "x-original-to", Value: "<info@x>"},
					{Name: "envelope-to", Value: "sales@x, all@x"},
					{Name: "x-mailer", Value: "Grüße 1.0"},
					{Name: "x-ms-exchange-organization-scl", Value: "5"},
					{Name: "content-type", Value: "text/plain; charset=utf-8"},
				},
			}
			got := mail.Message{References: m.References, ListID: m.ListID, DeliveredTo: m.DeliveredTo, Headers: m.Headers}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		},
		"Received: from a by b; Fri, 2 Jan 2026 03:04:05 +0100",
		"References: <a@x> <b@x>",
		"In-Reply-To: your mail, Eva <eva@x>, <b@x> <c@x>",
		"List-Id: Devs, all of them <Dev.example.org>",
		"Delivered-To: sales@x", "X-Original-To: <info@x>", "Envelope-To: sales@x, all@x",
		"X-Mailer: =?utf-8?q?Gr=C3=BC=C3=9Fe_1.0?=",
		"DKIM-Signature: v=1; b=abc", "ARC-Seal: i=1", "X-MS-Exchange-AntiSpam-MessageData-0: xyz", "X-MS-Exchange-Organization-SCL: 5",
		"Content-Type: text/plain; boundary=unlike-any-other; charset=utf-8", "X-Cse-MsgGUID: 1", "X-Provags-ID: 2",
	)
}

// TestKinds promises that meetings, receipts and reports are told from mail.
func TestKinds(t *testing.T) {
	t.Parallel()
	for contentType, want := range map[string]mail.Kind{
		"text/plain": mail.Mail,
		`multipart/report; report-type="disposition-notification"; boundary=b`: mail.Receipt,
		"multipart/report; report-type=delivery-status; boundary=b":            mail.Report,
		"text/calendar; method=REQUEST":                                        mail.Meeting,
		"text/calendar; component=VTODO":                                       mail.Task,
	} {
		asBoth(t, func(t *testing.T, m mail.Message) {
			if m.Kind != want {
				t.Errorf("%s is %q, want %q", contentType, m.Kind, want)
			}
		}, "Content-Type: "+contentType)
	}
	for class, want := range map[string]mail.Kind{"mdn": mail.Receipt, "dsn": mail.Report, "task": mail.Task, "calendarmessage": mail.Meeting, "message": mail.Mail} {
		asBoth(t, func(t *testing.T, m mail.Message) {
			if m.Kind != want {
				t.Errorf("%s is %q, want %q", class, m.Kind, want)
			}
		}, "Content-Class: urn:content-classes:"+class)
	}
	calendar := func(fields string) []byte {
		return lines("Content-Type: multipart/mixed; boundary=b", "", "--b", "", "text", "--b", fields, "", "BEGIN:VCALENDAR", "--b--")
	}
	for _, c := range []struct {
		name   string
		format source.Format
		in     []byte
		kind   mail.Kind
		invite bool
	}{
		{"a calendar part", source.RFC822, calendar("Content-Type: text/calendar; method=REQUEST"), mail.Meeting, true},
		{
			"a report that came by a list", source.RFC822,
			lines("Content-Type: multipart/mixed; boundary=b", "", "--b", "Content-Type: multipart/report; report-type=delivery-status; boundary=c", "", "--c", "", "failed", "--c--", "--b", "", "footer", "--b--"),
			mail.Report, false,
		},
		{"an answer", source.RFC822, calendar("Content-Type: text/calendar; method=REPLY"), mail.Meeting, false},
		{"an attached calendar", source.RFC822, calendar("Content-Type: text/calendar\r\nContent-Disposition: attachment; filename=a.ics"), mail.Mail, true},
		{"Graph's request", source.GraphJSON, []byte(`{"@odata.type":"#microsoft.graph.eventMessageRequest"}`), mail.Meeting, true},
		{"Graph's answer", source.GraphJSON, []byte(`{"@odata.type":"#microsoft.graph.eventMessageResponse"}`), mail.Meeting, false},
		{"an acceptance", source.GraphJSON, []byte(`{"meetingMessageType":"meetingAccepted"}`), mail.Meeting, false},
		{"no meeting", source.GraphJSON, []byte(`{"@odata.type":"#microsoft.graph.message","meetingMessageType":"none"}`), mail.Mail, false},
	} {
		if m, err := decode.Message(c.format, c.in); err != nil || m.Kind != c.kind || m.HasInvite != c.invite {
			t.Errorf("%s: %q, invite %t, %v; want %q, %t", c.name, m.Kind, m.HasInvite, err, c.kind, c.invite)
		}
	}
}

// TestHeaderLimits promises that a message cannot fill the index with its
// header, and that of a long thread its root and its end are known.
func TestHeaderLimits(t *testing.T) {
	t.Parallel()
	fields := []string{"References: "}
	for i := range 500 {
		fields[0] += fmt.Sprintf("<%d@x> ", i)
		fields = append(fields, fmt.Sprintf("X-%d: %s", i, strings.Repeat("ä", 2000)), fmt.Sprintf("Delivered-To: a%d@x", i))
	}
	asBoth(t, func(t *testing.T, m mail.Message) {
		if n := len(m.References); n != 100 || m.References[0] != "0@x" || m.References[n-1] != "499@x" {
			t.Errorf("%d references, from %v", n, m.References)
		}
		if len(m.Headers) != 100 || len(m.DeliveredTo) > 20 {
			t.Errorf("%d fields, %d deliveries", len(m.Headers), len(m.DeliveredTo))
		}
		for _, h := range m.Headers {
			if len(h.Value) > 1000 || !utf8.ValidString(h.Value) {
				t.Errorf("%s has %d bytes, valid: %t", h.Name, len(h.Value), utf8.ValidString(h.Value))
			}
		}
	}, fields...)
}
