package archive

import (
	"context"
	"errors"
	"testing"
)

// TestBindRefusesAnotherTenant: once a tenant's mail is in a data folder, no
// other tenant's list of users may decide what of it is deleted.
func TestBindRefusesAnotherTenant(t *testing.T) {
	t.Parallel()
	ctx, dir := context.Background(), t.TempDir()
	for _, step := range []struct {
		tenant string
		want   error
	}{{"one", nil}, {"one", nil}, {"two", ErrOtherTenant}, {"one", nil}} {
		a, err := Open(ctx, dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Bind(ctx, "graph", step.tenant); !errors.Is(err, step.want) {
			t.Errorf("tenant %s: %v, want %v", step.tenant, err, step.want)
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
