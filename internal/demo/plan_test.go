package demo

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"mailquarry/internal/graphsim"
)

var fixedNow = time.Date(2026, 11, 20, 16, 30, 0, 0, time.UTC)

// planned gives the plan of a seed.
func planned(t *testing.T, seed int64) *world {
	t.Helper()
	w, err := newWorld(seed, fixedNow)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.history(); err != nil {
		t.Fatal(err)
	}
	return w
}

// tags are stripped where a test reads the words of HTML bodies.
var tags = regexp.MustCompile(`<style>.*?</style>|<[^>]*>`)

func words(m graphsim.Message) string {
	return m.Subject + "\n" + m.Text + tags.ReplaceAllString(m.HTML, " ")
}

// TestSameSeedSameCompany: a demo can be described, and a test repeated.
func TestSameSeedSameCompany(t *testing.T) {
	t.Parallel()
	sum := func(seed int64) string {
		h := sha256.New()
		for _, d := range planned(t, seed).plan {
			b, err := json.Marshal(d.msg)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintln(h, d.box, d.folder, string(b))
		}
		return fmt.Sprintf("%x", h.Sum(nil))
	}
	if a, b := sum(1), sum(1); a != b {
		t.Error("two plans of one seed differ")
	}
	if sum(1) == sum(2) {
		t.Error("two seeds give the same plan")
	}
}

// TestPlan looks at plans of two seeds from all sides.
func TestPlan(t *testing.T) {
	t.Parallel()
	for _, seed := range []int64{1, 2} {
		plan := planned(t, seed).plan
		for name, test := range map[string]func(*testing.T, []delivery){
			"size": testSize, "languages": testLanguages, "searches": testSearchesFind, "unfilled": testNothingUnfilled,
			"copies": testCopies, "threads": testThreads, "attachments": testAttachments,
		} {
			t.Run(fmt.Sprint(name, seed), func(t *testing.T) {
				t.Parallel()
				test(t, plan)
			})
		}
	}
}

func testSize(t *testing.T, plan []delivery) {
	distinct := map[string]bool{}
	oldest := fixedNow
	for _, d := range plan {
		distinct[d.msg.InternetMessageID] = true
		if d.msg.Received.Before(oldest) {
			oldest = d.msg.Received
		}
		if d.msg.Received.After(fixedNow) {
			t.Error("a message from the future")
		}
	}
	if n := len(plan); n < 1900 || n > 2200 {
		t.Errorf("%d messages", n)
	}
	if len(distinct) < 600 {
		t.Errorf("only %d different messages", len(distinct))
	}
	if age := fixedNow.Sub(oldest); age < 900*24*time.Hour || age > 1100*24*time.Hour {
		t.Errorf("mail goes back %v", age)
	}
}

// testLanguages: a search in any of ten languages has something to find.
func testLanguages(t *testing.T, plan []delivery) {
	has := func(tables ...*unicode.RangeTable) func(string) bool {
		return func(s string) bool {
			return strings.IndexFunc(s, func(r rune) bool { return unicode.In(r, tables...) }) >= 0
		}
	}
	kana, han := has(unicode.Hiragana), has(unicode.Han)
	anyOf := func(list ...string) func(string) bool {
		return func(s string) bool {
			for _, w := range list {
				if strings.Contains(s, w) {
					return true
				}
			}
			return false
		}
	}
	tests := map[string]func(string) bool{
		"en": anyOf(" the ", " please "), "de": anyOf(" und ", " bitte ", " für "), "fr": anyOf(" nous ", " le ", " sur "),
		"es": anyOf(" los ", " hemos ", " el "), "pl": anyOf("ą", "ż", "ę"),
		"ja": kana, "zh": func(s string) bool { return han(s) && !kana(s) && strings.Contains(s, "的") },
		"ko": anyOf("니다"), "ar": has(unicode.Arabic), "he": has(unicode.Hebrew),
	}
	count := map[string]int{}
	for _, d := range plan {
		s := words(d.msg)
		for lang, is := range tests {
			if is(s) {
				count[lang]++
			}
		}
	}
	for lang := range tests {
		if count[lang] < 40 {
			t.Errorf("%s: only %d messages", lang, count[lang])
		}
	}
	t.Log(count)
}

// testSearchesFind: every search that the demo suggests has hits, in words that
// it takes from subjects and bodies.
func testSearchesFind(t *testing.T, plan []delivery) {
	texts := make([]string, len(plan))
	for i, d := range plan {
		texts[i] = strings.ToLower(words(d.msg))
	}
	for _, w := range []string{"invoice", "overdue", "quarterly budget", "vertrag", "haftung", "facture", "会議", "合同", "اجتماع", "limestone", "חוזה", "예산", "umowy"} {
		n := 0
		for _, s := range texts {
			if strings.Contains(s, w) {
				n++
			}
		}
		if n < 3 || n > len(plan)/2 {
			t.Errorf("%q is in %d messages", w, n)
		}
	}
}

