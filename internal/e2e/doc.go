// Package e2e tests the whole: the real binary against the simulated tenant over
// HTTPS, in a data folder of its own, seen through its JSON API, its store and a
// browser.
package e2e
