package archive

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// A data folder is looked into without changing it, in use or not.
func TestInspect(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "data")
	got, err := Inspect(t.Context(), dir, "graph")
	if err != nil || got != (Inspection{}) {
		t.Fatalf("%+v %v", got, err)
	}
	if _, err := os.Stat(filepath.Dir(dir)); !os.IsNotExist(err) {
		t.Error("looking made a folder")
	}
	a, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Bind(t.Context(), "graph", "tenant-1"); err != nil {
		t.Fatal(err)
	}
	got, err = Inspect(t.Context(), dir, "graph")
	if want := (Inspection{Exists: true, Held: true, Tenant: "tenant-1"}); err != nil || got != want {
		t.Errorf("%+v %v, want %+v", got, err, want)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	got, err = Inspect(t.Context(), dir, "import")
	if want := (Inspection{Exists: true}); err != nil || got != want {
		t.Errorf("%+v %v, want %+v", got, err, want)
	}
}

// What would keep a folder from being opened is found.
func TestInspectFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	foreign := t.TempDir()
	file := filepath.Join(foreign, "letter.txt")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Inspect(t.Context(), foreign, "graph"); !errors.Is(err, ErrForeign) {
		t.Errorf("a folder with other files: %v", err)
	}
	for _, dir := range []string{file, filepath.Join(file, "below")} {
		if _, err := Inspect(t.Context(), dir, "graph"); err == nil {
			t.Errorf("%s passes for a data folder", filepath.Base(dir))
		}
	}
}
