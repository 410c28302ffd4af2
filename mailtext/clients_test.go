package mailtext

import (
	"strings"
	"testing"
)

// headers are what mail programs write above a text that is answered, by program
// and language, as it looks in plain text.
var headers = map[string]string{
	"Gmail en":         "On Mon, Mar 3, 2025 at 10:12 AM Ann Example <ann@x.example> wrote:",
	"Gmail en, broken": "On Mon, Mar 3, 2025 at 10:12 AM Ann Example-Longname von und zu Example <\nann.example-longname@department.x.example> wrote:",
	"Gmail de":         "Am Mo., 3. März 2025 um 10:12 Uhr schrieb Ann Example <ann@x.example>:",
	"Gmail de, broken": "Am Mo., 3. März 2025 um 10:12 Uhr schrieb Ann Example-Langname <\nann.example-langname@abteilung.x.example>:",
	"Gmail fr":         "Le lun. 3 mars 2025 à 10:12, Ann Example <ann@x.example> a écrit :",
	"Gmail fr, broken": "Le lun. 3 mars 2025 à 10:12, Ann Example <ann.example@departement.x.example> a\nécrit :",
	"Gmail es":         "El lun, 3 mar 2025 a las 10:12, Ann Example (<ann@x.example>) escribió:",
	"Gmail es, broken": "El lun, 3 mar 2025 a las 10:12, Ann Example (<ann.example@departamento.x.example>)\nescribió:",
	"Gmail it":         "Il giorno lun 3 mar 2025 alle ore 10:12 Ann Example <ann@x.example> ha scritto:",
	"Gmail it, broken": "Il giorno lun 3 mar 2025 alle ore 10:12 Ann Example <\nann@x.example> ha scritto:",
	"Gmail nl":         "Op ma 3 mrt 2025 om 10:12 schreef Ann Example <ann@x.example>:",
	"Gmail nl, broken": "Op ma 3 mrt 2025 om 10:12 schreef Ann Example-Langenaam <\nann@x.example>:",
	"Gmail pt":         "Em seg., 3 de mar. de 2025 às 10:12, Ann Example <ann@x.example> escreveu:",
	"Gmail pt, broken": "Em seg., 3 de mar. de 2025 às 10:12, Ann Example <ann.example@x.example>\nescreveu:",
	"Gmail pt-PT":      "Ann Example <ann@x.example> escreveu (segunda, 3/03/2025 à(s) 10:12):",
	"Gmail ja":         "2025年3月3日(月) 10:12 山田 花子 <hanako@x.example>:",
	"Gmail ja, broken": "2025年3月3日(月) 10:12 山田 花子 <\nhanako@x.example>:",
	"Gmail sv":         "Den mån 3 mars 2025 kl 10:12 skrev Ann Example <ann@x.example>:",
	"Gmail da":         "man. 3. mar. 2025 kl. 10.12 skrev Ann Example <ann@x.example>:",
	"Gmail pl":         "pon., 3 mar 2025 o 10:12 Ann Example <ann@x.example> napisał(a):",
	"Gmail ru":         "пн, 3 мар. 2025 г. в 10:12, Анна <ann@x.example>:",
	"Gmail zh":         "张三 <zhang@x.example> 于2025年3月3日周一 10:12写道：",
	"Gmail ko":         "2025년 3월 3일 (월) 오전 10:12, 김 <kim@x.example>님이 작성:",
	"Gmail fi":         "ma 3. maalisk. 2025 klo 10.12 Ann Example (ann@x.example) kirjoitti:",

	"Apple en":    "On 3 Mar 2025, at 10:12, Ann Example <ann@x.example> wrote:",
	"Apple en-US": "On Mar 3, 2025, at 10:12 AM, Ann Example <ann@x.example> wrote:",
	"Apple de":    "Am 03.03.2025 um 10:12 schrieb Ann Example <ann@x.example>:",
	"Apple fr":    "Le 3 mars 2025 à 10:12, Ann Example <ann@x.example> a écrit :",
	"Apple es":    "El 3 mar 2025, a las 10:12, Ann Example <ann@x.example> escribió:",
	"Apple it":    "Il giorno 3 mar 2025, alle ore 10:12, Ann Example <ann@x.example> ha scritto:",
	"Apple nl":    "Op 3 mrt 2025, om 10:12 heeft Ann Example <ann@x.example> het volgende geschreven:",
	"Apple pt":    "Em 3 de mar. de 2025, à(s) 10:12, Ann Example <ann@x.example> escreveu:",
	"Apple pt-PT": "No dia 03/03/2025, às 10:12, Ann Example <ann@x.example> escreveu:",
	"Apple ja":    "2025/03/03 10:12、山田 花子 <hanako@x.example>のメール:",
	"Apple ja, 2": "2025年3月3日(月) 10:12、山田 花子 <hanako@x.example>のメール：",

	"Outlook en":             "From: Ann Example <ann@x.example>\nSent: Monday, March 3, 2025 10:12 AM\nTo: Ben Example <ben@x.example>\nCc: Cid\nSubject: Plan",
	"Outlook en, Mac":        "From: Ann Example <ann@x.example>\nDate: Monday, 3 March 2025 at 10:12\nTo: Ben Example <ben@x.example>\nSubject: Plan",
	"Outlook en, bold":       "*From:* Ann Example <ann@x.example>\n*Sent:* Monday, March 3, 2025 10:12 AM\n*To:* Ben Example <ben@x.example>\n*Subject:* Plan",
	"Outlook en, line":       "________________________________\nFrom: Ann Example <ann@x.example>\nSent: Monday, March 3, 2025 10:12:13 AM\nTo: Ben Example\nSubject: Plan",
	"Outlook en, many to":    "From: Ann Example\nSent: Monday, March 3, 2025 10:12 AM\nTo: Ben Example; Cid Example; Dan Example;\n Eve Example; Fay Example\nCc: Gus; Hal\nSubject: Plan\nImportance: High",
	"Outlook en, old":        "-----Original Message-----\nFrom: Ann Example [mailto:ann@x.example]\nSent: Monday, March 03, 2025 10:12 AM\nTo: Ben Example\nSubject: Plan",
	"Outlook en, meeting":    "-----Original Appointment-----\nFrom: Ann Example\nSent: Monday, March 03, 2025 10:12 AM\nTo: Ben Example\nSubject: Plan\nWhen: Monday\nWhere: here",
	"Outlook de":             "Von: Ann Example <ann@x.example>\nGesendet: Montag, 3. März 2025 10:12\nAn: Ben Example <ben@x.example>\nCc: Cid\nBetreff: Plan",
	"Outlook de, bold":       "*Von:* Ann Example <ann@x.example>\n*Gesendet:* Montag, 3. März 2025 10:12\n*An:* Ben Example <ben@x.example>\n*Betreff:* Plan",
	"Outlook de, underlined": "_Von:_ Ann Example <ann@x.example>\n_Gesendet:_ Montag, 3. März 2025 10:12\n_An:_ Ben Example <ben@x.example>\n_Betreff:_ Plan",
	"Outlook de, old":        "-----Ursprüngliche Nachricht-----\nVon: Ann Example [mailto:ann@x.example]\nGesendet: Montag, 3. März 2025 10:12\nAn: Ben Example\nBetreff: Plan",
	"Outlook de, new":        "Von: Ann Example <ann@x.example>\nDatum: Montag, 3. März 2025 um 10:12\nAn: Ben Example <ben@x.example>\nBetreff: Plan",
	"Outlook fr":             "De : Ann Example <ann@x.example>\nEnvoyé : lundi 3 mars 2025 10:12\nÀ : Ben Example <ben@x.example>\nObjet : Plan",
	"Outlook fr, no-break":   "De\u00A0: Ann Example <ann@x.example>\nEnvoyé\u00A0: lundi 3 mars 2025 10:12\nÀ\u00A0: Ben Example <ben@x.example>\nCc\u00A0: Cid\nObjet\u00A0: Plan",
	"Outlook fr, bold":       "*De :* Ann Example <ann@x.example>\n*Envoyé :* lundi 3 mars 2025 10:12\n*À :* Ben Example\n*Objet :* Plan",
	"Outlook fr, old":        "-----Message d'origine-----\nDe : Ann Example\nEnvoyé : lundi 3 mars 2025 10:12\nÀ : Ben Example\nObjet : Plan",
	"Outlook es":             "De: Ann Example <ann@x.example>\nEnviado el: lunes, 3 de marzo de 2025 10:12\nPara: Ben Example <ben@x.example>\nCC: Cid\nAsunto: Plan",
	"Outlook es, old":        "-----Mensaje original-----\nDe: Ann Example\nEnviado el: lunes, 3 de marzo de 2025 10:12\nPara: Ben Example\nAsunto: Plan",
	"Outlook it":             "Da: Ann Example <ann@x.example>\nInviato: lunedì 3 marzo 2025 10:12\nA: Ben Example <ben@x.example>\nCc: Cid\nOggetto: Plan",
	"Outlook it, old":        "-----Messaggio originale-----\nDa: Ann Example\nInviato: lunedì 3 marzo 2025 10:12\nA: Ben Example\nOggetto: Plan",
	"Outlook nl":             "Van: Ann Example <ann@x.example>\nVerzonden: maandag 3 maart 2025 10:12\nAan: Ben Example <ben@x.example>\nCC: Cid\nOnderwerp: Plan",
	"Outlook nl, old":        "-----Oorspronkelijk bericht-----\nVan: Ann Example\nVerzonden: maandag 3 maart 2025 10:12\nAan: Ben Example\nOnderwerp: Plan",
	"Outlook pt":             "De: Ann Example <ann@x.example>\nEnviada em: segunda-feira, 3 de março de 2025 10:12\nPara: Ben Example <ben@x.example>\nCc: Cid\nAssunto: Plan",
	"Outlook pt-PT":          "De: Ann Example <ann@x.example>\nEnviado: 3 de março de 2025 10:12\nPara: Ben Example\nAssunto: Plan",
	"Outlook pt, old":        "-----Mensagem original-----\nDe: Ann Example\nEnviada em: segunda-feira, 3 de março de 2025 10:12\nPara: Ben Example\nAssunto: Plan",
	"Outlook ja":             "差出人: 山田 花子 <hanako@x.example>\n送信日時: 2025年3月3日 10:12\n宛先: 佐藤 <sato@x.example>\nCC: 鈴木\n件名: 計画",
	"Outlook ja, wide":       "差出人： 山田 花子\n送信日時： 2025年3月3日 月曜日 10:12\n宛先： 佐藤\n件名： 計画",
	"Outlook ja, old":        "-----元のメッセージ-----\n差出人: 山田 花子\n送信日時: 2025年3月3日 10:12\n宛先: 佐藤\n件名: 計画",

	"Thunderbird en": "On 03.03.25 10:12, Ann Example wrote:",
	"Thunderbird de": "Am 03.03.25 um 10:12 schrieb Ann Example:",
	"Thunderbird fr": "Le 03/03/2025 à 10:12, Ann Example a écrit :",
	"Thunderbird it": "Il 03/03/2025 10:12, Ann Example ha scritto:",
	"Thunderbird ja": "On 2025/03/03 10:12, 山田 花子 wrote:",
	"GMX":            "Gesendet: Montag, 03. März 2025 um 10:12 Uhr\nVon: \"Ann Example\" <ann@x.example>\nAn: ben@x.example\nBetreff: Plan",
	"Samsung":        "-------- Original message --------\nFrom: Ann Example <ann@x.example>\nDate: 03/03/2025 10:12 (GMT+00:00)\nTo: ben@x.example\nSubject: Plan",
	"Notes":          "Ann Example@ENRON\n03/03/2001 10:12 AM\nTo: Ben Example/HOU/ECT@ECT\ncc: Cid Example/HOU/ECT@ECT\nSubject: Plan",
	"Notes, outside": "\"Ann Example\" <ann@x.example> on 03/03/2001 10:12:13 AM\nTo: <ben@x.example>\ncc:\nSubject: Plan",
	"Yahoo":          "On Monday, March 3, 2025 at 10:12:13 AM GMT+1, Ann Example <ann@x.example> wrote:",
	"Proton":         "On Monday, March 3rd, 2025 at 10:12 AM, Ann Example <ann@x.example> wrote:",
}

