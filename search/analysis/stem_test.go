package analysis

import (
	"slices"
	"strings"
	"testing"
)

// A word is found in its inflected forms, in each language, however it is typed; and
// words that merely begin alike stay apart.
func TestStemsOfInflectedForms(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ lang, same, apart string }{
		{"en", "invoice invoices invoiced; meeting meetings; study studies studied; contract contracts contracted; run running runs; company companies; make makes making; copy copies copied copying; use used using; hope hoping", "universe unit; policy police"},
		{"de", "Rechnung Rechnungen; Haus Häuser Häusern; Vertrag Verträge Verträgen Vertrages; groß große großen großer; prüfen prüfe; Kunde Kunden", "Vertrag Vertreter; Haus Hausse"},
		{"fr", "facture factures; réunion réunions; acheté achetée achetés achetées; client clients cliente clientes; envoyé envoyée envoyés envoyées; employé employés employée", "facture facteur"},
		{"es", "factura facturas; reunión reuniones; contrato contratos; enviado enviada enviados enviadas; cliente clientes; sesión sesiones", "contrato contra; factura factor"},
		{"pt", "fatura faturas; reunião reuniões; contrato contratos; enviado enviada enviados; cliente clientes", "contrato contra"},
		{"it", "fattura fatture; riunione riunioni; contratto contratti; inviato inviata inviati inviate; cliente clienti", "contratto contrario"},
		{"nl", "factuur facturen; vergadering vergaderingen; contract contracten; klant klanten; boom bomen; maan manen", "contract contrast"},
		{"sv", "faktura fakturor fakturan fakturorna; möte möten mötet; avtal avtalet; kund kunder kunderna", "avtal avtryck"},
		{"da", "faktura fakturaen; møde møder mødet; kontrakt kontrakter kontrakten; kunde kunder kunderne", "kontrakt kontrast"},
		{"no", "faktura fakturaen; møte møter møtet; kontrakt kontrakter kontrakten; kunde kunder kundene", "kontrakt kontrast"},
		{"fi", "lasku laskut laskun laskussa; talo talot talossa; kirje kirjeen kirjeet", "lasku laskea"},
		{"ru", "счёт счёта счету счетом счета; договор договора договоры договором; новый новая новые новой нового; клиент клиенты клиентов", "клиент климат"},
		{"uk", "рахунки рахунку рахунків; договори договору договорів; новий нова нові нового; клієнт клієнти клієнтів", "клієнт клімат"},
		{"pl", "faktura faktury fakturę fakturą; umowa umowy umowę umową; klient klienci klienta klientów", "umowa umrzeć"},
		{"cs", "faktura faktury fakturu fakturou; smlouva smlouvy smlouvu; zákazník zákazníka zákazníci zákazníkům", "faktura faktor"},
		{"sk", "faktúra faktúry faktúru faktúrou; zmluva zmluvy zmluvu; zákazník zákazníka zákazníkom", "faktúra faktor"},
		{"hr", "račun računi računa računom; ugovor ugovori ugovora; klijent klijenti klijenta", "račun računalo"},
		{"sl", "račun računi računa; pogodba pogodbe pogodbo; stranka stranke stranki", "pogodba pogovor"},
		{"bg", "фактура фактури фактурата фактурите; договор договори договорът договора; клиент клиенти клиентът", "клиент климат"},
		{"ro", "factură facturi facturile; contract contracte contractul contractele; client clienți clienții", "contract contrast"},
		{"hu", "számla számlák számlát számlában; szerződés szerződések szerződést; ügyfél ügyfelek", "számla szám"},
		{"tr", "fatura faturalar faturanın faturaları; sözleşme sözleşmeler sözleşmenin; müşteri müşteriler müşterinin; kapı kapılar", "fatura fatih"},
		{"el", "τιμολόγιο τιμολόγια τιμολογίου τιμολογίων; σύμβαση συμβάσεις; πελάτης πελάτες πελάτη πελατών", "πελάτης πέλαγος"},
		{"ca", "factura factures; reunió reunions; contracte contractes; client clients", "contracte contrast"},
		{"gl", "factura facturas; reunión reunións; contrato contratos; cliente clientes", "contrato contra"},
		{"eu", "faktura fakturak fakturen; kontratu kontratua kontratuak; bezero bezeroak bezeroen", "faktura faktore"},
		{"ar", "كتاب الكتاب والكتاب بالكتاب; عقد العقد", "كتاب كتم"},
		{"hi", "किताब किताबें किताबों; लड़का लड़के लड़कों; बैठक बैठकें बैठकों", "किताब किनारा"},
		{"id", "faktur fakturnya; kontrak kontraknya; pertemuan pertemuannya", "kontrak kontras"},
		{"hy", "պայմանագիր պայմանագիրը; հաճախորդ հաճախորդներ հաճախորդների", "հաճախորդ հաճախ"},
		{"fa", "کتاب کتابها کتابهای; قرارداد قراردادها", "کتاب کتان"},
		{"lt", "sąskaita sąskaitos sąskaitą sąskaitų; sutartis sutartys sutarties; klientas klientai klientų", "klientas klimatas"},
		{"lv", "rēķins rēķini rēķinu rēķina; līgums līgumi līgumu; klients klienti klientu", "klients klimats"},
		{"et", "arve arved arvet arvele; leping lepingu lepingud; klient kliendi kliendid", "leping lepatriinu"},
		{"ga", "oifig oifigí; fógra fógraí", "oifig oifigeach"},
		{"sr", "рачун рачуни рачуна рачуном; уговор уговори уговора; račun računi računa", "рачун рачунар"},
		{"ur", "کتاب کتابیں کتابوں", "کتاب کتا"},
	} {
		for group := range strings.SplitSeq(c.same, ";") {
			terms := Terms(group)
			for _, term := range terms {
				if Stem(c.lang, term) != Stem(c.lang, terms[0]) {
					t.Errorf("%s: %s is %q, %s is %q", c.lang, term, Stem(c.lang, term), terms[0], Stem(c.lang, terms[0]))
				}
				checkBeginnings(t, c.lang, term, terms)
			}
		}
		for group := range strings.SplitSeq(c.apart, ";") {
			if terms := Terms(group); Stem(c.lang, terms[0]) == Stem(c.lang, terms[1]) {
				t.Errorf("%s: %s is the same word", c.lang, group)
			}
		}
	}
}

