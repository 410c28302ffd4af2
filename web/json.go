package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// writeJSON answers with a value. It is written out first, so that a fault
// never leaves half an answer. The angle brackets of marks stay as they are:
// the answer is never read as HTML, and is easier to read so.
func writeJSON(c echo.Context, v any) error { return writeJSONAs(c, http.StatusOK, v) }

func writeJSONAs(c echo.Context, status int, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("encode the answer: %w", err)
	}
	return c.Blob(status, echo.MIMEApplicationJSON, b.Bytes())
}

// list makes an absent list an empty one: clients get [] and never null.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// moment is null for an unknown time.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
