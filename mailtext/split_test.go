package mailtext

import (
	"strings"
	"testing"
	"time"
)

// TestSplit promises what is told apart, in the words of many mailers. In each
// case the lines are marked by what they are: O own, Q quoted, S signature.
func TestSplit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ subject, in string }{
		"nothing special":     {"", "O:Hello\nO:\nO:world"},
		"angles":              {"", "O:Yes.\nO:\nQ:On Mon, Jan 5, 2026 at 3:04 PM Ann <ann@x.example> wrote:\nQ:> Shall we?\nQ:> Ann\nO:\nO:And one thing more."},
		"broken attribution":  {"", "O:Yes.\nQ:On Mon, Jan 5, 2026 at 3:04 PM Ann Example\nQ:<ann@x.example> wrote:\nQ:\nQ:Shall we?\nQ:\nQ:Ann"},
		"inline answers":      {"", "Q:> Shall we?\nO:Yes.\nQ:> When?\nO:Now."},
		"german":              {"AW: x", "O:Ja.\nQ:Am 05.01.2026 um 15:04 schrieb Ann Beispiel <ann@x.example>:\nQ:\nQ:Wollen wir?"},
		"german, two lines":   {"AW: x", "O:Ja.\nQ:Am Mo., 5. Jan. 2026 um 15:04 Uhr schrieb Ann Beispiel <\nQ:ann@x.example>:\nQ:\nQ:Wollen wir?"},
		"french":              {"", "O:Oui.\nQ:Le lun. 5 janv. 2026 à 15:04, Ann <ann@x.example> a écrit :\nQ:On y va ?"},
		"spanish":             {"", "O:Sí.\nQ:El lun, 5 ene 2026 a las 15:04, Ann (<ann@x.example>) escribió:\nQ:¿Vamos?"},
		"italian":             {"", "O:Sì.\nQ:Il giorno lun 5 gen 2026 alle ore 15:04 Ann <ann@x.example> ha scritto:\nQ:Andiamo?"},
		"dutch":               {"", "O:Ja.\nQ:Op ma 5 jan 2026 om 15:04 schreef Ann <ann@x.example>:\nQ:Gaan we?"},
		"portuguese":          {"", "O:Sim.\nQ:Em seg., 5 de jan. de 2026 às 15:04, Ann <ann@x.example> escreveu:\nQ:Vamos?"},
		"japanese":            {"", "O:はい。\nQ:2026年1月5日(月) 15:04 山田 <yamada@x.example>:\nQ:いかがですか"},
		"outlook":             {"RE: x", "O:Yes.\nO:\nQ:From: Ann <ann@x.example>\nQ:Sent: Monday, January 5, 2026 3:04 PM\nQ:To: Ben <ben@x.example>\nQ:Subject: x\nQ:\nQ:Shall we?"},
		"outlook german":      {"AW: x", "O:Ja.\nQ:Von: Ann <ann@x.example>\nQ:Gesendet: Montag, 5. Januar 2026 15:04\nQ:An: Ben <ben@x.example>\nQ:Betreff: x\nQ:\nQ:Wollen wir?"},
		"outlook french":      {"RE: x", "O:Oui.\nQ:De : Ann <ann@x.example>\nQ:Envoyé : lundi 5 janvier 2026 15:04\nQ:À : Ben <ben@x.example>\nQ:Objet : x\nQ:\nQ:On y va ?"},
		"outlook japanese":    {"RE: x", "O:はい。\nQ:差出人: 山田 <yamada@x.example>\nQ:送信日時: 2026年1月5日 15:04\nQ:宛先: 佐藤\nQ:件名: x\nQ:\nQ:いかがですか"},
		"original message":    {"RE: x", "O:Yes.\nQ:-----Original Message-----\nQ:From: Ann\nQ:Sent: Monday\nQ:To: Ben\nQ:Subject: x\nQ:\nQ:Shall we?"},
		"forwarded":           {"Fwd: x", "O:See below.\nO:\nO:---------- Forwarded message ---------\nO:From: Ann <ann@x.example>\nO:Date: Mon, Jan 5, 2026\nO:Subject: x\nO:To: Ben\nO:\nO:The plan."},
		"forwarded, Outlook":  {"WG: x", "O:Siehe unten.\nO:Von: Ann <ann@x.example>\nO:Gesendet: Montag\nO:An: Ben\nO:Betreff: x\nO:\nO:Der Plan."},
		"signature":           {"", "O:Hello\nS:-- \nS:Ann Example\nS:+49 30 123456"},
		"signature and quote": {"", "O:Hello\nS:--\nS:Ann\nQ:On Monday, 5 January 2026, Ben wrote:\nQ:> x"},
		"phone":               {"", "O:Fine.\nO:\nS:Sent from my iPhone"},
		"long after dashes":   {"", "O:One\nO:--\n" + strings.Repeat("O:a line of the text\n", 30) + "O:end"},
		"legal footer":        {"", "O:The contract is attached.\nO:\nS:This e-mail and any attachments are confidential and intended solely for the addressee.\nS:If you have received this in error, delete it."},
		"nothing but a footer": {
			"", "O:This message is confidential and intended for Ben only.\nO:He has won.",
		},
		"deleted quote":           {"Re: x", "O:Yes.\nQ:On 05.01.2026 15:04, Ann wrote:\nQ:\nO:[...]\nO:I see.\nQ:> Shall we?\nO:No."},
		"quote in a quote":        {"Re: x", "O:Yes.\nQ:On 05.01.2026 15:04, Ann wrote:\nQ:\nQ:I see.\nQ:On 04.01.2026 15:04, Ben wrote:\nQ:> Shall we?\nQ:No."},
		"copied into a new text":  {"Plan", "O:See below.\nO:From: Ann <ann@x.example>\nO:Sent: Monday\nO:To: Ben\nO:Subject: x\nO:\nO:The plan."},
		"an invitation":           {"Re: x", "O:From: Monday\nO:To: Friday\nO:Where: Paris\nO:Come."},
		"initials":                {"Re: x", "Q:EV> Shall we?\nQ:EV> On Monday?\nO:Yes.\nO:C:> is a prompt"},
		"mailing list":            {"x", "O:Hello\nS:_______________________________________________\nS:some-list mailing list\nS:some-list@lists.example\nS:https://lists.example/mailman/listinfo/some-list"},
		"a line drawn":            {"x", "O:Hello\nO:____________________\nO:world"},
		"introduced without date": {"Re: x", "Q:Ann Example writes:\nQ:> Shall we?\nO:Yes."},
		"no header":               {"", "O:From: the bottom of my heart\nO:I thank you."},
		"wide angles":             {"Re: x", "Q:＞ 質問です\nO:回答です"},
		"japanese, wide angles":   {"Re: x", "O:はい。\nQ:2024年1月5日(金) 10:00 山田 <yamada@x.example>:\nQ:＞ 質問です\nQ:＞＞ 前の質問\nO:回答です"},
		"a date in prose":         {"Re: x", "O:On 3 October the committee wrote:\nO:we agree.\nO:So do I."},
		"a date in german prose":  {"Re: x", "O:Am 3. Mai schrieb die Firma:\nO:wir stimmen zu.\nO:Ich auch."},
		"a date and angles":       {"Re: x", "Q:On 3 October Ann wrote:\nQ:> we agree.\nO:So do I."},
		"short dates":             {"Re: x", "O:So do I.\nQ:On 3/10 at 10:12 Ann wrote:\nQ:we agree."},
		"other signs":             {"Re: x", "Q:On 05.01.2026 15:04, Ann wrote:\nQ:| Shall we?\nQ:|\nQ:| When?\nO:Yes."},
		"a table":                 {"Re: x", "O:See:\nO:| a | b |\nO:| 1 | 2 |\nO:} else {"},
		"wrote in prose":          {"", "O:On this I wrote:\nO:nothing."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var text strings.Builder
			var want []byte
			for l := range strings.SplitSeq(c.in, "\n") {
				want = append(want, l[0])
				text.WriteString(l[2:] + "\n")
			}
			spans := Split(text.String(), c.subject, nil)
			whole(t, text.String(), spans)
			got := make([]byte, 0, len(want))
			for i, at := 0, 0; i < len(want); i++ {
				for _, s := range spans {
					if at >= s.Start && at < s.End {
						got = append(got, "OQS"[s.Kind])
					}
				}
				at += len(strings.SplitN(text.String()[at:], "\n", 2)[0]) + 1
			}
			// Empty lines may go either way.
			for i, l := range strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n") {
				if strings.TrimSpace(l) == "" {
					got[i] = want[i]
				}
			}
			if string(got) != string(want) {
				t.Errorf("lines are %s, want %s", got, want)
			}
		})
	}
}

