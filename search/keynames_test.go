package search_test

import (
	"slices"
	"testing"
	"time"

	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// What the language asks for by the name of a mark or a field is what the engine has
// under that name.
func TestTheLanguageNamesWhatTheEngineHas(t *testing.T) {
	t.Parallel()
	marks := []string{
		engine.KeyExt, engine.KeyMIME, engine.KeyHas, engine.KeyIs, engine.KeyImportant, engine.KeyCategory,
		engine.KeyList, engine.KeyDelivered, engine.KeyKind, engine.KeyHeader,
	}
	fields := []string{engine.FieldCopy, engine.FieldThread, string(engine.FacetLang)}
	var asked []string
	for _, f := range append(query.Fields(), query.FieldInfo{Example: "ext:pdf"}, query.FieldInfo{Example: "thread:17"}) {
		texts := []string{f.Example}
		for _, v := range f.Values {
			texts = append(texts, f.Name+":"+v)
		}
		for _, text := range texts {
			switch n := query.Parse(text, time.Now()).Node.(type) {
			case query.Key:
				if !slices.Contains(marks, n.Name) {
					t.Errorf("%s asks for the mark %s, which there is not", text, n.Name)
				}
				asked = append(asked, n.Name)
			case query.OneOf:
				if !slices.Contains(fields, n.Field) {
					t.Errorf("%s asks for the field %s, which there is not", text, n.Field)
				}
				asked = append(asked, n.Field)
			}
		}
	}
	for _, name := range append(marks, fields...) {
		if !slices.Contains(asked, name) {
			t.Errorf("no field asks for %s", name)
		}
	}
}
