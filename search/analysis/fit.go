package analysis

// Fit tells how many of the texts, from the first, have no more than most words
// together.
func Fit(most int, texts ...string) int {
	size := 0
	for _, s := range texts {
		size += len(s)
	}
	if size <= most { // a word is a byte at the least
		return len(texts)
	}
	for i, s := range texts {
		for range Tokens(s) {
			if most--; most < 0 {
				return i
			}
		}
	}
	return len(texts)
}
