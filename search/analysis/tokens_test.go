package analysis

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// A word typed in any of its usual spellings finds the others, in every script
// that the demo and the corpora hold.
func TestTerms(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"only separators", " ...--__'’@ \n", ""},
		{"case and punctuation", "Hello, World! 2024-05", "hello world 2024 05"},
		{"an address is its parts", "<Eva.Muster@contoso.com>", "eva muster contoso com"},
		{"apostrophe and underscore split", "don't l’été snake_case", "don t l ete snake case"},
		{"diacritics", "Café Müller naïve Ångström čšž", "cafe muller naive angstrom csz"},
		{"the same, decomposed", "Cafe\u0301 Mu\u0308ller", "cafe muller"},
		{"letters that do not decompose", "Straße STRAẞE Øre æther œuvre łódź þing đ", "strasse strasse ore aether oeuvre lodz thing d"},
		{"Turkish", "İstanbul ISPARTA ısparta", "istanbul isparta isparta"},
		{"Greek", "Ὀδυσσεύς ΟΔΥΣΣΕΥΣ", "οδυσσευσ οδυσσευσ"},
		{"Cyrillic", "Ёлка ёлка", "елка елка"},
		{"compatibility forms", "ﬁle ＡＢＣ１２ ①", "file abc12"},
		{"Chinese is letters", "会议 meeting", "会 议 meeting"},
		{"mixed run", "Q3会议2024年", "q3 会 议 2024 年"},
		{"kana", "データがｶﾞ", "デ ー タ が ガ"},
		{"Korean runs stay words", "회의 일정", "회의 일정"},
		{"Korean decomposed", "\u1112\u116c\u110b\u1174", "회의"},
		{"Thai is letters with their marks", "กำหนด", "ก ํา ห น ด"},
		{"Arabic without vowel signs and tatweel", "مُحَمَّد محـــمد", "محمد محمد"},
		{"Hebrew without points", "שָׁלוֹם שלום", "שלום שלום"},
		{"Devanagari keeps its vowel signs", "हिन्दी", "हिन्दी"},
		{"not UTF-8", "a\xffb \xc3", "a b"},
		{"a run of marks is no word", "\u0301\u0302 x", "x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := strings.Join(Terms(c.in), " "); got != c.want {
				t.Errorf("Terms(%q)\n got %q\nwant %q", c.in, got, c.want)
			}
		})
	}
}

func TestTokensTellWhereTheyStand(t *testing.T) {
	t.Parallel()
	const s = "Für 会议: Déjà-vu"
	var got []Token
	for tok := range Tokens(s) {
		got = append(got, tok)
	}
	want := []Token{
		{"fur", 0, 4, 0, true},
		{"会", 5, 8, 1, true},
		{"议", 8, 11, 2, true},
		{"deja", 13, 19, 3, true},
		{"vu", 20, 22, 4, false},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestLongWordsAreCut(t *testing.T) {
	t.Parallel()
	for _, s := range []string{strings.Repeat("a", 1000), strings.Repeat("é", 100_000), strings.Repeat("ж", 1000)} {
		terms := Terms(s)
		if len(terms) != 1 || len(terms[0]) > MaxTerm || len(terms[0]) < MaxTerm-3 || !utf8.ValidString(terms[0]) {
			t.Errorf("%q... gives %q", s[:10], terms)
		}
	}
}

// The quick ways give what the rule gives, for every letter and pairs of them.
func TestQuickFoldingFollowsTheRule(t *testing.T) {
	t.Parallel()
	for r := rune(1); r < 0x20000; r++ {
		if !wordRune(r, 2) {
			continue
		}
		for _, word := range []string{string(r), "a" + string(r) + "b", string(r) + "\u0301", "ß" + string(r) + string(r)} {
			if got, want := fold(word), foldAny(word); got != want {
				t.Fatalf("%q (%U) gives %q, by the rule %q", word, r, got, want)
			}
		}
	}
}

// FuzzTokens: tokens stand in order, do not overlap, are folded (a term is its
// own only token), and never too long.
func FuzzTokens(f *testing.F) {
	for _, s := range []string{"Hello, World", "Straße 会议", "a\xffb", "ﷺ ﾞ İ ŀ", "กำหนด", "\u0301", strings.Repeat("é", 70)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		end, pos := 0, 0
		for tok := range Tokens(s) {
			if tok.Start < end || tok.End <= tok.Start || tok.End > len(s) || tok.Pos != pos {
				t.Fatalf("%q: %+v after end %d, position %d", s, tok, end, pos)
			}
			if tok.Term == "" || len(tok.Term) > MaxTerm || !utf8.ValidString(tok.Term) {
				t.Fatalf("%q: bad term %q", s, tok.Term)
			}
			if word := s[tok.Start:tok.End]; tok.Term != foldAny(strings.ToLower(word)) && tok.Term != foldAny(word) {
				t.Fatalf("%q: %q gives %q, by the rule %q", s, word, tok.Term, foldAny(word))
			}
			if again := strings.Join(Terms(tok.Term), ""); again != tok.Term && len(tok.Term) < MaxTerm-8 {
				t.Fatalf("%q: term %q folds again to %q", s, tok.Term, again)
			}
			end, pos = tok.End, pos+1
		}
	})
}

func BenchmarkTokens(b *testing.B) {
	const line = "From the desk of Eva: please find attached the Q3 forecast, revised 2024-05-06, and call me back at 555-0100.\n"
	for _, c := range []struct{ name, text string }{
		{"ascii", strings.Repeat(line, 100)},
		{"mixed", strings.Repeat(line+"Für die Übergabe müssen wir den Großteil prüfen; 会议在星期三举行。\n", 50)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.text)))
			b.ReportAllocs()
			for b.Loop() {
				for tok := range Tokens(c.text) {
					_ = tok
				}
			}
		})
	}
}
