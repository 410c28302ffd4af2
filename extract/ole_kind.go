package extract

import (
	"bytes"
	"strings"

	"github.com/richardlehane/mscfb"
)

// oleMain tells which stream makes a compound file a document of Office, lower
// case; "" for none.
func (p *probe) oleMain() (main string) {
	if !p.ole() {
		return ""
	}
	found := map[string]bool{}
	for _, name := range []string{"WordDocument", "Workbook", "WORKBOOK", "Book", "BOOK", "PowerPoint Document"} {
		if p.oleHas(name) {
			main = strings.ToLower(name)
			found[main] = true
		}
	}
	if len(found) < 2 {
		return main
	}
	// One of them is of a document that is embedded in the other.
	defer func() {
		if recover() != nil {
			main = ""
		}
	}()
	f, err := mscfb.New(bytes.NewReader(p.raw))
	if err != nil {
		return main
	}
	for range maxOLEEntries {
		e, err := f.Next()
		if err != nil {
			break
		}
		if name := strings.ToLower(e.Name); len(e.Path) == 0 && found[name] && name != "book" {
			return name
		}
	}
	return main
}
