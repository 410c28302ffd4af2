// Package browsertest tests the pages and the sanitiser in a real browser,
// with Playwright and the Chromium of the system.
//
// run.sh drives the pages of a running server. The Go test here lets Chromium
// judge what the sanitiser lets through. Both need Node.js, Chromium and the
// packages of package-lock.json (npm ci).
package browsertest
