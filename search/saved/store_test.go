package saved

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// TestKeptSearches promises that a search is found by its name as it was saved,
// by whoever opens the folder.
func TestKeptSearches(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "searches")
	s := At(dir)
	if list, err := s.List(); err != nil || len(list) != 0 {
		t.Fatalf("a folder that is not there lists %v, %v", list, err)
	}
	for _, p := range [][2]string{{"GDPR / Übung", "iban OR \"date of birth\""}, {"open", "is:unread"}, {"Open ", "is:unread -list:x"}} {
		if err := s.Put(p[0], p[1]); err != nil {
			t.Fatal(err)
		}
	}
	if got, ok, err := At(dir).Get(" gdpr / u\u0308bung"); !ok || err != nil || got != (Search{"GDPR / Übung", "iban OR \"date of birth\""}) {
		t.Errorf("%+v, %t, %v", got, ok, err)
	}
	if list, err := s.List(); err != nil || fmt.Sprint(list) != `[{GDPR / Übung iban OR "date of birth"} {Open is:unread -list:x}]` {
		t.Errorf("%v, %v", list, err)
	}
	if ok, err := s.Remove("OPEN"); !ok || err != nil {
		t.Errorf("removed: %t, %v", ok, err)
	}
	if _, ok, err := s.Get("open"); ok || err != nil {
		t.Errorf("it is still there: %t, %v", ok, err)
	}
	if ok, err := s.Remove("open"); ok || err != nil {
		t.Errorf("removed twice: %t, %v", ok, err)
	}
}

func TestWhatCannotBeSaved(t *testing.T) {
	t.Parallel()
	s := At(t.TempDir())
	for name, p := range map[string][2]string{
		"no name": {" ", "x"}, "no search": {"x", " "}, "quotes": {`a"b`, "x"}, "a line end": {"a\nb", "x"}, "a long name": {strings.Repeat("n", MaxName+1), "x"},
		"a long search": {"n", strings.Repeat("x", 5000)}, "rubbish": {"n", "\xff"},
	} {
		var bad *NameError
		if err := s.Put(p[0], p[1]); !errors.As(err, &bad) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.Put("../../outside", "x"); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(s.dir, "..", "..", "outside.json")); err == nil {
		t.Error("a name leads out of the folder")
	}
}

// TestDamageIsToldOf: a file that holds no search is an error with its name.
func TestDamageIsToldOf(t *testing.T) {
	t.Parallel()
	s := At(t.TempDir())
	if err := os.WriteFile(s.file("x"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Get("x"); err == nil || !strings.Contains(err.Error(), "holds no saved search") {
		t.Errorf("%v", err)
	}
}

// TestManyAtOnce: two that save at the same moment both find what they saved.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	s := At(t.TempDir())
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			name := fmt.Sprint("search ", i%10)
			if err := s.Put(name, fmt.Sprint("word", i)); err != nil {
				t.Error(err)
			}
			if got, ok, err := s.Get(name); !ok || err != nil || !strings.HasPrefix(got.Query, "word") {
				t.Errorf("%+v %t %v", got, ok, err)
			}
		})
	}
	all.Wait()
	if list, err := s.List(); err != nil || len(list) != 10 {
		t.Errorf("%d searches, %v", len(list), err)
	}
}