// whole wants spans that cover the text without gap or overlap.
func whole(t testing.TB, text string, spans []Span) {
	t.Helper()
	at := 0
	for i, s := range spans {
		if s.Start != at || s.End <= s.Start || i > 0 && spans[i-1].Kind == s.Kind {
			t.Fatalf("spans %v of a text of %d bytes", spans, len(text))
		}
		at = s.End
	}
	if at != len(text) {
		t.Fatalf("spans end at %d of %d", at, len(text))
	}
}

// TestMarks promises that the HTML's word counts more than the text's.
func TestMarks(t *testing.T) {
	t.Parallel()
	text := "Yes.\n> not a quote\nShall we?\nbye\n"
	marks := []Mark{{Own, 0, 19}, {Quoted, 19, 29}}
	spans := Split(text, "", marks)
	whole(t, text, spans)
	if got := Part(text, spans, Quoted); got != "Shall we?" {
		t.Errorf("quoted: %q", got)
	}
}

// FuzzSplit promises that nothing is dropped, whatever comes.
func FuzzSplit(f *testing.F) {
	f.Add("On Mon, Ann wrote:\n> x\n-- \nBen", "Re: x")
	f.Add("From: a\nSent: b\nTo: c\n\n\n>", "")
	f.Fuzz(func(t *testing.T, text, subject string) {
		whole(t, text, Split(text, subject, []Mark{{Quoted, len(text) / 3, len(text) / 2}}))
	})
}

