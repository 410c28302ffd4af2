package indexer_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mailquarry/indexer"
	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
	"mailquarry/search/engine"
)

// What was told of a text is kept and taken again, and another message's, or what a
// disk has made of it, is not: the index is the same each time.
func TestReadingsAreKept(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	box := s.user("anna").Folder("inbox")
	for i := range 5 {
		box.Add(letter(fmt.Sprint("offer ", i), strings.Repeat("Bitte schicken Sie uns das neue Angebot.\n", i+1)+
			"\nAm 3. März 2025 schrieb Ben <ben@contoso.example>:\n> Was ist mit der Lieferung geschehen?\n"))
	}
	s.round()
	build := func() map[mail.MessageID]engine.Document {
		t.Helper()
		r := &recorder{Writer: s.index}
		if err := indexer.NewBuilder(s.archive, s.extract, reset{r}, indexer.BuildOptions{}).Catchup(s.ctx); err != nil {
			t.Fatal(err)
		}
		docs := map[mail.MessageID]engine.Document{}
		for _, d := range r.docs {
			docs[d.ID] = d
		}
		return docs
	}
	kept := func() (all []archive.Reading) {
		t.Helper()
		for rec, err := range s.archive.Since(s.ctx, 0) {
			if err != nil {
				t.Fatal(err)
			}
			if len(rec.Reading) == 0 {
				t.Errorf("nothing is kept of message %s", rec.ID)
			}
			all = append(all, archive.Reading{Message: rec.ID, Data: rec.Reading})
		}
		return all
	}
	want := build()
	right := kept()
	if len(right) != 5 {
		t.Fatalf("%d messages are stored, want 5", len(right))
	}
	wrong := map[string]func(i int) []byte{
		"the same":  func(i int) []byte { return right[i].Data },
		"another's": func(i int) []byte { return right[(i+1)%len(right)].Data },
		"cut":       func(i int) []byte { return right[i].Data[:len(right[i].Data)-1] },
		"nothing":   func(int) []byte { return []byte{} },
	}
	for name, data := range wrong {
		changed := make([]archive.Reading, len(right))
		for i, r := range right {
			changed[i] = archive.Reading{Message: r.Message, Data: data(i)}
		}
		if err := s.archive.PutReadings(s.ctx, changed, nil, 0); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, build()); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if d := cmp.Diff(right, kept()); d != "" {
			t.Errorf("%s, kept afterwards: %s", name, d)
		}
	}
}
