package extract

// HTMLMarkKind says what a stretch of a message's HTML is.
type HTMLMarkKind int

// The kinds of marks.
const (
	HTMLQuote     HTMLMarkKind = iota // of a message that is answered, or forwarded
	HTMLSignature                     // the author's signature
)

// HTMLMark is a stretch of the text of a message's HTML of which the HTML says
// what it is, in bytes of that text.
type HTMLMark struct {
	Kind       HTMLMarkKind
	Start, End int
}

// MarkedHTML gives the text of a message body like HTML, and what its HTML says
// about stretches of it. The marks are in the order of their starts; one may lie
// within another.
func MarkedHTML(src string) (text string, marks []HTMLMark) {
	return HTML(src), nil
}