// TestSplitHostile promises that no text takes long, whatever it repeats: a
// message is split where it is indexed, and not in a process of its own.
func TestSplitHostile(t *testing.T) {
	t.Parallel()
	for _, l := range []string{
		"-- \n", "--\n", "-- \nx\n\n", "__\n> a\n", "Sent from my iPhone\n", ">\n", "> > > a\n", "_____\n\n", "Regards,\n", "-----Original Message-----\n",
		"On 1 Jan 2020, x wrote:\n", "On 1 Jan 2020, ", "From: a\nTo: b\nSubject: c\n\n", "Von: a\n", "This e-mail is confidential and for its recipient only.\n--\n", "x", "\n", "> ",
	} {
		t.Run(l, func(t *testing.T) {
			t.Parallel()
			text := strings.Repeat(l, 4<<20/len(l))
			start := time.Now()
			whole(t, text, Split(text, "x", nil))
			if took := time.Since(start); took > time.Minute {
				t.Errorf("took %v", took)
			}
		})
	}
}

// TestReadPlainLinks promises that a link is found by where it leads.
func TestReadPlainLinks(t *testing.T) {
	t.Parallel()
	const in = "plan<https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example%2Fplan&data=x>\n> x\n"
	text, spans := Read(in, false, "")
	if text != "plan<https://a.example/plan>\n> x\n" {
		t.Errorf("got %q", text)
	}
	whole(t, text, spans)
}
