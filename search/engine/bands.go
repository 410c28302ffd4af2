package engine

import "slices"

// sizeBands are the values of FacetSize with the size that each begins at.
var sizeBands = [...]struct {
	name string
	from int64
}{
	{"under-10k", 0},
	{"10k-100k", 10 << 10},
	{"100k-1m", 100 << 10},
	{"1m-10m", 1 << 20},
	{"over-10m", 10 << 20},
}

// SizeBands lists the values of FacetSize, the smallest sizes first.
func SizeBands() []string {
	names := make([]string, len(sizeBands))
	for i, b := range sizeBands {
		names[i] = b.name
	}
	return names
}

// SizeBand is the value of FacetSize of a message of so many bytes.
func SizeBand(size int64) string {
	for _, b := range slices.Backward(sizeBands[:]) {
		if size >= b.from {
			return b.name
		}
	}
	return sizeBands[0].name
}
