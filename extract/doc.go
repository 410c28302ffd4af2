// Package extract turns the bytes of an attachment or a body into plain text,
// within limits, and says where in the document each stretch stands. It imports
// nothing of ours but the reading of mail.
//
// A Pool has worker processes read documents: the same binary, started anew, with
// limits of memory and no way to files, network or other processes where the
// kernel can see to that. The process that a Pool runs in parses nothing. A
// worker that dies or hangs costs its document alone.
//
// In a worker a reading holds the limits that a document shares with all that
// lies in it, and one function a format writes to it:
//
//	document ── sniff ──▶ format.read ──▶ reading ── text, places ──▶ parent
//	                          │ child: a member, an attachment, an embedded file
//	                          ▼
//	                      sniff ...
//
// To add a format, write a file with a function such as
//
//	func fooFormat() format {
//		return format{
//			name: "foo", version: 1, extensions: []string{"foo"}, media: []string{"application/x-foo"},
//			is:   func(p *probe) bool { return p.begins("FOO1") },
//			read: func(r *reading, d document) error { return r.block(decodeText(d.raw[4:], "")) },
//		}
//	}
//
// and add its line to formats, the particular before the general. What a reader
// unpacks goes through reading.inflate, what lies in the document through
// reading.child, and a stretch that has a place of its own through reading.at.
// When a reader gives another text for the same bytes, its version is raised:
// what it concerns is then extracted again in the background.
package extract
