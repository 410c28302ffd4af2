package graphsim

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// batchLimit is how many requests a batch may hold.
const batchLimit = 20

// batch answers POST /$batch.
func (c *call) batch() (answer, *apiError) {
	var in struct {
		Requests []struct {
			ID      string            `json:"id"`
			Method  string            `json:"method"`
			URL     string            `json:"url"`
			Headers map[string]string `json:"headers"`
		} `json:"requests"`
	}
	if c.method != http.MethodPost || json.Unmarshal(c.body, &in) != nil {
		return answer{}, fail(http.StatusBadRequest, "BadRequest", "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
	}
	if len(in.Requests) > batchLimit {
		return answer{}, fail(http.StatusBadRequest, "BadRequest", "Number of batch request steps exceeds the maximum value of 20.")
	}
	out := []byte(`{"responses":[`)
	for i := range in.Requests {
		// The order of the answers is arbitrary.
		q := in.Requests[permute(i, len(in.Requests), c.t.seed)]
		path, query, _ := strings.Cut(strings.TrimPrefix(q.URL, "/"), "?")
		h := http.Header{"Authorization": c.header.Values("Authorization")}
		for k, v := range q.Headers {
			h.Set(k, v)
		}
		a := c.t.graph(&call{t: c.t, method: q.Method, host: c.host, escaped: path, rawQuery: query, header: h, inBatch: true})
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, `{"id":`...)
		out = appendJSONString(out, q.ID)
		out = append(out, `,"status":`+strconv.Itoa(a.status)+`,"headers":{`...)
		first := true
		for _, name := range []string{"Content-Type", "Retry-After", "Location", "Preference-Applied"} {
			if v := a.header.Get(name); v != "" {
				if !first {
					out = append(out, ',')
				}
				first = false
				out = append(appendJSONString(out, name), ':')
				out = appendJSONString(out, v)
			}
		}
		out = append(out, `},"body":`...)
		if strings.HasPrefix(a.header.Get("Content-Type"), "application/json") && len(a.body) > 0 {
			out = append(out, a.body...)
		} else {
			out = appendJSONString(out, base64.StdEncoding.EncodeToString(a.body))
		}
		out = append(out, '}')
	}
	return jsonAnswer(append(out, "]}"...)), nil
}
