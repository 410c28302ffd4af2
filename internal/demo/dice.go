package demo

import "math/rand/v2"

// dice is the one source of chance.
type dice struct{ *rand.Rand }

func newDice(seed int64) dice {
	return dice{rand.New(rand.NewPCG(uint64(seed), 0x9e3779b97f4a7c15))}
}

// chance is true in percent of all cases.
func (d dice) chance(percent int) bool { return d.IntN(100) < percent }

// between gives a number from lo to hi, both included.
func (d dice) between(lo, hi int) int { return lo + d.IntN(hi-lo+1) }

// pick gives one of a list that is not empty.
func pick[T any](d dice, list []T) T { return list[d.IntN(len(list))] }

// sample gives up to n different elements in random order.
func sample[T any](d dice, list []T, n int) []T {
	out := make([]T, 0, n)
	for _, i := range d.Perm(len(list))[:min(n, len(list))] {
		out = append(out, list[i])
	}
	return out
}

// weighted is a choice and how often it comes.
type weighted struct {
	name   string
	weight int
}

// choose gives the name of one of the choices.
func choose(d dice, from []weighted) string {
	sum := 0
	for _, w := range from {
		sum += w.weight
	}
	n := d.IntN(sum)
	for _, w := range from {
		if n -= w.weight; n < 0 {
			return w.name
		}
	}
	return from[len(from)-1].name
}
