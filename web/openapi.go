package web

import (
	_ "embed"
	"net/http"

	"github.com/labstack/echo/v4"
)

// description is the API as an OpenAPI document. A test checks every answer
// of every route against it.
//
//go:embed openapi.json
var description []byte

func (s *server) apiDescription(c echo.Context) error {
	return c.Blob(http.StatusOK, echo.MIMEApplicationJSON, description)
}