// TestClients promises that what is answered is told by the header of each
// program in each language: with > before its lines, and without.
func TestClients(t *testing.T) {
	t.Parallel()
	for name, header := range headers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, c := range []struct{ quoted, after string }{
				{"Shall we do it on the 5th?\nAnn", ""},
				{"> Shall we do it on the 5th?\n> Ann", ""},
				{"> Shall we do it on the 5th?\n> Ann", "Afterword of 3 words."},
			} {
				text := "Yes, at 11:30 then.\nI come by train.\n\n" + header + "\n\n" + c.quoted + "\n" + c.after
				spans := Split(text, "Re: Plan", nil)
				whole(t, text, spans)
				wantOwn := strings.TrimSpace("Yes, at 11:30 then.\nI come by train.\n\n" + c.after)
				if got := strings.TrimSpace(Part(text, spans, Own)); got != wantOwn {
					t.Errorf("own text is %q, want %q", got, wantOwn)
				}
				if got := strings.TrimSpace(Part(text, spans, Quoted)); !strings.HasPrefix(got, strings.Split(header, "\n")[0]) {
					t.Errorf("quoted text is %q", got)
				}
			}
		})
	}
}

// TestClientsForwarded promises that the same header above a forwarded message
// hides nothing of it.
func TestClientsForwarded(t *testing.T) {
	t.Parallel()
	for name, header := range headers {
		text := "See below.\n\n" + header + "\n\nThe plan of the 5th is this.\nAnn"
		if spans := Split(text, "Fwd: Plan", nil); len(spans) != 1 || spans[0].Kind != Own {
			t.Errorf("%s: %v", name, spans)
		}
	}
}

