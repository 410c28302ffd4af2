// Package extract turns the bytes of an attachment or a body into plain text,
// within limits. Formats whose parsers can hang or end the process (PDF) are
// parsed in a child process of the same binary, which is killed when it takes
// too long. It imports nothing of ours.
package extract
