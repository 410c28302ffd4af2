// Package web serves the search page and the JSON API. It reaches mail only
// through search.Service. What is served, and who may have it, stands in one
// table in routes.go; what a browser may do with it in middleware.go.
package web