// TestForwardLines promises that a forwarded message is told by the line above it
// when the subject does not say so, and that its own quotes are quotes.
func TestForwardLines(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]string{
		"Gmail":        "---------- Forwarded message ---------\nFrom: Ann Example <ann@x.example>\nDate: Mon, Mar 3, 2025 at 10:12 AM\nSubject: Plan\nTo: <ben@x.example>",
		"Gmail of old": "---------- Forwarded message ----------\nFrom: Ann Example <ann@x.example>\nDate: Mon, Mar 3, 2025 at 10:12 AM\nSubject: Plan\nTo: ben@x.example",
		"Gmail, es":    "---------- Forwarded message ---------\nDe: Ann Example <ann@x.example>\nDate: lun, 3 mar 2025 a las 10:12\nSubject: Plan\nTo: <ben@x.example>",
		"Gmail, other": "---------- Przekazana wiadomość ---------\nOd: Ann <ann@x.example>\nData: pon., 3 mar 2025 o 10:12\nTemat: Plan\nDo: <ben@x.example>",
		"Apple":        "Begin forwarded message:\n\nFrom: Ann Example <ann@x.example>\nSubject: Plan\nDate: 3 March 2025 at 10:12:13 CET\nTo: Ben <ben@x.example>",
		"Apple, >":     "Begin forwarded message:\n\n> From: Ann Example <ann@x.example>\n> Subject: Plan\n> Date: 3 March 2025 at 10:12:13 CET\n> To: Ben <ben@x.example>",
		"Apple, de":    "Anfang der weitergeleiteten Nachricht:\n\nVon: Ann Example <ann@x.example>\nBetreff: Plan\nDatum: 3. März 2025 um 10:12:13 MEZ\nAn: Ben <ben@x.example>",
		"Apple, fr":    "Début du message réexpédié :\n\nDe: Ann Example <ann@x.example>\nObjet: Plan\nDate: 3 mars 2025 à 10:12:13 UTC+1\nÀ: Ben <ben@x.example>",
		"Thunderbird":  "-------- Forwarded Message --------\nSubject: Plan\nDate: Mon, 3 Mar 2025 10:12:13 +0100\nFrom: Ann <ann@x.example>\nTo: Ben <ben@x.example>",
		"Notes":        "---------------------- Forwarded by Ben Example/HOU/ECT on 03/04/2001 \n10:12 AM ---------------------------\n\nAnn Example@ENRON\n03/03/2001 10:12 AM\nTo: Ben Example/HOU/ECT@ECT\ncc: \nSubject: Plan",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := "See below.\n\n" + header + "\n\nThe plan of the 5th is this.\nAnn\n"
			if spans := Split(text, "Plan", nil); len(spans) != 1 || spans[0].Kind != Own {
				t.Errorf("%v", spans)
			}
			text += "\nOn Sun, Mar 2, 2025 at 10:12 AM Ben Example <ben@x.example> wrote:\n> Is there a plan?\n"
			if got := Part(text, Split(text, "Plan", nil), Quoted); !strings.HasPrefix(got, "On Sun") {
				t.Errorf("quoted text is %q", got)
			}
		})
	}
}

