package web

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// What a browser may do with an answer.
const (
	// pagePolicy lets our own pages use our own files, and nothing else.
	pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
		"connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; " +
		"require-trusted-types-for 'script'"
	// dataPolicy is for what is no page.
	dataPolicy = "default-src 'none'; sandbox; frame-ancestors 'none'"
	// mailPolicy is for a stranger's HTML: nothing runs, nothing is fetched. The
	// popups are links that a person follows.
	mailPolicy = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:; " +
		"style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)

// secureHeaders sets on every answer what keeps browsers from being used
// against the reader. Pages are the default; the API narrows it.
func secureHeaders(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Content-Security-Policy", pagePolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		h.Set("Cache-Control", "no-store")
		if strings.HasPrefix(c.Request().URL.Path, "/api/") {
			apiHeaders(c)
		}
		return next(c)
	}
}

func apiHeaders(c echo.Context) {
	h := c.Response().Header()
	h.Set("Content-Security-Policy", dataPolicy)
	h.Set("Cache-Control", "no-store")
}

// checkHost refuses requests that name another host than this machine. There
// is no sign-in, so a stranger's page must not reach the server by a name of
// its own that it points to loopback (DNS rebinding).
func checkHost(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !loopbackHost(c.Request().Host) {
			return problem{
				Type: problemType("foreign-host"), Title: "This server does not answer to that name",
				Status: http.StatusMisdirectedRequest,
				Detail: "It is reached as localhost, 127.0.0.1 or [::1] only.",
			}
		}
		return next(c)
	}
}

func loopbackHost(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	} else {
		name = strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	}
	if strings.EqualFold(name, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(name)
	return err == nil && ip.Zone() == "" && ip.IsLoopback()
}

// checkOrigin refuses requests that would change something and come from
// another site. A browser says where a request comes from; what is no browser
// does not, and has no reader's rights to borrow.
func checkOrigin() echo.MiddlewareFunc {
	protection := http.NewCrossOriginProtection()
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if err := protection.Check(c.Request()); err != nil {
				return problem{
					Type: problemType("cross-origin"), Title: "The request comes from another site",
					Status: http.StatusForbidden, Detail: "Only this server's own pages may do this.",
				}
			}
			return next(c)
		}
	}
}

// limitTime bounds the time that a request may take.
func (s *server) limitTime(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if c.Path() == downloadPath {
			return next(c)
		}
		ctx, cancel := context.WithTimeout(c.Request().Context(), s.time)
		defer cancel()
		c.SetRequest(c.Request().WithContext(ctx))
		err := next(c)
		if err != nil && ctx.Err() != nil {
			// What a database says when it is interrupted does not name the reason.
			err = errors.Join(ctx.Err(), err)
		}
		return err
	}
}

// recoverPanic turns a panic of a handler into an error, so that one request
// fails and not the connections beside it.
func (s *server) recoverPanic(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			r := recover()
			if r == nil {
				return
			}
			if e, ok := r.(error); ok && e == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so
				panic(r)
			}
			err = fmt.Errorf("panic: %v", r)
		}()
		return next(c)
	}
}

// logAccess writes a line per request. Addresses hold queries and ids, so the
// line names the route instead.
func (s *server) logAccess(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := time.Now()
		if err := next(c); err != nil {
			c.Error(err)
		}
		s.log.Debug("request",
			"method", methodOf(c.Request()), "route", routeOf(c), "status", c.Response().Status,
			"bytes", c.Response().Size, "took_ms", time.Since(start).Milliseconds())
		return nil
	}
}

// methodOf keeps a stranger's words out of the log.
func methodOf(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions, http.MethodPatch:
		return r.Method
	}
	return "other"
}

func routeOf(c echo.Context) string {
	if p := c.Path(); p != "" {
		return p
	}
	return "none"
}
