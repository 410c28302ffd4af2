package search_test

import (
	"strings"
	"testing"

	"mailquarry/search"
)

// TestCompoundsOnStoredMail promises that a compound is found by its parts, behind what
// has the word itself, and that exact words and phrases are of no others.
func TestCompoundsOnStoredMail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mailbox(eva, "Eva Nováková", "Inbox=inbox")
	for key, text := range map[string]string{
		"compound": "Sehr geehrte Frau Nováková, anbei erhalten Sie die Stromrechnung für den Monat Mai, mit freundlichen Grüßen.",
		"word":     "Sehr geehrte Damen und Herren, die Rechnung für den Strom ist noch nicht bezahlt und wird heute überwiesen.",
		"lease":    "Guten Tag, im Anhang finden Sie die beiden Mietverträge mit der Bitte um Ihre Unterschrift und Rücksendung.",
		"rent":     "Guten Tag, wir bitten Sie, laut Vertrag die Miete für die Wohnung bis zum Ende der Woche auf das Konto zu überweisen.",
		"number":   "Bitte geben Sie bei der Überweisung immer die Rechnungsnummer an, damit wir Ihre Zahlung zuordnen können.",
		"digits":   "Guten Tag, die Nummer auf dem Schild an der Tür ist nicht mehr zu lesen, können Sie das bitte ändern lassen?",
		"template": "Guten Morgen, die Vorlage für das Schreiben liegt nun auf dem gemeinsamen Laufwerk und kann verwendet werden.",
	} {
		w.store(letter{box: eva, folder: "Inbox", key: key, subject: "Hallo", from: "a@x.example", text: text, date: "2025-01-01"})
	}
	w.index()
	for q, want := range map[string]string{
		"Rechnung": "word compound number", "Rechnungen": "word compound number", "+rechnung": "word", `"rechnung"`: "word",
		"Vertrag": "rent lease", "Nummer": "digits number", "Miete": "rent lease", "Lage": "", "body:Strom": "word compound",
		"geehrte NEAR/9 Rechnung": "word compound", "Mietvertrag": "lease", "Rechnung -Nummer": "word compound",
	} {
		res := w.find(search.Request{Text: q})
		got := strings.Fields(keysOf(res))
		wanted := strings.Fields(want)
		if len(got) != len(wanted) || len(got) > 0 && !strings.ContainsAny(q, ":/") && got[0] != wanted[0] {
			t.Errorf("%s finds %v, want %v", q, got, wanted)
			continue
		}
		for _, k := range wanted {
			if !strings.Contains(" "+strings.Join(got, " ")+" ", " "+k+" ") {
				t.Errorf("%s finds %v, want %v", q, got, wanted)
			}
		}
	}
	for _, h := range w.find(search.Request{Text: "Rechnung"}).Hits {
		if !strings.Contains(strings.Join(h.Snippets.Body, " "), "<mark>") {
			t.Errorf("nothing is marked in %v", h.Snippets)
		}
	}
}
