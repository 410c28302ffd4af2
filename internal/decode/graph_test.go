package decode_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mailquarry/internal/decode"
	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// TestGraphMessage promises that one bad field of a Graph object costs that
// field only.
func TestGraphMessage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in string
		want     mail.Message
		wantErr  string
	}{
		{
			name: "whole",
			in: `{"@odata.type":"#microsoft.graph.message","id":"AAMk=","subject":" Budget\r\n 2026 ","from":{"emailAddress":{"name":"Ana Ruiz","address":"ana@example.com"}},
				"sender":{"emailAddress":{"name":"Ana Ruiz","address":"ana@example.com"}},
				"toRecipients":[{"emailAddress":{"name":"Bo","address":"bo@example.com"}},null,{"emailAddress":{"name":"List","address":"/O=X/OU=Y/CN=LIST"}}],
				"receivedDateTime":"2026-01-02T03:04:05Z","sentDateTime":"2026-01-02T04:04:00+01:00","internetMessageId":"<a1@example.com>",
				"conversationId":"AAQk","importance":"High","categories":["Red","",null],"isRead":true,"flag":{"flagStatus":"flagged"},
				"body":{"contentType":"html","content":"<p>Hi</p>"},"novel":{"deep":[1]}}`,
			want: mail.Message{
				Subject: "Budget 2026", From: mail.Address{Name: "Ana Ruiz", Address: "ana@example.com"},
				To:       []mail.Address{{Name: "Bo", Address: "bo@example.com"}, {Name: "List", Address: "/O=X/OU=Y/CN=LIST"}},
				Received: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Sent: time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC),
				Body: mail.Body{Type: mail.HTML, Content: "<p>Hi</p>"}, InternetMessageID: "a1@example.com",
				ConversationID: "AAQk", Importance: "high", Categories: []string{"Red"}, IsRead: true, IsFlagged: true,
			},
		},
		{
			name: "sender differs, draft, text",
			in: `{"from":{"emailAddress":{"name":"Boss","address":"boss@x"}},"sender":{"emailAddress":{"name":"Aide","address":"aide@x"}},
				"isDraft":true,"body":{"contentType":"text","content":"a\r\nb"}}`,
			want: mail.Message{
				From: mail.Address{Name: "Boss", Address: "boss@x"}, Sender: mail.Address{Name: "Aide", Address: "aide@x"},
				IsDraft: true, Body: mail.Body{Type: mail.Text, Content: "a\r\nb"},
			},
		},
		{
			name: "nulls and no dates",
			in:   `{"subject":null,"from":null,"toRecipients":null,"receivedDateTime":"0001-01-01T00:00:00Z","sentDateTime":null,"flag":null,"body":null}`,
			want: mail.Message{Body: mail.Body{Type: mail.Text}},
		},
		{
			name: "wrong types",
			in: `{"subject":["x"],"from":"ana","toRecipients":{"a":1},"ccRecipients":[7,{"emailAddress":{"name":"C","address":"c@x"}}],
				"receivedDateTime":"yesterday","isRead":"yes","importance":3,"categories":[1,"Blue"],"body":{"contentType":7,"content":"still here"}}`,
			want: mail.Message{
				Cc: []mail.Address{{Name: "C", Address: "c@x"}}, Categories: []string{"Blue"},
				Body: mail.Body{Type: mail.Text, Content: "still here"},
			},
			wantErr: "categories, ccRecipients, contentType, from, importance, isRead, receivedDateTime, subject, toRecipients",
		},
		{
			name: "lone surrogate and NUL",
			in:   `{"subject":"a\ud800b\u0000c","body":{"contentType":"text","content":"x\udc00\u0000y"}}`,
			want: mail.Message{Subject: "a\uFFFDbc", Body: mail.Body{Type: mail.Text, Content: "x\uFFFDy"}},
		},
		{
			name: "partial object shows its preview",
			in:   `{"subject":"s","bodyPreview":"Dear all"}`,
			want: mail.Message{Subject: "s", Body: mail.Body{Type: mail.Text, Content: "Dear all"}},
		},
		{name: "no object", in: `[1]`, want: mail.Message{Body: mail.Body{Type: mail.Text}}, wantErr: "not a JSON object"},
		{name: "cut off", in: `{"subject":"s`, want: mail.Message{Body: mail.Body{Type: mail.Text}}, wantErr: "not a JSON object"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := decode.Message(source.GraphJSON, []byte(c.in))
			c.want.Kind = mail.Mail
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("message (-want +got):\n%s", d)
			}
			checkError(t, err, c.wantErr)
		})
	}
}

