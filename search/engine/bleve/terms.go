package bleve

import (
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// postings is the postings list of a term in a segment.
type postings struct {
	list segment.PostingsList
	docs *roaring.Bitmap // must not be changed: it may lie in the segment's file
}

// lookup gives the postings of a term, nil docs when there are none. Deleted
// documents are among them.
func lookup(dict segment.TermDictionary, term string) (postings, error) {
	list, err := dict.PostingsList([]byte(term), nil, nil)
	if err != nil {
		return postings{}, fmt.Errorf("read postings: %w", err)
	}
	return postings{list, bitmapOf(list)}, nil
}

// bitmapOf gives the documents of a postings list, nil when there are none.
func bitmapOf(list segment.PostingsList) *roaring.Bitmap {
	l, ok := list.(interface{ Docs() *roaring.Bitmap })
	if !ok {
		return nil
	}
	return l.Docs()
}

// eachTerm calls f for the terms of a field from start up to, but not
// including, end.
func eachTerm(s segment.Segment, field string, start, end []byte, f func(term string, docs *roaring.Bitmap) error) error {
	dict, err := s.Dictionary(field)
	if err != nil {
		return fmt.Errorf("read dictionary of %s: %w", field, err)
	}
	it := dict.AutomatonIterator(nil, start, end)
	for {
		entry, err := it.Next()
		if err != nil {
			return fmt.Errorf("read dictionary of %s: %w", field, err)
		}
		if entry == nil {
			return nil
		}
		docs, err := here(it, dict, entry.Term)
		if err != nil {
			return err
		}
		if docs == nil {
			continue
		}
		if err := f(entry.Term, docs); err != nil {
			return err
		}
	}
}

// here gives the documents of the term that an iterator stands at, which is quicker
// than looking it up.
func here(it segment.DictionaryIterator, dict segment.TermDictionary, term string) (*roaring.Bitmap, error) {
	at, ok := it.(interface {
		Postings() (segment.PostingsList, error)
	})
	if !ok {
		p, err := lookup(dict, term)
		return p.docs, err
	}
	list, err := at.Postings()
	if err != nil {
		return nil, fmt.Errorf("read postings: %w", err)
	}
	return bitmapOf(list), nil
}

// after gives the first byte string that does not begin with prefix, nil when
// there is none.
func after(prefix string) []byte {
	b := []byte(prefix)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] < 0xff {
			b[i]++
			return b[:i+1]
		}
	}
	return nil
}
