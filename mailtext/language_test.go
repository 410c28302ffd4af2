package mailtext

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// mails are short messages in the languages that the index knows.
var mails = map[string][]string{
	"ar": {"مرحبا، أرسل لكم العقد في المرفق. شكرا لكم.", "هل يمكننا أن نلتقي يوم الاثنين؟"},
	"bg": {"Здравейте, изпращам ви договора. Благодаря предварително.", "Може ли да се видим в понеделник?"},
	"ca": {"Bon dia, us adjunto el contracte. Moltes gràcies i salutacions.", "Ens podem veure dilluns per parlar-ne? Gràcies, Anna"},
	"cs": {"Dobrý den, v příloze vám posílám smlouvu. Děkuji.", "Můžeme se sejít v pondělí ráno? S pozdravem Jana"},
	"da": {"Hej Søren, jeg har vedhæftet kontrakten. Venlig hilsen Mette", "Kan vi mødes på mandag? Det ville være godt at få talt om det."},
	"de": {"Hallo Ben, anbei der Vertrag. Viele Grüße", "Können wir uns am Montag treffen?", "Passt mir gut, danke."},
	"el": {"Καλημέρα, σας στέλνω το συμβόλαιο.", "Μπορούμε να βρεθούμε τη Δευτέρα;"},
	"en": {"Hi Ben, the contract is attached. Kind regards", "Can we meet on Monday?", "Thanks, works for me."},
	"es": {"Hola Ben, te adjunto el contrato. Un saludo", "¿Podemos vernos el lunes para hablar de esto?"},
	"eu": {"Kaixo, kontratua bidaltzen dizut. Eskerrik asko.", "Astelehenean bilduko gara? Hitz egin behar dugu."},
	"fa": {"سلام، قرارداد را برای شما می\u200cفرستم. با تشکر", "آیا می\u200cتوانیم دوشنبه همدیگر را ببینیم؟"},
	"fi": {"Hei, liitteenä sopimus. Ystävällisin terveisin", "Voimmeko tavata maanantaina? Se olisi hyvä."},
	"fr": {"Bonjour, vous trouverez le contrat en pièce jointe. Cordialement", "On peut se voir lundi pour en parler ?", "C'est d'accord pour moi, merci."},
	"gl": {"Ola, envíoche o contrato no anexo. Moitas grazas e un saúdo.", "Podemos falar disto o luns? Eu xa teño unha proposta."},
	"hi": {"नमस्ते, मैं आपको अनुबंध भेज रहा हूँ। धन्यवाद", "क्या हम सोमवार को मिल सकते हैं?"},
	"hr": {"Poštovani, šaljem vam ugovor u privitku. Srdačan pozdrav", "Možemo li se naći u ponedjeljak? Hvala"},
	"hu": {"Kedves Béla, csatolva küldöm a szerződést. Üdvözlettel", "Tudunk találkozni hétfőn? Fontos lenne."},
	"hy": {"Բարև ձեզ, ուղարկում եմ պայմանագիրը։", "Կարո՞ղ ենք հանդիպել երկուշաբթի։"},
	"id": {"Selamat pagi, terlampir kontrak yang diminta. Terima kasih.", "Apakah kita bisa bertemu pada hari Senin?"},
	"it": {"Ciao, ti allego il contratto. Cordiali saluti", "Possiamo vederci lunedì per parlarne?", "Per me va bene, grazie."},
	"ja": {"お世話になっております。契約書を添付いたします。", "月曜日に会えますか。"},
	"ko": {"안녕하세요, 계약서를 첨부합니다.", "월요일에 만날 수 있을까요?"},
	"nl": {"Hallo Ben, in de bijlage vind je het contract. Met vriendelijke groet", "Kunnen we maandag afspreken?", "Dat is goed, bedankt."},
	"no": {"Hei Ola, jeg har lagt ved kontrakten. Vennlig hilsen Kari", "Kan vi møtes på mandag? Det hadde vært fint å snakke om dette nå."},
	"pl": {"Dzień dobry, w załączeniu przesyłam umowę. Pozdrawiam", "Czy możemy się spotkać w poniedziałek?"},
	"pt": {"Olá, segue em anexo o contrato. Atenciosamente", "Podemos nos encontrar na segunda-feira? Não tenho certeza."},
	"ro": {"Bună ziua, vă trimit contractul atașat. Cu stimă", "Ne putem întâlni luni dimineață? Mulțumesc"},
	"ru": {"Добрый день, высылаю вам договор. С уважением", "Можем ли мы встретиться в понедельник? Это важно."},
	"sv": {"Hej Lars, jag bifogar avtalet. Vänliga hälsningar", "Kan vi träffas på måndag? Det vore bra att prata om det."},
	"tr": {"Merhaba, sözleşmeyi ekte gönderiyorum. Saygılarımla", "Pazartesi günü görüşebilir miyiz? Teşekkürler"},
	"zh": {"您好，合同已附上，请查收。", "我们星期一可以见面吗？"},
	"uk": {"Добрий день, надсилаю вам договір. З повагою"},
	"th": {"สวัสดีครับ ผมส่งสัญญามาให้"},
	"he": {"שלום, מצורף החוזה. תודה רבה"},
}

// TestLanguage promises the language of short messages.
func TestLanguage(t *testing.T) {
	t.Parallel()
	for want, texts := range mails {
		for _, text := range texts {
			if got := Language(text); got != want {
				t.Errorf("%q is %q, want %q", text, got, want)
			}
		}
	}
}