// TestDevices promises that what phones write below a message is no text of it.
func TestDevices(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		"Sent from my iPhone", "Sent from my iPad", "Sent from Mail for Windows", "Sent from my BlackBerry Wireless Handheld", "Sent from Yahoo Mail on Android",
		"Sent from Outlook for Android", "Get Outlook for iOS<https://aka.ms/o0ukef>", "Get Outlook for Android (https://aka.ms/AAb9ysg)",
		"Sent with Proton Mail secure email.", "Sent via BlackBerry by AT&T", "Sent from my Verizon, Samsung Galaxy smartphone",
		"Von meinem iPhone gesendet", "Gesendet von Mail für Windows", "Gesendet von Outlook für Android", "Outlook für iOS beziehen", "Holen Sie sich Outlook für iOS",
		"Von meinem Samsung Galaxy Smartphone gesendet.", "Gesendet mit der mobilen Mail App", "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
		"Envoyé de mon iPhone", "Envoyé depuis mon appareil mobile Samsung.", "Envoyé à partir de Outlook pour iOS", "Obtenir Outlook pour iOS", "Télécharger Outlook pour Android",
		"Enviado desde mi iPhone", "Enviado desde Correo para Windows", "Obtener Outlook para iOS", "Obtenga Outlook para Android",
		"Inviato da iPhone", "Inviato dal mio dispositivo Samsung", "Ottieni Outlook per iOS", "Scarica Outlook per Android", "Inviato da Posta per Windows",
		"Verstuurd vanaf mijn iPhone", "Verzonden vanaf mijn Galaxy", "Verzonden met Outlook voor Android", "Outlook voor iOS downloaden", "Download Outlook voor iOS",
		"Enviado do meu iPhone", "Enviado a partir do meu smartphone Samsung Galaxy.", "Obter o Outlook para iOS", "Obter Outlook para Android", "Baixe o Outlook para iOS",
		"iPhoneから送信", "私のiPhoneから送信されました", "Outlook for iOS を入手", "Outlook for Android を取得する<https://aka.ms/x>",
		"Skickat från min iPhone", "Sendt fra min iPhone", "Wysłane z iPhone'a", "Отправлено с iPhone", "Lähetetty iPhonesta",
	} {
		text := "Fine.\n\n" + line + "\n\nOn Mon, Mar 3, 2025 at 10:12 AM Ann <ann@x.example> wrote:\n> x\n"
		if got := Part(text, Split(text, "", nil), Signature); got != line {
			t.Errorf("%q: signature is %q", line, got)
		}
	}
}

