package web

import (
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"mailquarry/search"
)

// completeJSON answers GET /complete.
type completeJSON struct {
	Suggestions []suggestionJSON `json:"suggestions"`
	TookMS      float64          `json:"took_ms"`
}

type suggestionJSON struct {
	Kind   search.SuggestionKind `json:"kind"`
	Text   string                `json:"text"`
	From   int                   `json:"from"`
	To     int                   `json:"to"`
	Label  string                `json:"label"`
	Detail string                `json:"detail"`
	Count  int                   `json:"count"`
}

func (s *server) apiComplete(c echo.Context) error {
	start := time.Now()
	p := readAPIParams(c, "q", "at", "limit")
	text := p.text()
	at, limit := p.caret("at", len(text)), p.count("limit", search.DefaultSuggestions, search.MaxSuggestions)
	if p.fault != nil {
		return p.fault
	}
	found, err := s.service.Complete(c.Request().Context(), principal(c), text, at, limit)
	if err != nil {
		return err
	}
	out := completeJSON{Suggestions: make([]suggestionJSON, 0, len(found)), TookMS: float64(time.Since(start).Microseconds()) / 1000}
	for _, f := range found {
		out.Suggestions = append(out.Suggestions, suggestionJSON{f.Kind, f.Text, f.From, f.To, f.Label, f.Detail, f.Count})
	}
	return writeJSON(c, out)
}

// caret reads a place in a text of so many bytes, behind which it is when it is absent.
func (p *params) caret(name string, length int) int {
	s := p.values.Get(name)
	if s == "" {
		return length
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > length {
		p.fail(name, "it has to be a whole number from 0 to the number of bytes of q")
	}
	return n
}
