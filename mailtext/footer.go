package mailtext

// Tail is a stretch at the end of what an author wrote, which may be a footer or
// a signature: it is one if the author's messages repeat it.
type Tail struct {
	Print      uint64 // the same for the same words, always
	Start, End int    // bytes of the text
}

// Tails gives the stretches that may be footers, from a text and what Split told
// of it. They are in the order of the text.
func Tails(text string, spans []Span) []Tail {
	return nil
}

// Footers makes signatures of the tails that the author's messages repeat. Those
// with something else behind them remain as they are.
func Footers(spans []Span, repeated []Tail) []Span {
	return spans
}
