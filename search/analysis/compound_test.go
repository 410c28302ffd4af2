package analysis_test

import (
	"strings"
	"testing"

	"mailquarry/search/analysis"
)

// TestCompounds promises that a compound is one of its parts and other words, whatever
// stands between these, and that a word which merely has the letters is none.
func TestCompounds(t *testing.T) {
	t.Parallel()
	for lang, c := range map[string]struct{ words, yes, no string }{
		"de": {
			"strom miete arbeit nummer versicherung gesellschaft haus kosten hol rechnung",
			"stromrechnung/rechnung stromrechnungen/rechnung mietvertrag/vertrag mietvertrage/vertrag arbeitsvertrag/vertrag " +
				"rechnungsnummer/rechnung stromrechnungsnummer/rechnung versicherungsgesellschaft/versicherung hauskosten/kosten",
			"rechnung/rechnung abrechnung/rechnung vorlage/lage rechnungen/rechnung verrechnung/rechnung stromrechnung/echnung",
		},
		"nl": {"huur verzekering polis", "huurcontract/contract verzekeringspolis/verzekering", "contract/contract overeenkomst/komst"},
		"sv": {"skola hyra faktura nummer avtal", "skolarbete/arbete fakturanummer/faktura fakturanummer/nummer", "avtal/avtal"},
		"da": {"leje nummer", "lejekontrakt/kontrakt fakturanummer/faktura", "kontrakten/kontrakt"},
		"no": {"leie nummer", "leiekontrakt/kontrakt fakturanummer/faktura", "kontrakten/kontrakt"},
		"fi": {"sahko numero", "sahkolasku/lasku laskunnumero/lasku", "laskun/lasku"},
		"en": {"data", "", "database/base"},
	} {
		known := func(w string) bool { return strings.Contains(" "+c.words+" ", " "+w+" ") }
		for want, list := range map[bool]string{true: c.yes, false: c.no} {
			for pair := range strings.FieldsSeq(list) {
				word, part, _ := strings.Cut(pair, "/")
				if got := analysis.IsCompound(lang, word, part, known); got != want {
					t.Errorf("%s: %s has %s as a part: %t, want %t", lang, word, part, got, want)
				}
				if common := analysis.CompoundPart(lang, part); want && !strings.Contains(word, common) {
					t.Errorf("%s: %q of %s is not in %s", lang, common, part, word)
				}
			}
		}
	}
}
