// Package source is the contract between a place mail comes from (Microsoft
// Graph, files on disk) and the stages behind it: what a page of changes is,
// how a stream is resumed, and the classes of error that a sync must tell
// apart. It knows neither network nor disk.
package source
