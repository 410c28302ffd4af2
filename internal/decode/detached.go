package decode

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"mailquarry/internal/mail"
	"mailquarry/internal/rfc822"
	"mailquarry/internal/source"
)

// The layout of a source.RFC822Detached payload:
//
//	"MQD1" or "MQD2"             magic and version
//	byte    marks                only in MQD2: 1 read, 2 flagged, 4 draft
//	uvarint n                    number of cuts, in order of position
//	n times:
//	  uvarint position           in the skeleton, relative to the cut before
//	  uvarint length             of the blob in bytes
//	  uvarint line               characters on a full line of base64, 0: all on one
//	  byte    form               1: lines end in CRLF, 0: in LF
//	  32 bytes                   SHA-256 of the blob
//	the skeleton                 the message without the cut bodies
//
// A body is cut out only where encoding the blob again gives the very same
// bytes, which Split makes sure of. What follows its last character, such as a
// line end, stays in the skeleton.
const (
	detachedMagic = "MQD1"
	markedMagic   = "MQD2"
	formCRLF      = 1
)

// minDetached is the least decoded size for which a cut is worth its entry.
const minDetached = 2 << 10

// maxCuts bounds the cuts of one payload.
const maxCuts = rfc822.MaxParts

// ErrDetached is the error of a detached payload that is damaged, or whose
// blob is not the one that was cut out.
var ErrDetached = errors.New("damaged detached message")

// PartContent is an attachment with its bytes, as Split finds it.
type PartContent struct {
	Part    mail.Part
	Content []byte
}

// cut is an encoded body that was taken out.
type cut struct {
	position int // in the skeleton
	length   int
	line     int
	form     byte
	digest   mail.Digest
}

// Split takes a message from a file apart for the archive: its attachments, and
// a payload that leaves out what their bytes can restore. The payload is the
// message as it is, of format source.RFC822, where nothing could be taken out.
// The error tells that some parts were not looked at; the rest is valid.
func Split(raw []byte) (payload []byte, format source.Format, parts []PartContent, err error) {
	payload, format = raw, source.RFC822
	defer func() {
		if r := recover(); r != nil {
			payload, format, parts = raw, source.RFC822, nil
			err = errors.New("the decoder failed on this message")
		}
	}()
	root, err := rfc822.Parse(raw)
	var cuts []cut
	var skeleton []byte
	end := 0
	for _, p := range attachments(root) {
		content := p.Decoded()
		digest := mail.Digest(sha256.Sum256(content))
		parts = append(parts, PartContent{Part: describe(p, content, digest), Content: content})
		if c, ok := recipe(p, content); ok && len(cuts) < maxCuts && p.Offset >= end {
			skeleton = append(skeleton, raw[end:p.Offset]...)
			c.position, c.digest = len(skeleton), digest
			cuts = append(cuts, c)
			end = p.Offset + encodedLength(c)
		}
	}
	if len(cuts) > 0 {
		skeleton = append(skeleton, raw[end:]...)
		payload, format = marshalDetached(cuts, skeleton), source.RFC822Detached
	}
	return payload, format, parts, err
}

// attachments lists the leaves that are no text of the message, in order.
func attachments(root *rfc822.Part) []*rfc822.Part {
	shown := map[*rfc822.Part]bool{}
	shownParts(root, shown)
	var out []*rfc822.Part
	root.Walk(func(p *rfc822.Part) {
		if len(p.Children) == 0 && !shown[p] && (p != root || p.IsAttachment()) {
			out = append(out, p)
		}
	})
	return out
}

// shownParts marks the leaves that are the message's own text, in whichever
// form: all texts of an alternative say the same.
func shownParts(p *rfc822.Part, shown map[*rfc822.Part]bool) {
	for _, c := range p.Children {
		shownParts(c, shown)
	}
	if len(p.Children) == 0 && !p.IsAttachment() {
		shown[p] = true
	}
}

func describe(p *rfc822.Part, content []byte, digest mail.Digest) mail.Part {
	part := mail.Part{
		Name:        cleanLine(p.Name()),
		ContentType: contentType(p),
		ContentID:   bareID(string(p.Header.First("content-id"))),
		Kind:        mail.FilePart,
		Inline:      p.Disposition == "inline" || p.Disposition == "" && p.Header.First("content-id") != nil,
		Size:        int64(len(content)),
		Digest:      digest,
	}
	if p.Type == "message/rfc822" || p.Type == "message/global" {
		part.Kind = mail.ItemPart
		if part.Name == "" {
			part.Name = forwardedName(content)
		}
	}
	return part
}

// contentType is the declared type, with the charset that reading a text needs.
func contentType(p *rfc822.Part) string {
	if cs := p.Params["charset"]; cs != "" {
		return cleanLine(p.Type + "; charset=" + cs)
	}
	return cleanLine(p.Type)
}

// forwardedName names a forwarded message after its subject, as mail programs
// show it.
func forwardedName(content []byte) string {
	root, _ := rfc822.Parse(content[:min(len(content), 64<<10)])
	s := []rune(cleanLine(root.Header.Text("subject")))
	if len(s) == 0 {
		return "message.eml"
	}
	return string(s[:min(len(s), 200)]) + ".eml"
}

