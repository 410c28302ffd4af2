// Package mailtext tells apart, in the text of a message, what its author wrote
// from what was quoted and from signatures, and tells the language it is in. It
// drops nothing. Of ours it imports extract only, which reads HTML.
package mailtext
