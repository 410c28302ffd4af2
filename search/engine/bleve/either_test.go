package bleve

import (
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
)

// probe is a matcher that notes among what it was asked to look.
type probe struct {
	at    int
	finds *roaring.Bitmap
	among []uint32
	asked bool
}

func (m *probe) cost() int { return m.at }

func (m *probe) match(_ *part, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	m.asked = true
	if within != nil {
		m.among = within.ToArray()
	}
	return m.finds, nil
}

func TestAlternativesAreLookedForOnlyAmongWhatIsLeft(t *testing.T) {
	t.Parallel()
	within := roaring.BitmapOf(1, 2, 3, 4)
	half := &andMatcher{[]matcher{&probe{finds: roaring.BitmapOf(1, 2)}}}
	dear, counting, last := &probe{at: 7, finds: roaring.BitmapOf(3, 4)}, &probe{at: 8, finds: roaring.BitmapOf(2)}, &probe{at: 9}
	p := &part{whole: &whole{counting: map[matcher]bool{counting: true}}}
	found, err := (&orMatcher{[]matcher{last, counting, dear, half}}).match(p, within)
	if err != nil {
		t.Fatal(err)
	}
	if !found.Equals(within) {
		t.Errorf("found %v", found)
	}
	if !roaring.BitmapOf(dear.among...).Equals(roaring.BitmapOf(3, 4)) {
		t.Errorf("what is dear was looked for among %v", dear.among)
	}
	if !roaring.BitmapOf(counting.among...).Equals(within) {
		t.Errorf("what counts for scores was looked for among %v", counting.among)
	}
	if last.asked {
		t.Error("what was left over was nothing, and was searched")
	}
}
