// Package decode turns a stored payload into a mail.Message, and takes messages
// that come as files apart for the archive and puts them together again. It is
// pure: it reads no clock, no file and no network. Whatever a payload holds,
// the answer is the part of the message that could be read, and an error that
// says what could not; the errors name fields, never their content.
//
// A payload in the format source.RFC822Detached is a small table of contents
// followed by the message with the encoded bodies of its attachments cut out;
// Join draws it exactly as it was. See detached.go for its layout.
package decode
