package segment

// Frequencies calls f for the postings of the documents from one up to, but not including,
// another: with documents, in order, and how often the term stands in each, or what its
// field made of that. Both are valid until the next call. Nobody is asked for each posting,
// so that this takes a fraction of what an iterator does.
func (l *postingsList) Frequencies(from, to uint32, f func(docs, freqs []uint32)) error {
	if l.f == nil || from >= to {
		return nil
	}
	var docs, freqs [chunk]uint32
	give := func(docs, freqs []uint32) {
		for len(docs) > 0 && docs[0] < from {
			docs, freqs = docs[1:], freqs[1:]
		}
		n := len(docs)
		for n > 0 && docs[n-1] >= to {
			n--
		}
		if n > 0 {
			f(docs[:n], freqs[:n])
		}
	}
	if l.stored.set == nil {
		found, _, err := l.stored.chunkAt(0, freqs[:])
		if err != nil {
			return err
		}
		give(l.stored.short(docs[:0]), found)
		return nil
	}
	it, first, err := l.stored.seek(from)
	if err != nil {
		return err
	}
	for i := first; i*chunk < l.stored.n; i++ {
		n := min(chunk, l.stored.n-i*chunk)
		for j := range n {
			docs[j] = it.Next()
		}
		if docs[0] >= to {
			return nil
		}
		found, _, err := l.stored.chunkAt(i, freqs[:])
		if err != nil {
			return err
		}
		give(docs[:n], found)
	}
	return nil
}
