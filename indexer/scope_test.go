package indexer

import (
	"os"
	"path/filepath"
	"testing"

	"mailquarry/internal/archive"
)

func rules(t *testing.T, lines ...string) []Rule {
	t.Helper()
	var out []Rule
	for _, l := range lines {
		r, err := ParseRule(l)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

// TestScopeJudges: exclude beats include, nothing included is everything, and
// what hangs on something unknown is not decided by guessing.
func TestScopeJudges(t *testing.T) {
	t.Parallel()
	list := filepath.Join(t.TempDir(), "list.txt")
	if err := os.WriteFile(list, []byte("\ufeff# people\n\n ANN@contoso.com \n@legal.contoso.com\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ann := archive.Mailbox{Key: "K-Ann", Address: "Ann@Contoso.com", Aliases: []string{"a.miller@contoso.org"}, Purpose: "user"}
	sub := archive.Mailbox{Key: "k-sub", Address: "sue@legal.contoso.com", Purpose: "shared"}
	blank := archive.Mailbox{Key: "k-blank", Address: "new@contoso.com"}
	known := members{groups: map[string]map[string]bool{"sales@contoso.com": {"k-ann": true}}, files: map[string][]Rule{}}
	known.files[list], _ = readRules(list)
	for _, c := range []struct {
		name             string
		include, exclude []string
		box              archive.Mailbox
		want             verdict
	}{
		{"no rules", nil, nil, ann, inScope},
		{"its address", []string{"ann@contoso.com"}, nil, ann, inScope},
		{"its alias", []string{"A.Miller@contoso.org"}, nil, ann, inScope},
		{"another's address", []string{"ann@contoso.com"}, nil, sub, outOfScope},
		{"its domain", []string{"@contoso.com"}, nil, ann, inScope},
		{"an alias's domain", []string{"@contoso.org"}, nil, ann, inScope},
		{"a domain is not those below it", []string{"@contoso.com"}, nil, sub, outOfScope},
		{"the domains below", []string{"@*.contoso.com"}, nil, sub, inScope},
		{"the domains below are not the domain", []string{"@*.contoso.com"}, nil, ann, outOfScope},
		{"a domain that ends alike", []string{"@toso.com"}, nil, ann, outOfScope},
		{"exclude beats include", []string{"@contoso.com"}, []string{"ann@contoso.com"}, ann, outOfScope},
		{"excluded alone", nil, []string{"@*.contoso.com"}, sub, outOfScope},
		{"a group's member", []string{"group:Sales@contoso.com"}, nil, ann, inScope},
		{"no member of the group", []string{"group:sales@contoso.com"}, nil, sub, outOfScope},
		{"a group not read yet", []string{"group:other@contoso.com"}, nil, ann, undecided},
		{"a group not read yet, and the address", []string{"group:other@contoso.com", "ann@contoso.com"}, nil, ann, inScope},
		{"excluded, with a group not read yet", []string{"group:other@contoso.com"}, []string{"ann@contoso.com"}, ann, outOfScope},
		{"maybe excluded", nil, []string{"group:other@contoso.com"}, ann, undecided},
		{"its purpose", []string{"purpose:shared"}, nil, sub, inScope},
		{"another purpose", []string{"purpose:shared"}, nil, ann, outOfScope},
		{"its purpose is not known", []string{"purpose:shared"}, nil, blank, needsPurpose},
		{"its purpose may exclude it", nil, []string{"purpose:room"}, blank, needsPurpose},
		{"its purpose does not matter", []string{"purpose:shared"}, []string{"new@contoso.com"}, blank, outOfScope},
		{"in the file", []string{"file:" + list}, nil, ann, inScope},
		{"its domain is in the file", []string{"file:" + list}, nil, sub, inScope},
		{"not in the file", []string{"file:" + list}, nil, blank, outOfScope},
	} {
		s := Scope{Include: rules(t, c.include...), Exclude: rules(t, c.exclude...)}
		if got := s.judge(known, c.box); got != c.want {
			t.Errorf("%s: verdict %d, want %d", c.name, got, c.want)
		}
	}
}

// TestParseRule: a rule reads back as it was written, and a mistake is told.
func TestParseRule(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		" Ann@Contoso.com ": "ann@contoso.com", "@Contoso.com": "@contoso.com", "@.contoso.com": "@*.contoso.com",
		"@*.contoso.com": "@*.contoso.com", "group: Sales@contoso.com": "group:sales@contoso.com", "purpose:Room": "purpose:room",
	} {
		if r, err := ParseRule(in); err != nil || r.String() != want {
			t.Errorf("%q: %q, %v, want %q", in, r.String(), err, want)
		}
	}
	broken := filepath.Join(t.TempDir(), "broken.txt")
	if err := os.WriteFile(broken, []byte("ann@contoso.com\nnonsense\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, in := range []string{
		"", "ann", "@", "@*.", "a@b@c", "ann@*.com", "group:", "purpose:robot", "colour:red", "file:/does/not/exist", "file:" + broken,
	} {
		if r, err := ParseRule(in); err == nil {
			t.Errorf("%q was taken as %q", in, r.String())
		}
	}
}

// TestParseFolderName: folders are left out by names that do not hang on the
// mailbox's language.
func TestParseFolderName(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"Junk": "junkemail", "deleteditems": "deleteditems", " drafts ": "drafts", "trash": "deleteditems"} {
		if got, err := ParseFolderName(in); err != nil || got != want {
			t.Errorf("%q: %q, %v, want %q", in, got, err, want)
		}
	}
	if _, err := ParseFolderName("Kundenprojekte"); err == nil {
		t.Error("a display name was taken")
	}
}

// TestLeftOutFolders: with a folder goes all that is below it.
func TestLeftOutFolders(t *testing.T) {
	t.Parallel()
	folders := []archive.Folder{
		{ID: 1, WellKnown: "inbox"},
		{ID: 2, WellKnown: "deleteditems"},
		{ID: 3, Parent: 2},
		{ID: 4, Parent: 3},
		{ID: 5, Parent: 1},
		{ID: 6, Parent: 7},
		{ID: 7, Parent: 6}, // a circle that ends all the same
	}
	got := leftOut(folders, []string{"deleteditems", "junkemail"})
	for _, f := range folders {
		want := f.ID >= 2 && f.ID <= 4
		if got[f.ID] != want {
			t.Errorf("folder %d: %v, want %v", f.ID, got[f.ID], want)
		}
	}
	if len(leftOut(folders, nil)) != 0 {
		t.Error("folders are left out without a name")
	}
}
