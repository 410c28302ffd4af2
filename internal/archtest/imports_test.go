package archtest

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "mailquarry/"

// floors lists the packages from the ground up, with what of ours each may
// import besides. A package that is missing here fails the test: a new one has
// to be given its place.
var floors = map[string][]string{
	"internal/mail":      {},
	"internal/version":   {},
	"internal/wellknown": {},
	"internal/rfc822":    {},
	"extract":            {"internal/rfc822"},
	"mailtext":           {"extract"},
	"search/query":       {"search/analysis"},
	"search/saved":       {"search/query"},
	"search/analysis":    {},
	"web/mailhtml":       {},

	"internal/source": {"internal/mail"},
	"internal/access": {"internal/mail"},

	"search/engine":               {"internal/mail", "internal/access", "search/query"},
	"search/engine/bleve":         {"internal/mail", "internal/access", "search/query", "search/engine", "search/analysis", "search/engine/bleve/segment"},
	"search/engine/bleve/segment": {},
	"search/engine/enginetest":    {"internal/mail", "internal/access", "search/query", "search/engine", "search/analysis"},

	"internal/source/graph/wire": {"internal/mail", "internal/source"},
	"internal/source/graph":      {"internal/mail", "internal/source", "internal/source/graph/wire"},
	"internal/source/files":      {"internal/mail", "internal/source"},
	"internal/decode":            {"internal/mail", "internal/source", "internal/rfc822"},
	"internal/archive":           {"internal/mail", "internal/source"},

	"indexer": {
		"internal/mail", "internal/access", "internal/source", "internal/source/files", "internal/archive", "internal/decode",
		"internal/wellknown", "extract", "mailtext", "search/analysis", "search/engine", "search/query",
	},
	"search": {
		"internal/mail", "internal/wellknown", "internal/access", "internal/archive", "internal/decode", "internal/source", "extract", "mailtext",
		"search/query", "search/analysis", "search/engine",
	},
	"internal/notify":  {"internal/source"},
	"internal/operate": {"internal/mail", "internal/access", "internal/archive", "search/query"},

	"web": {"internal/mail", "internal/access", "internal/operate", "search", "search/engine", "search/query", "web/mailhtml"},

	"internal/graphsim": {"internal/mail"},
	"internal/demo":     {"internal/mail", "internal/graphsim"},

	"internal/archtest": {},
	"web/browsertest":   {},
}

// owners says which package alone may import a foreign one, by prefix.
var owners = map[string]string{
	"github.com/blevesearch/":               "search/engine/bleve",
	"github.com/blevesearch/snowballstem":   "search/analysis",
	"github.com/RoaringBitmap/":             "search/engine/bleve",
	"github.com/labstack/echo":              "web",
	"html/template":                         "web",
	"github.com/microcosm-cc/bluemonday":    "web/mailhtml",
	"github.com/ledongthuc/pdf":             "extract",
	"github.com/klippa-app/go-pdfium":       "extract",
	"github.com/tetratelabs/wazero":         "extract",
	"github.com/microsoftgraph/":            "internal/source/graph",
	"github.com/microsoft/kiota":            "internal/source/graph",
	"github.com/Azure/azure-sdk-for-go/sdk": "internal/source/graph",
	"modernc.org/sqlite":                    "internal/archive",
	"github.com/alecthomas/kong":            "cmd/mailquarry",
}

// TestImportsPointOneWay parses every file of the product in this process, so
// that the test's cache sees the files it depends on.
func TestImportsPointOneWay(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	seen := 0
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			name := d.Name()
			if name == "corpora" || name == "build" || name == "node_modules" || name == "testdata" || strings.HasPrefix(name, ".") && name != ".." {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		seen++
		checkFile(t, root, p)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 50 {
		t.Fatalf("only %d files were checked: the walk missed the tree", seen)
	}
}

func checkFile(t *testing.T, root, file string) {
	t.Helper()
	rel, err := filepath.Rel(root, filepath.Dir(file))
	if err != nil {
		t.Fatal(err)
	}
	pkg := filepath.ToSlash(rel)
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	f, err := parser.ParseFile(token.NewFileSet(), file, src, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	allowed, known := floors[pkg]
	if !known && !strings.HasPrefix(pkg, "cmd/") && !strings.HasPrefix(pkg, "internal/e2e") {
		t.Errorf("%s: package %s has no place in the table of imports", path.Base(file), pkg)
		return
	}
	for _, spec := range f.Imports {
		imp, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		if own, ok := strings.CutPrefix(imp, module); ok && known && !slices.Contains(allowed, own) {
			t.Errorf("%s imports %s, which is not below it", file, own)
		}
		if imp == "testing" && !strings.HasSuffix(pkg, "test") {
			t.Errorf("%s imports testing into the product", file)
		}
		if owner, ok := ownerOf(imp); ok && pkg != owner && !strings.HasPrefix(pkg, owner+"/") {
			t.Errorf("%s imports %s, which belongs to %s alone", file, imp, owner)
		}
	}
}

// ownerOf goes by the longest prefix in owners.
func ownerOf(imp string) (owner string, ok bool) {
	longest := ""
	for prefix, o := range owners {
		if strings.HasPrefix(imp, prefix) && len(prefix) > len(longest) {
			longest, owner = prefix, o
		}
	}
	return owner, longest != ""
}
