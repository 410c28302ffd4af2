package wire

import (
	"bytes"
	"encoding/json"
	"strings"

	"mailquarry/internal/source"
)

// Page is an answer with many items, each as it came.
type Page struct {
	Value []json.RawMessage `json:"value"`
	Next  string            `json:"@odata.nextLink"`
	Delta string            `json:"@odata.deltaLink"`
}

// ParsePage reads an answer that is to be a page.
func ParsePage(body []byte) (Page, error) {
	var p Page
	if err := json.Unmarshal(body, &p); err != nil || p.Value == nil {
		return p, &source.Error{Class: source.Transient, Message: "the answer is not a page of items"}
	}
	return p, nil
}

// Fields reads an item's fields, its id first. The reason is "" when the item
// can be used.
func Fields(raw json.RawMessage) (f map[string]json.RawMessage, id, reason string) {
	if err := json.Unmarshal(raw, &f); err != nil {
		return nil, "", "the item is not a JSON object"
	}
	if f == nil {
		return nil, "", "the item is null"
	}
	if err := json.Unmarshal(f["id"], &id); err != nil || id == "" {
		return nil, "", "the item has no id"
	}
	return f, id, ""
}

// Has tells whether a field is there and not null.
func Has(f map[string]json.RawMessage, name string) bool {
	raw, ok := f[name]
	return ok && !bytes.Equal(raw, []byte("null"))
}

// Text reads a string field, "" when it is anything else.
func Text(f map[string]json.RawMessage, name string) string {
	var s string
	if json.Unmarshal(f[name], &s) != nil {
		return ""
	}
	return s
}

// Number reads a whole number, 0 when the field is anything else.
func Number(f map[string]json.RawMessage, name string) int64 {
	var n int64
	if json.Unmarshal(f[name], &n) != nil {
		return 0
	}
	return n
}

// Truth reads a field that is true or false, false when it is anything else.
func Truth(f map[string]json.RawMessage, name string) bool {
	var b bool
	return json.Unmarshal(f[name], &b) == nil && b
}

// Removed tells whether the item says that it is gone, and how.
func Removed(f map[string]json.RawMessage) (gone bool, reason string) {
	if !Has(f, "@removed") {
		return false, ""
	}
	var r struct {
		Reason string `json:"reason"`
	}
	if json.Unmarshal(f["@removed"], &r) != nil {
		return true, ""
	}
	return true, strings.ToLower(r.Reason)
}
