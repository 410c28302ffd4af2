// Package saved keeps searches under names, for query:NAME. Each is a small file
// of its own in a folder, so that whoever adds or removes one, the running server
// or a command beside it, has nobody to wait for.
package saved