// TestReadHTML promises that HTML and text together tell what was written.
func TestReadHTML(t *testing.T) {
	t.Parallel()
	const header = `<div id="divRplyFwdMsg"><b>From:</b> Ann<br><b>Sent:</b> Monday<br><b>To:</b> Ben<br><b>Subject:</b> x</div>`
	for name, c := range map[string]struct{ subject, in, own, signature string }{
		"answers between quotes": {
			"Re: x",
			`<div class="gmail_quote"><div class="gmail_attr">On Mon, Mar 3, 2025 Ann wrote:</div><blockquote class="gmail_quote">Shall we?</blockquote><div>Yes.</div><blockquote class="gmail_quote">When?</blockquote><div>Now.</div></div>`,
			"Yes.\n\nNow.", "",
		},
		"answer below": {
			"Re: x",
			`<p>On Mon, Mar 3, 2025, Ann wrote:</p><blockquote type="cite">Shall we?</blockquote><p>Yes.</p>`,
			"Yes.", "",
		},
		"broken line above, answer below": {
			"Re: x",
			`<p>On Mon, Mar 3, 2025 at 10:12 Ann<br>&lt;ann@x.example&gt; wrote:</p><blockquote type="cite">Shall we?</blockquote><p>Yes.</p>`,
			"Yes.", "",
		},
		"outlook": {
			"RE: x",
			`<div>Yes.</div><div id="Signature">Ben</div><div id="appendonsend"></div><hr>` + header + `<div>Shall we?</div>`,
			"Yes.", "Ben",
		},
		"outlook, forwarded": {
			"FW: x",
			`<div>See below.</div><hr>` + header + `<div>The plan.</div>`,
			"See below.\n\nFrom: Ann\nSent: Monday\nTo: Ben\nSubject: x\nThe plan.", "",
		},
		"outlook, forwarded with a quote": {
			"FW: x",
			`<div>See below.</div><hr>` + header + `<div>The plan.</div>` + header + `<div>Is there a plan?</div>`,
			"See below.\n\nFrom: Ann\nSent: Monday\nTo: Ben\nSubject: x\nThe plan.", "",
		},
		"gmail, forwarded": {
			"x",
			`<div>See below.<div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>From: Ann<br>Date: Mon<br>Subject: x<br>To: Ben<br></div><div>The plan.</div><blockquote class="gmail_quote">Is there a plan?</blockquote></div>`,
			"See below.\n---------- Forwarded message ---------\nFrom: Ann\nDate: Mon\nSubject: x\nTo: Ben\nThe plan.", "",
		},
		"apple, forwarded": {
			"Fwd: x",
			`<div>See below.<br><blockquote type="cite"><div>Begin forwarded message:</div><br><div><b>From: </b>Ann</div><div><b>Subject: </b>x</div><div><b>Date: </b>3 March</div><div><b>To: </b>Ben</div><br><div>The plan.<blockquote type="cite">Is there a plan?</blockquote></div></blockquote></div>`,
			"See below.\n\nBegin forwarded message:\nFrom: Ann\nSubject: x\nDate: 3 March\nTo: Ben\nThe plan.", "",
		},
		"proton, forwarded": {
			"Fw: x",
			`<div>See below.</div><div class="protonmail_quote">------- Forwarded Message -------<br>From: Ann<br>Date: Monday<br>Subject: x<br>To: Ben<br><br><blockquote class="protonmail_quote" type="cite">The plan.</blockquote></div>`,
			"See below.\n------- Forwarded Message -------\nFrom: Ann\nDate: Monday\nSubject: x\nTo: Ben\n\nThe plan.", "",
		},
		"a quote that holds a forwarded message": {
			"Re: x",
			`<p>Yes.</p><blockquote type="cite"><p>Look:</p><p>---------- Forwarded message ---------</p><p>From: Ann</p></blockquote>`,
			"Yes.", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, spans := Read(c.in, true, c.subject)
			whole(t, text, spans)
			if got := strings.TrimSpace(Part(text, spans, Own)); got != c.own {
				t.Errorf("own text is %q, want %q", got, c.own)
			}
			if got := Part(text, spans, Signature); got != c.signature {
				t.Errorf("signature is %q, want %q", got, c.signature)
			}
		})
	}
}