// recipe finds how content was encoded to give the part's body, if that can be
// told in a cut.
func recipe(p *rfc822.Part, content []byte) (cut, bool) {
	if p.Encoding != "base64" || len(content) < minDetached {
		return cut{}, false
	}
	c := cut{length: len(content)}
	first := bytes.IndexByte(p.Body, '\n')
	if first >= 0 {
		c.line = first
		if first > 0 && p.Body[first-1] == '\r' {
			c.line, c.form = first-1, formCRLF
		}
		if c.line <= 0 {
			return cut{}, false
		}
	}
	n := encodedLength(c)
	if n > len(p.Body) || !bytes.Equal(encode(nil, content, c), p.Body[:n]) {
		return cut{}, false
	}
	return c, true
}

// encodedLength is the length of what encode gives.
func encodedLength(c cut) int {
	n := base64.StdEncoding.EncodedLen(c.length)
	if c.line == 0 {
		return n
	}
	brk := 1
	if c.form&formCRLF != 0 {
		brk = 2
	}
	return n + max(0, n-1)/c.line*brk
}

// encode appends content in base64 in the cut's form.
func encode(dst, content []byte, c cut) []byte {
	dst = slices.Grow(dst, encodedLength(c))
	if c.line == 0 {
		return base64.StdEncoding.AppendEncode(dst, content)
	}
	text := base64.StdEncoding.AppendEncode(nil, content)
	brk := "\n"
	if c.form&formCRLF != 0 {
		brk = "\r\n"
	}
	for len(text) > c.line {
		dst = append(dst, text[:c.line]...)
		dst = append(dst, brk...)
		text = text[c.line:]
	}
	return append(dst, text...)
}

func marshalDetached(cuts []cut, skeleton []byte) []byte {
	out := append([]byte(nil), detachedMagic...)
	out = binary.AppendUvarint(out, uint64(len(cuts)))
	before := 0
	for _, c := range cuts {
		out = binary.AppendUvarint(out, uint64(c.position-before))
		out = binary.AppendUvarint(out, uint64(c.length))
		out = binary.AppendUvarint(out, uint64(c.line))
		out = append(out, c.form)
		out = append(out, c.digest[:]...)
		before = c.position
	}
	return append(out, skeleton...)
}

// parseDetached reads a payload; the skeleton is a slice of it.
func parseDetached(payload []byte) ([]cut, []byte, error) {
	_, rest, ok := cutMarks(payload)
	if !ok {
		return nil, nil, ErrDetached
	}
	number := func() int {
		v, n := binary.Uvarint(rest)
		if n <= 0 || v > 1<<40 {
			rest, ok = nil, false
			return 0
		}
		rest = rest[n:]
		return int(v)
	}
	n := number()
	if !ok || n > maxCuts {
		return nil, nil, ErrDetached
	}
	var cuts []cut
	position := 0
	for range n {
		position += number()
		c := cut{position: position, length: number(), line: number()}
		if !ok || len(rest) < 1+len(c.digest) {
			return nil, nil, ErrDetached
		}
		c.form = rest[0]
		copy(c.digest[:], rest[1:])
		rest = rest[1+len(c.digest):]
		cuts = append(cuts, c)
	}
	if position > len(rest) {
		return nil, nil, ErrDetached
	}
	return cuts, rest, nil
}

// detachedSkeleton is the message without what was cut out, which is all that
// decoding its headers and text needs.
func detachedSkeleton(payload []byte) ([]byte, error) {
	_, skeleton, err := parseDetached(payload)
	if err != nil {
		return nil, fmt.Errorf("read detached message: %w", err)
	}
	return skeleton, nil
}

// Join draws up the message of a source.RFC822Detached payload as it was before
// Split took it apart, byte for byte. open opens the blob of a digest.
func Join(payload []byte, open func(mail.Digest) (io.ReadCloser, error)) ([]byte, error) {
	cuts, skeleton, err := parseDetached(payload)
	if err != nil {
		return nil, fmt.Errorf("join message: %w", err)
	}
	out := make([]byte, 0, len(skeleton))
	at := 0
	for _, c := range cuts {
		out = append(out, skeleton[at:c.position]...)
		at = c.position
		content, err := readBlob(c, open)
		if err != nil {
			return nil, fmt.Errorf("join message: blob %s: %w", c.digest, err)
		}
		out = encode(out, content, c)
	}
	return append(out, skeleton[at:]...), nil
}

func readBlob(c cut, open func(mail.Digest) (io.ReadCloser, error)) (content []byte, err error) {
	r, err := open(c.digest)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	content, err = io.ReadAll(io.LimitReader(r, int64(c.length)+1))
	if err != nil {
		return nil, err
	}
	if len(content) != c.length || mail.Digest(sha256.Sum256(content)) != c.digest {
		return nil, ErrDetached
	}
	return content, nil
}
