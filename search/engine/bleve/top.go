package bleve

import "slices"

// top keeps the first few of many items, in an order.
type top[T any] struct {
	size  int
	order func(a, b T) int
	heap  []T // the last of the items kept is first
}

func newTop[T any](size int, order func(a, b T) int) *top[T] {
	return &top[T]{size: size, order: order}
}

// add takes an item.
func (t *top[T]) add(item T) {
	if len(t.heap) < t.size {
		t.heap = append(t.heap, item)
		t.up(len(t.heap) - 1)
		return
	}
	if t.size > 0 && t.order(item, t.heap[0]) < 0 {
		t.heap[0] = item
		t.down()
	}
}

// last gives the last of the items kept, nil while there is room for more of them.
func (t *top[T]) last() *T {
	if len(t.heap) < t.size || t.size == 0 {
		return nil
	}
	return &t.heap[0]
}

func (t *top[T]) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if t.order(t.heap[i], t.heap[parent]) <= 0 {
			return
		}
		t.heap[i], t.heap[parent] = t.heap[parent], t.heap[i]
		i = parent
	}
}

func (t *top[T]) down() {
	for i := 0; ; {
		last := i
		for _, child := range [2]int{2*i + 1, 2*i + 2} {
			if child < len(t.heap) && t.order(t.heap[child], t.heap[last]) > 0 {
				last = child
			}
		}
		if last == i {
			return
		}
		t.heap[i], t.heap[last] = t.heap[last], t.heap[i]
		i = last
	}
}

// sorted gives the items kept, the first one first.
func (t *top[T]) sorted() []T {
	items := slices.Clone(t.heap)
	slices.SortFunc(items, t.order)
	if items == nil {
		items = []T{}
	}
	return items
}