func checkBeginnings(t *testing.T, lang, term string, forms []string) {
	t.Helper()
	all := Beginnings(lang, term)
	for _, f := range forms {
		if !slices.ContainsFunc(all, func(b string) bool { return strings.HasPrefix(f, b) }) {
			t.Errorf("%s: form %s of %s has none of its beginnings %q", lang, f, term, all)
		}
	}
}

// Whatever the term, a stem is found by its beginnings, in time that does not depend
// on what the term is.
func FuzzStem(f *testing.F) {
	for _, s := range []string{"studies", "ملابس", "reuniões", "a", "ıııı", strings.Repeat("ab", 40)} {
		f.Add(s)
	}
	languages := Inflected()
	f.Fuzz(func(t *testing.T, s string) {
		for _, term := range Terms(s) {
			for _, lang := range languages {
				if Stem(lang, term) == "" {
					t.Fatalf("%s: %q has no stem", lang, term)
				}
				checkBeginnings(t, lang, term, []string{term})
			}
		}
	})
}

func BenchmarkStem(b *testing.B) {
	terms := Terms("please find attached the revised forecasts for the meetings and call me back regarding outstanding invoices")
	for _, lang := range []string{"en", "de", "pl"} {
		b.Run(lang, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, t := range terms {
					Stem(lang, t)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(terms)), "ns/word")
		})
	}
}
