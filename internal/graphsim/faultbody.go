package graphsim

import (
	"encoding/json"
	"slices"
)

// malform breaks JSON in a way that no parser lets pass.
func malform(body []byte) []byte {
	return append(slices.Clone(body[:len(body)/2]), "\x01{]"...)
}

// wrongTypes are the properties that are spoiled, the first that an object has,
// and what stands in their place.
func wrongTypes() []struct{ name, value string } {
	return []struct{ name, value string }{
		{"isRead", `"perhaps"`},
		{"receivedDateTime", `{"odd":true}`},
		{"subject", `["odd"]`},
		{"body", `"odd"`},
		{"size", `"large"`},
		{"contentBytes", `{"odd":1}`},
		{"totalItemCount", `"many"`},
		{"displayName", `{"odd":true}`},
		{"userPurpose", `17`},
		{"accountEnabled", `"perhaps"`},
		{"access_token", `17`},
		{"id", `17`},
	}
}

// wrongType spoils one item of a collection, chosen by salt, or the object
// itself. What is neither is left as it is.
func wrongType(body []byte, salt uint64) []byte {
	var whole map[string]json.RawMessage
	if json.Unmarshal(body, &whole) != nil {
		return body
	}
	var items []json.RawMessage
	if json.Unmarshal(whole["value"], &items) != nil || whole["value"] == nil {
		return spoil(body)
	}
	if len(items) == 0 {
		return body
	}
	n := salt % uint64(len(items))
	items[n] = spoil(items[n])
	var err error
	if whole["value"], err = json.Marshal(items); err != nil {
		return body
	}
	out, err := json.Marshal(whole)
	if err != nil {
		return body
	}
	return out
}

// spoil gives an object's property a value of the wrong type.
func spoil(object []byte) []byte {
	var o map[string]json.RawMessage
	if json.Unmarshal(object, &o) != nil {
		return object
	}
	for _, w := range wrongTypes() {
		if _, has := o[w.name]; !has {
			continue
		}
		o[w.name] = json.RawMessage(w.value)
		if out, err := json.Marshal(o); err == nil {
			return out
		}
	}
	return object
}