// TestScripts promises that letters of any script are counted: each that is known
// has a place.
func TestScripts(t *testing.T) {
	t.Parallel()
	if n := len(scriptLanguages()); n != scripts {
		t.Fatalf("%d scripts have %d places", n, scripts)
	}
	for r := range rune(0x11000) {
		Language(strings.Repeat(string(r), 12))
	}
	if got := Language("እንኳን ደህና መጣህ ወዳጄ ሆይ"); got != "am" {
		t.Errorf("Amharic is %q", got)
	}
}

// TestLanguageOfFewWords promises that a note of a few words is in its language or
// in none, since mail is found by the forms of its language's words.
func TestLanguageOfFewWords(t *testing.T) {
	t.Parallel()
	for want, texts := range map[string][]string{
		"en": {"Meeting moved to 3pm, room 204", "Let's talk Monday", "OK, sounds good", "Done, thanks"},
		"de": {"Danke, passt.", "Alles klar, danke dir", "Rechnung anbei"},
		"fr": {"Parfait, à lundi", "Merci beaucoup"},
		"nl": {"Prima, dank je", "Ja hoor, prima!"},
		"it": {"Ci vediamo domani", "Perfetto, grazie"},
		"es": {"Perfecto, gracias"},
		"pt": {"Até amanhã, obrigado"},
		"hu": {"Köszönöm szépen"},
		"":   {"Project kickoff agenda", "Q3 budget review deck", "Atlas Nova Terra", "Kickoff Alpha Beta", "Roadmap Marketing Salesforce"},
	} {
		for _, text := range texts {
			if got := Language(text); got != want {
				t.Errorf("%q is %q, want %q", text, got, want)
			}
		}
	}
}

// TestLanguageUnknown promises silence rather than a guess.
func TestLanguageUnknown(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "ok", "Ann", "12345 67890", "https://www.x.example/the/and/of/that", "ann@the-and.example", "Ben Example\nACME Ltd",
		"\xff\xfe\x00", "!!! ??? ...", "for(i=0;i<10;i++){printf(\"%d\",i);}",
	} {
		if got := Language(text); got != "" {
			t.Errorf("%q is said to be %q", text, got)
		}
	}
}

// TestLanguageMixed promises that the author's words count, not what surrounds
// them: names, pages, code, and what is quoted.
func TestLanguageMixed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ want, text string }{
		{"de", "Hallo John,\n\ndas Meeting mit dem Account Manager ist um 10:00 im Conference Room.\nSiehe https://www.example.com/the/agenda/for/this/week\n\nJohn Smith"},
		{"ja", "Project Alpha の件ですが、Release 2.0 は月曜日になります。"},
		{"en", "Please call Jürgen Müßig and François Lefèvre at the Zürich office about it."},
		{"de", "Passt mir gut, ich komme dann am Montag.\n\nOn Mon, Mar 3, 2025 at 10:12 AM Ann <ann@x.example> wrote:\n> " + strings.Repeat("this is what the others of them have written ", 20)},
		{"en", "ok\n\nOn Mon, Mar 3, 2025 at 10:12 AM Ann <ann@x.example> wrote:\n> Shall we meet on Monday to talk about it?"},
	} {
		if got := LanguageOf("", c.text, Split(c.text, "", nil)); got != c.want {
			t.Errorf("%q is %q, want %q", c.text, got, c.want)
		}
	}
}

// TestHostile promises that no text costs more than its length.
func TestHostile(t *testing.T) {
	t.Parallel()
	const n = 100_000
	for name, text := range map[string]string{
		"one line":        strings.Repeat("on 10:12 <a@b> wrote ", n),
		"attributions":    strings.Repeat("On 3 March 10:12, Ann <a@b> wrote:\n\n", n) + ">",
		"begun":           strings.Repeat("On 3 March 10:12\n", n),
		"headers":         strings.Repeat("From: a\nTo: b\n", n),
		"dates":           strings.Repeat("01/01/2001 10:12\nTo: b@c\n", n),
		"forwards":        strings.Repeat("---------- Forwarded message ----------\n", n),
		"dashes":          strings.Repeat("--\n", n),
		"rules":           strings.Repeat("____________________\nx\n", n),
		"empty":           strings.Repeat("\n", n) + "From: a\n" + strings.Repeat("\n", n),
		"angles":          strings.Repeat("> ", n),
		"initials":        strings.Repeat("AB> x\n", n),
		"legal":           strings.Repeat("this message is confidential and intended for nobody\n", n),
		"one long word":   strings.Repeat("a", 20*n),
		"combining marks": "a" + strings.Repeat("\u0301", 10*n),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			spans := Split(text, "Re: x", []Mark{{Quoted, 10, 1000}, {Signature, 20, len(text) / 2}})
			whole(t, text, spans)
			Tails(text, spans)
			Language(text)
			if d := time.Since(start); d > time.Minute {
				t.Errorf("took %v", d)
			}
		})
	}
}

// FuzzLanguage promises a code or nothing, whatever comes.
func FuzzLanguage(f *testing.F) {
	for _, texts := range mails {
		f.Add(texts[0])
	}
	f.Add("l'\u2019'-\u200c·")
	f.Fuzz(func(t *testing.T, text string) {
		if l := Language(text); l != "" && (len(l) > 3 || !utf8.ValidString(l)) {
			t.Errorf("language %q", l)
		}
	})
}
