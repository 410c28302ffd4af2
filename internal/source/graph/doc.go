// Package graph reads an organisation's mail from Microsoft Graph. It is the
// one package that knows the Graph SDK and the token library, and implements
// source.Source with them.
//
// Requests are made with the SDK's typed builders and sent through its
// adapter. Answers are taken as they came, by the adapter's response handler,
// and decoded item by item: the archive keeps each message verbatim, and one
// malformed item does not spoil its page.
//
// What every request has in common:
//
//   - It asks for immutable ids, without which each move would look like a
//     removal and a new message.
//   - It passes the gate of its mailbox: at most four in flight, fewer than
//     Graph's limit in ten minutes, and none while Graph has asked for a pause.
//   - It is tried again where that can help. What comes back as an error has
//     been tried enough, and is a *source.Error whose class says what to do.
//   - It goes to the configured host only. Links in answers are followed byte
//     for byte, and refused when they point elsewhere.
//
// Nothing of a request's token, ids or content is logged.
package graph
