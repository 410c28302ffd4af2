package extract

import (
	"bytes"
	"strconv"
	"strings"
)

// sheetComments reads the threads and notes on a sheet's cells. Of a thread Excel
// writes a note, too, for its older versions.
func (b *bookReader) sheetComments(part string) error {
	threads := false
	for _, kind := range []string{"threadedcomment", "comments"} {
		names, err := b.targets(part, kind)
		if err != nil {
			return err
		}
		for _, n := range names {
			raw, err := b.bytes(n)
			if err != nil {
				return err
			}
			c := commentReader{book: b, x: newXML(raw), to: &prose{out: b.r.line}, hasThreads: threads}
			if err = b.r.at(Step{Kind: Comments}, c.read); err != nil {
				return err
			}
			threads = threads || kind == "threadedcomment" && c.some
		}
	}
	return nil
}

// commentReader reads one part of comments.
type commentReader struct {
	book       *bookReader
	x          *xmlScanner
	to         *prose
	hasThreads bool // the notes that stand for threads are known
	some       bool // there were comments

	authors []string
	who     string
	known   bool // what follows is
}

func (c *commentReader) read() error {
	x := c.x
	for kind := x.next(); kind != xmlEnd; kind = x.next() {
		if kind != xmlOpen {
			continue
		}
		switch x.name {
		case "author":
			if len(c.authors) < maxMembers {
				c.authors = append(c.authors, x.inner(maxStepName))
			}
		case "comment":
			c.who = ""
			if i, err := strconv.Atoi(x.attr("authorId")); err == nil && i >= 0 && i < len(c.authors) {
				c.who = c.authors[i]
			}
			isThread := strings.HasPrefix(c.who, "tc={") // that is its author's name, then
			if c.known = isThread && c.hasThreads; isThread {
				c.who = ""
			}
		case "threadedComment":
			c.who = c.book.people[x.attr("personId")]
		case "text":
			c.text()
		}
		if c.to.err != nil {
			return c.to.err
		}
	}
	c.book.check(x)
	return c.to.finish()
}

// text reads what a comment says: in a note it stands in runs, in a thread it
// does not.
func (c *commentReader) text() {
	start := *c.x
	text := richText(c.x, nil)
	if len(text) == 0 {
		*c.x = start
		text = []byte(c.x.inner(maxUnpacked))
	}
	if text = bytes.TrimSpace(text); len(text) == 0 || c.known {
		return
	}
	c.some = true
	// Excel itself begins a note with its author's name.
	if c.who != "" && !bytes.HasPrefix(text, []byte(c.who)) {
		text = append([]byte(c.who+": "), text...)
	}
	c.to.done = append(append(c.to.done, text...), '\n')
	c.to.drain()
}
