package indexer

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"mailquarry/internal/archive"
)

// A paragraph is a footer once three different messages of one sender end with it.
func TestFooters(t *testing.T) {
	t.Parallel()
	a, err := archive.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	d := newFooterDesk(a)
	ask := func(sender, identity string, prints ...uint64) []bool {
		t.Helper()
		got, err := d.repeated(t.Context(), 0, sender, identity, prints)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	steps := []struct {
		what, sender, identity string
		prints                 []uint64
		want                   []bool
	}{
		{"first", "eva@example.com", "1", []uint64{7, 8}, []bool{false, false}},
		{"a copy of it", "eva@example.com", "1", []uint64{7}, []bool{false}},
		{"second", "Eva@Example.com", "2", []uint64{7}, []bool{false}},
		{"another sender", "tom@example.com", "3", []uint64{7}, []bool{false}},
		{"third", "eva@example.com", "4", []uint64{7, 8}, []bool{true, false}},
		{"an old one again", "eva@example.com", "1", []uint64{7, 8}, []bool{true, false}},
		{"nobody", "", "5", []uint64{7}, []bool{false}},
	}
	for i, s := range steps {
		if got := ask(s.sender, s.identity, s.prints...); !slices.Equal(got, s.want) {
			t.Errorf("%s: %v, want %v", s.what, got, s.want)
		}
		if i%2 == 0 {
			if err := d.put(t.Context(), nil, 0); err != nil {
				t.Fatal(err)
			}
		}
	}
	// It is remembered beyond the process.
	d = newFooterDesk(a)
	if got := ask("eva@example.com", "9", 7, 8); !slices.Equal(got, []bool{true, true}) {
		t.Errorf("after a restart: %v", got)
	}
}

// Nothing is lost between those who note and the one who stores.
func TestFootersAtOnce(t *testing.T) {
	t.Parallel()
	a, err := archive.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	d := newFooterDesk(a)
	const senders = 200
	var noting sync.WaitGroup
	for m := range repeats {
		noting.Go(func() {
			for s := range senders {
				if _, err := d.repeated(t.Context(), 0, fmt.Sprint(s, "@example.com"), fmt.Sprint(m), []uint64{1}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	done := make(chan struct{})
	var storing sync.WaitGroup
	storing.Go(func() {
		for last := false; !last; {
			select {
			case <-done:
				last = true
			default:
			}
			if err := d.put(t.Context(), nil, 0); err != nil {
				t.Error(err)
				return
			}
		}
	})
	noting.Wait()
	close(done)
	storing.Wait()
	d = newFooterDesk(a)
	for s := range senders {
		got, err := d.repeated(t.Context(), 0, fmt.Sprint(s, "@example.com"), "0", []uint64{1})
		if err != nil || !got[0] {
			t.Fatalf("sender %d: %v %v", s, got, err)
		}
	}
}

// Messages whose paragraphs are noted are answered without a look into the store,
// and those that come after them are noted.
func TestFootersOfStoredMessages(t *testing.T) {
	t.Parallel()
	a, err := archive.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	run := func(from, upto archive.Seq, seqs ...archive.Seq) (last []bool) {
		t.Helper()
		d := newFooterDesk(a)
		if err := d.begin(t.Context(), from); err != nil {
			t.Fatal(err)
		}
		for _, s := range seqs {
			if last, err = d.repeated(t.Context(), s, "eva@example.com", fmt.Sprint(s), []uint64{7}); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.put(t.Context(), nil, upto); err != nil {
			t.Fatal(err)
		}
		return last
	}
	upto := func(want archive.Seq) {
		t.Helper()
		if _, got, err := a.RepeatedTails(t.Context()); err != nil || got != want {
			t.Errorf("noted up to %d, %v, want %d", got, err, want)
		}
	}
	run(0, 2, 1, 2)
	upto(2)
	if run(0, 2, 1, 2)[0] {
		t.Error("two messages make a footer when they are read again")
	}
	run(5, 6, 6) // an index that is further on: what lies between is not noted
	upto(2)
	if !run(2, 3, 3)[0] {
		t.Error("a third message does not make a footer")
	}
	upto(3)
	if !run(0, 3, 1)[0] {
		t.Error("the first message is not answered by what came after it")
	}
}
