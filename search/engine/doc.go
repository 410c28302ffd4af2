// Package engine is the contract between mail and a search index: what a
// document is, how batches are applied with the checkpoint they reach, and what
// a search asks and answers. search/engine/bleve implements it;
// search/engine/enginetest is the suite that every implementation passes.
package engine