// testNothingUnfilled: no slot or choice of the grammar shows, nobody has an
// address that could be real, and every body says something.
func testNothingUnfilled(t *testing.T, plan []delivery) {
	for _, d := range plan {
		m := d.msg
		s := strings.ReplaceAll(words(m), "[...]", "")
		if strings.ContainsAny(s, "{}[]|") {
			t.Fatalf("unfilled: %.1500s", s)
		}
		if len(strings.TrimSpace(m.Text+m.HTML)) < 40 {
			t.Errorf("empty body: %q", m.Subject)
		}
		for _, a := range append(append([]graphsim.Address{m.From}, m.To...), m.Cc...) {
			if !strings.HasSuffix(a.Address, ".example") || a.Name == "" {
				t.Errorf("address %v", a)
			}
		}
	}
}

// testCopies: what one sends to three is four copies of the same message, with
// the very same attachments.
func testCopies(t *testing.T, plan []delivery) {
	first := map[string]delivery{}
	shared, files := 0, 0
	for _, d := range plan {
		f, ok := first[d.msg.InternetMessageID]
		if !ok {
			first[d.msg.InternetMessageID] = d
			continue
		}
		shared++
		if f.box == d.box {
			t.Errorf("mailbox %d has a message twice", d.box)
		}
		if f.msg.Subject != d.msg.Subject || f.msg.HTML != d.msg.HTML || len(f.msg.Attachments) != len(d.msg.Attachments) {
			t.Fatalf("copies of %q differ", d.msg.Subject)
		}
		for i, a := range d.msg.Attachments {
			files++
			if string(a.Content) != string(f.msg.Attachments[i].Content) {
				t.Errorf("attachment %q differs between copies", a.Name)
			}
		}
	}
	if shared < 800 || files < 300 {
		t.Errorf("%d copies with %d attachments", shared, files)
	}
}

// testThreads: answers name what they answer, which came before them.
func testThreads(t *testing.T, plan []delivery) {
	when := map[string]time.Time{}
	answers, quotes := 0, 0
	for _, d := range plan {
		m := d.msg
		if _, ok := when[m.InternetMessageID]; !ok {
			when[m.InternetMessageID] = m.Received
		}
		if m.InReplyTo == "" {
			continue
		}
		answers++
		if at, ok := when[m.InReplyTo]; !ok || at.After(m.Received) {
			t.Errorf("%q comes before what it answers", m.Subject)
		}
		if strings.Contains(m.Text, "\r\n> ") || strings.Contains(m.HTML, "border-left") {
			quotes++
		}
	}
	if answers < 500 || quotes < answers/2 {
		t.Errorf("%d answers, %d with a quotation", answers, quotes)
	}
}

// TestLanguageFiles: every language has all that the writers look up.
func TestLanguageFiles(t *testing.T) {
	t.Parallel()
	langs, err := languages()
	if err != nil {
		t.Fatal(err)
	}
	for code, l := range langs {
		for key, n := range map[string]int{
			"re": 1, "fw": 1, "labels": 4, "wrote": 1, "forwarded": 1, "greeting": 1, "all": 1, "closing": 1, "signoff": 2,
			"project": projects, "city": 4, "material": 4, "room": 2, "days": 5, "currency": 1, "number": 1, "date": 1, "items": 4, "goods": 6,
			"attached": 1, "accepted": 1, "declined": 1, "doc.project": 1, "folder.projects": 1, "folder.clients": 1,
			"folder.newsletters": 1, "folder.travel": 1, "folder.finance": 1, "folder.special": 1, "folder.emoji": 1,
		} {
			if len(l.values[key]) < n || l.one(key) == "" {
				t.Errorf("%s: %s has %q, want %d", code, key, l.values[key], n)
			}
		}
		for _, name := range []string{"invoice", "contract", "budget", "meeting", "incident", "travel", "project", "talk"} {
			if tp := l.topics[name]; tp == nil || len(tp.subjects) == 0 || len(tp.lines) < 2 || len(tp.answer) == 0 {
				t.Errorf("%s: topic %s is thin", code, name)
			}
		}
	}
	if len(langs) != 10 {
		t.Errorf("%d languages", len(langs))
	}
}

func TestParseLanguageRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"no value", "== t\nfree words"} {
		if _, err := parseLanguage("xx", text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}
