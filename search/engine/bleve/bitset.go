package bleve

import "math/bits"

// bitset is a set of small numbers.
type bitset []uint64

func (b bitset) add(n int) { b[n>>6] |= 1 << (n & 63) }

func (b bitset) has(n int) bool { return b[n>>6]&(1<<(n&63)) != 0 }

// next gives the first number of the set from n on, -1 when there is none.
func (b bitset) next(n int) int {
	at := n >> 6
	if at >= len(b) {
		return -1
	}
	if word := b[at] >> (n & 63); word != 0 {
		return n + bits.TrailingZeros64(word)
	}
	for at++; at < len(b); at++ {
		if b[at] != 0 {
			return at<<6 + bits.TrailingZeros64(b[at])
		}
	}
	return -1
}
