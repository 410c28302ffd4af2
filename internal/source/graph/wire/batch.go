package wire

import (
	"encoding/json"
	"net/http"
	"strconv"

	"mailquarry/internal/source"
)

// Answer is one answer of a batch.
type Answer struct {
	ID     int
	Status int
	Header http.Header
	Body   json.RawMessage
}

// ParseBatch reads a batch's answers, which come in any order. The requests were
// numbered; an answer without such a number, or that makes no sense, is left out.
func ParseBatch(raw []byte) ([]Answer, error) {
	var envelope struct {
		Responses []json.RawMessage `json:"responses"`
	}
	if err := json.Unmarshal(raw, &envelope); err != nil || envelope.Responses == nil {
		return nil, &source.Error{Class: source.Transient, Message: "the answer is not one to a batch"}
	}
	var out []Answer
	for _, one := range envelope.Responses {
		var r struct {
			ID      string                     `json:"id"`
			Status  int                        `json:"status"`
			Headers map[string]json.RawMessage `json:"headers"`
			Body    json.RawMessage            `json:"body"`
		}
		if json.Unmarshal(one, &r) != nil {
			continue
		}
		id, err := strconv.Atoi(r.ID)
		if err != nil || r.Status < 100 || r.Status > 999 {
			continue
		}
		a := Answer{ID: id, Status: r.Status, Header: http.Header{}, Body: r.Body}
		for name, value := range r.Headers {
			a.Header.Set(name, Text(r.Headers, name))
			if len(value) > 0 && value[0] != '"' {
				a.Header.Set(name, string(value)) // a number
			}
		}
		out = append(out, a)
	}
	return out, nil
}
