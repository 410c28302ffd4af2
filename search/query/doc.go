// Package query is the search language: it parses what people type into a tree
// of nodes, without knowing any index. Parse never refuses: what it does not
// understand becomes a Warning that names the place, and the rest is run.
// Fields is the one table from which the parser, the help page and the docs
// take what fields there are.
package query
