package indexer

import "testing"

// TestOverlay: a replay changes nothing, byte for byte, and a partial object
// changes what it names.
func TestOverlay(t *testing.T) {
	t.Parallel()
	const base = `{"subject":"Harvest","isRead":false,"body":{"content":"apples"}}`
	for _, c := range []struct{ name, patch, want string }{
		{"the same object", base, base},
		{"the same fields in another order", `{"body":{"content":"apples"},"isRead":false,"subject":"Harvest"}`, base},
		{"a part of it", `{"isRead":false}`, base},
		{"a change", `{"isRead":true}`, `{"body":{"content":"apples"},"isRead":true,"subject":"Harvest"}`},
		{"a null", `{"subject":null}`, `{"body":{"content":"apples"},"isRead":false,"subject":null}`},
	} {
		if got := string(overlay([]byte(base), []byte(c.patch))); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

// TestAMoveIsToldByWhatIsInTheMessage: what a move changes, and what was not asked
// for when the message was stored, is no reason to list its attachments again.
func TestAMoveIsToldByWhatIsInTheMessage(t *testing.T) {
	t.Parallel()
	const was = `{"subject":"Harvest","parentFolderId":"a","changeKey":"1","isRead":false}`
	for is, want := range map[string]bool{
		`{"subject":"Harvest","parentFolderId":"b","changeKey":"2","isRead":true,"internetMessageHeaders":[{"name":"X","value":"y"}]}`: true,
		`{"subject":"Harvest","parentFolderId":"b","changeKey":"2","body":{"content":"more"}}`:                                         false,
		`{"subject":"Harvest","parentFolderId":"a","changeKey":"2"}`:                                                                   false,
	} {
		if got := sameButPlace([]byte(was), []byte(is)); got != want {
			t.Errorf("%s: %t", is, got)
		}
	}
}