func checkError(t *testing.T, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("unexpected error: %v", err)
	case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
		t.Errorf("error %v, want one with %q", err, want)
	}
}

// TestMerge promises that a partial object never loses what it does not name.
func TestMerge(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, base, patch, want, wantErr string }{
		{name: "patch wins, absent keeps", base: `{"b":1,"a":"x"}`, patch: `{"b":2}`, want: `{"a":"x","b":2}`},
		{name: "null overwrites", base: `{"a":1}`, patch: `{"a":null}`, want: `{"a":null}`},
		{name: "objects are replaced whole", base: `{"f":{"x":1,"y":2}}`, patch: `{"f":{"x":3}}`, want: `{"f":{"x":3}}`},
		{name: "nothing stored yet", base: ``, patch: `{"a":1}`, want: `{"a":1}`},
		{name: "values stay byte for byte", base: `{"n":1.0e2,"s":"\ud800<\u003c"}`, patch: `{}`, want: `{"n":1.0e2,"s":"\ud800<\u003c"}`},
		{name: "base is no object", base: `7`, patch: `{}`, wantErr: "merge into stored message"},
		{name: "patch is no object", base: `{}`, patch: `[]`, wantErr: "merge changed fields"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := decode.Merge([]byte(c.base), []byte(c.patch))
			checkError(t, err, c.wantErr)
			if string(got) != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// TestGraphSummary covers what the sync decides by.
func TestGraphSummary(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in string
		want     decode.Summary
	}{
		{
			name: "inline picture",
			in: `{"@odata.type":"#microsoft.graph.eventMessageRequest","id":"i","changeKey":"k","parentFolderId":"p","hasAttachments":false,
				"body":{"contentType":"HTML","content":"<img src=\"CID:logo\">"}}`,
			want: decode.Summary{ID: "i", Type: "eventMessageRequest", ChangeKey: "k", ParentFolder: "p", HasBody: true, HTMLBody: true, HasCID: true},
		},
		{
			name: "cid: in plain text is only talk",
			in:   `{"@odata.type":"#microsoft.graph.message","id":"i","hasAttachments":true,"isDraft":true,"body":{"contentType":"text","content":"cid:"}}`,
			want: decode.Summary{ID: "i", HasAttachments: true, IsDraft: true, HasBody: true},
		},
		{name: "partial", in: `{"id":"i","isRead":true}`, want: decode.Summary{ID: "i"}},
		{name: "removed", in: `{"id":"i","@removed":{"reason":"deleted"}}`, want: decode.Summary{ID: "i", Removed: true}},
		{name: "wrong types", in: `{"id":5,"hasAttachments":"x","body":"y"}`, want: decode.Summary{HasBody: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := decode.GraphSummary([]byte(c.in))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("summary (-want +got):\n%s", d)
			}
		})
	}
	if _, err := decode.GraphSummary([]byte(`null x`)); err == nil {
		t.Error("no error for what is no object")
	}
}

// FuzzMerge holds Merge to its laws: a patch's fields win, the others stay, and
// merging the same patch again changes nothing.
func FuzzMerge(f *testing.F) {
	f.Add([]byte(`{"a":1,"b":{"c":null}}`), []byte(`{"b":2}`))
	f.Add([]byte(``), []byte(`{"a\ud800":1}`))
	f.Add([]byte(`{"a":1,"a":2}`), []byte(` { "\u0061" : [ ] } `))
	f.Fuzz(func(t *testing.T, base, patch []byte) {
		got, err := decode.Merge(base, patch)
		if err != nil {
			return
		}
		var b, p, g map[string]json.RawMessage
		if len(base) > 0 {
			_ = json.Unmarshal(base, &b)
		}
		_ = json.Unmarshal(patch, &p)
		if err := json.Unmarshal(got, &g); err != nil {
			t.Fatalf("not JSON: %v", err)
		}
		for k, v := range p {
			if string(g[k]) != string(v) {
				t.Fatalf("field %q of the patch did not win", k)
			}
		}
		for k, v := range b {
			if _, changed := p[k]; !changed && string(g[k]) != string(v) {
				t.Fatalf("field %q was lost", k)
			}
		}
		again, err := decode.Merge(got, patch)
		if err != nil || string(again) != string(got) {
			t.Fatalf("merging again: %v", err)
		}
	})
}
