package web

import (
	"fmt"
	"hash/fnv"
	"html"
	"html/template"
	"strconv"
	"strings"
	"time"
	"unicode"

	"mailquarry/internal/mail"
)

// when is a time as a page shows it.
type when struct {
	ISO   string // for the module that tells it in the reader's own zone; "" when unknown
	Exact string
	Short string // as short as it can be told today
}

func (p *pages) when(t time.Time) when {
	if t.IsZero() {
		return when{}
	}
	now, local := p.now().In(p.zone), t.In(p.zone)
	w := when{ISO: t.UTC().Format(time.RFC3339), Exact: local.Format("Mon, 2 Jan 2006, 15:04 MST")}
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, p.zone)
	switch {
	case !local.Before(midnight) && local.Before(midnight.AddDate(0, 0, 1)):
		w.Short = local.Format("15:04")
	case !local.Before(midnight.AddDate(0, 0, -6)) && local.Before(midnight):
		w.Short = local.Format("Mon 15:04")
	case local.Year() == now.Year():
		w.Short = local.Format("2 Jan")
	default:
		w.Short = local.Format("2 Jan 2006")
	}
	return w
}

// honest removes from a name what would make it read as another: controls, and
// the characters that turn the writing direction ("exe.txt" for "txt.exe").
func honest(name string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0x200E, r == 0x200F, r == 0x061C:
			return -1
		case unicode.IsControl(r):
			return ' '
		}
		return r
	}, name)), " ")
}

// person is a sender as a page shows them.
type person struct {
	Sender   string // name, else address
	Address  string // "" when Sender is it
	Initials string
	Hue      int // which of the colours the initials stand on
}

// hues is how many colours the style sheet has for initials.
const hues = 8

func personOf(a mail.Address) person {
	a = mail.Address{Name: honest(a.Name), Address: honest(a.Address)}
	p := person{Sender: a.Name, Address: a.Address}
	if p.Sender == "" {
		p.Sender = a.Address
	}
	if p.Sender == "" {
		p.Sender = "No sender"
	}
	if p.Sender == p.Address {
		p.Address = ""
	}
	h := fnv.New32a()
	h.Write([]byte(strings.ToLower(a.Address + "\x00")))
	if a.Address == "" {
		h.Write([]byte(a.Name))
	}
	p.Hue = int(h.Sum32() % hues)
	p.Initials = initials(p.Sender)
	return p
}

// initials are the first letters of the first and the last word, or one letter
// where a script has no capitals.
func initials(name string) string {
	name, _, _ = strings.Cut(name, "@")
	// What stands in brackets is the name in another script, or a department.
	if before, _, found := strings.Cut(name, "("); found && strings.TrimSpace(before) != "" {
		name = before
	}
	var letters []rune
	for word := range strings.FieldsFuncSeq(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }) {
		letters = append(letters, []rune(word)[0])
	}
	switch {
	case len(letters) == 0:
		return "?"
	case len(letters) == 1 || unicode.ToUpper(letters[0]) == unicode.ToLower(letters[0]):
		return string(unicode.ToUpper(letters[0]))
	}
	return string([]rune{unicode.ToUpper(letters[0]), unicode.ToUpper(letters[len(letters)-1])})
}

// snippet lets the marks of a snippet through to the page, and nothing else.
// This and escaped are the only places that tell the templates to take text as
// HTML. The search service escapes snippets already; that is not relied upon: all but
// the two marks is unescaped and escaped again here.
func snippet(s string) template.HTML {
	const begin, end = "<mark>", "</mark>"
	var b strings.Builder
	open := false
	for s != "" {
		mark := begin
		if open {
			mark = end
		}
		text, rest, found := strings.Cut(s, mark)
		b.WriteString(html.EscapeString(html.UnescapeString(text)))
		if found {
			b.WriteString(mark)
			open = !open
		}
		s = rest
	}
	if open {
		b.WriteString(end)
	}
	return template.HTML(b.String())
}

// escaped is text where the templates otherwise take a snippet.
func escaped(text string) template.HTML { return template.HTML(html.EscapeString(text)) }

// unmarked is the text that a snippet shows.
func unmarked(s string) string {
	return html.UnescapeString(strings.NewReplacer("<mark>", "", "</mark>", "").Replace(s))
}

// number writes a count with its thousands apart.
func number(n int) string {
	if n < 0 {
		return "-" + number(-n)
	}
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// plural names a count of things.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(n) + " " + many
}

// span writes how long something takes, as exactly as anyone cares.
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", max(d.Round(time.Second)/time.Second, 1))
	case d < time.Hour:
		return fmt.Sprintf("%d min", d.Round(time.Minute)/time.Minute)
	case d < 48*time.Hour:
		h := d.Round(time.Minute)
		if h >= 10*time.Hour {
			return fmt.Sprintf("%d h", d.Round(time.Hour)/time.Hour)
		}
		return fmt.Sprintf("%d h %d min", h/time.Hour, h%time.Hour/time.Minute)
	}
	return plural(int(d.Round(24*time.Hour)/(24*time.Hour)), "day", "days")
}

// rate writes so many per second.
func rate(r float64) string {
	if r < 10 {
		return strconv.FormatFloat(r, 'f', 1, 64)
	}
	return number(int(r + 0.5))
}

// byteSize writes a size for people; "" when it is unknown.
func byteSize(n int64) string {
	switch {
	case n <= 0:
		return ""
	case n < 1<<10:
		return fmt.Sprintf("%d B", n)
	case n < 1<<20:
		return fmt.Sprintf("%d KB", (n+1<<9)>>10)
	case n < 10<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%d MB", (n+1<<19)>>20)
}
