// Package rfc822 reads Internet messages as they come: header fields, encoded
// words, addresses, parameters, charsets and the tree of MIME parts, however
// broken. It never fails on what it reads and keeps within its limits; it gives
// slices of the message's own bytes and imports nothing of ours.
package rfc822
