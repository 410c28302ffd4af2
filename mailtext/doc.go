// Package mailtext tells apart, in the text of a message, what its author wrote
// from what was quoted and from signatures, and tells the language it is in. It
// drops nothing, and imports nothing of ours.
package mailtext
