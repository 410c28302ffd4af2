// Package archtest holds the table of who may import whom, and the test that
// the tree obeys it. docs/architecture.md tells the reasons.
package archtest
