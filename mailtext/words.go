package mailtext

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// field is a line of a header that a mailer wrote into the text.
type field int

const (
	fieldNone field = iota
	fieldFrom
	fieldDate
	fieldTo
	fieldSubject
	fieldOther // what some headers have besides
)

// fieldNames are the names of header fields in the languages of mailers: English,
// German, French, Spanish, Italian, Dutch, Portuguese, Japanese, and some of
// their neighbours.
func fieldNames() map[string]field {
	names := map[field]string{
		fieldFrom:    "from von de da van 差出人 发件人 寄件者 från fra od от kimden gönderen lähettäjä 보낸|사람",
		fieldDate:    "date sent datum gesendet envoyé fecha enviado|el enviado data inviato verzonden envoyée enviada|em enviado|em enviada 送信日時 日時 日付 发送时间 發送時間 时间 skickat dato sendt wysłano отправлено дата gönderilme tarih lähetetty odesláno 보낸|날짜 날짜",
		fieldTo:      "to an à a para aan pour cc bcc kopie copia copie cópia 宛先 收件人 收件者 抄送 till til do komu кому kime kopi копия vastaanottaja 받는|사람",
		fieldSubject: "subject betreff objet asunto oggetto onderwerp assunto 件名 主题 主旨 主題 ämne emne temat předmět тема konu aihe 제목",
		fieldOther: "importance priority sensitivity attachments reply-to when where location wichtigkeit priorität anlagen anhänge wann wo ort pièces|jointes " +
			"quand où importancia datos|adjuntos adjuntos cuándo dónde importanza priorità allegati quando dove urgentie prioriteit bijlagen wanneer waar importância " +
			"anexos prioridade onde 重要度 添付ファイル 場所",
	}
	out := map[string]field{}
	for f, list := range names {
		for _, n := range strings.Fields(list) {
			out[strings.ReplaceAll(n, "|", " ")] = f
		}
	}
	return out
}

// rules are the patterns, made once: they are read only.
type rules struct {
	fields      map[string]field
	begins      *regexp.Regexp
	attribution *regexp.Regexp
	clock       *regexp.Regexp
	address     *regexp.Regexp
	introduces  *regexp.Regexp
	divider     *regexp.Regexp
	forwarded   *regexp.Regexp
	forward     *regexp.Regexp
	answer      *regexp.Regexp
	device      *regexp.Regexp
	legal       *regexp.Regexp
	list        *regexp.Regexp
}

// patterns makes the rules at the first call. All expressions are RE2's, whose
// time is linear in the text.
var patterns = sync.OnceValue(func() *rules {
	return &rules{
		fields:      fieldNames(),
		begins:      oneOf(`^(`, `)`, beginnings()),
		attribution: oneOf(`^(`, `)$`, attributions()),
		clock:       regexp.MustCompile(`\d{1,2} ?[:.h] ?\d{2}|\d{1,2}時`),
		address:     regexp.MustCompile(`[<(＜\[][^<>() ]{1,100}@[^<>() ]{1,200}[>)＞\]]`),
		introduces:  oneOf(`(`, `)[^:：]{0,100}[:：]$`, verbs()),
		divider:     oneOf(`^[-_=*]{2,} ?(`, `) ?[-_=*]{2,}:?$`, dividers()),
		forwarded:   oneOf(`^(`, `)$`, forwardeds()),
		forward:     regexp.MustCompile(`(?i)^\s*(fwd?|wg|wtr|tr|rv|i|doorst|enc|res?env|vs|vl|vb|pd|hl|転送|转发|轉寄)\s*[:：]`),
		answer:      regexp.MustCompile(`(?i)^(\s*\[[^\]]{1,40}\])*\s*(re|aw|antw|antwort|sv|vs|r|rif|res|ref|odp|vá|ynt|ang|bls|atb|回复|答复|回覆|返信)\s*(\[\d+\])?\s*[:：]`),
		device:      oneOf(`^(`, `).{0,80}$`, devices()),
		legal:       oneOf(`(`, `)`, legals()),
		list:        regexp.MustCompile(`(?i)(mailing list|mailman/listinfo|to unsubscribe|unsubscribe from this (list|group)|/options/|google groups)`),
	}
})

func oneOf(before, after string, choices []string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)` + before + strings.Join(choices, "|") + after)
}

// beginnings is what a line that introduces a quote begins with, where it is
// broken and its end in the next line.
func beginnings() []string {
	return []string{
		`on `, `am `, `le `, `el `, `il `, `in data `, `op `, `em `, `no dia `, `a \d`, `den `, `på `, `dnia `, `w dniu `, `в `, `kl `, `at \d`,
		`\d{4}`, `\d{1,2}[./-]`, `[^ ]+ <[^>]+@`, `.{0,40}\d{4} ?年`, `.{0,40}\d{1,2}:\d{2}`, `in (message|article|reply) `,
	}
}

// attributions are lines that introduce a quote, without the colon at their end:
// those of Gmail, Apple Mail, Thunderbird, Outlook on phones and others.
func attributions() []string {
	return []string{
		`(on|at|in message|in article) .+ (wrote|writes)`, `.+ (wrote|writes) (on|at) .*\d.*`,
		`am .+ schrieb( .+)?`, `.+ schrieb am .+`, `(le|on) .+ a [ée]crit`, `.+ a [ée]crit le .+`, `(el|on) .+ escribi[óo]`, `.+ escribi[óo] el .+`,
		`(il|in data|on) .+ ha scritto`, `.+ ha scritto il .+`, `op .+ schreef( .+)?`, `op .+ heeft .+ geschreven`, `.+ schreef op .+`,
		`(em|no dia|a \d) ?.+ escreveu`, `.+ escreveu (em|no dia|\().+`, `.*\d.* skrev( .+)?`, `.+ skrev (den|følgende|på) .+`,
		`.*\d.* napisał(a|\(a\))?( .+)?`, `.*\d.* (написал|пишет)(а|\(а\))?`, `.*\d.* (kirjoitti|napsal\(a\)|napsala?|ezt írta.*|şunu yazdı|a scris)`,
		`.{0,60}\d{4} ?年 ?\d{1,2} ?月 ?\d{1,2} ?日.*(<[^>]+>|さんは書きました|のメール|さん|wrote|写道|寫道)`,
		`\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.* .*(<[^>]{3,200}>|のメール|さんは書きました|wrote)`,
	}
}

// verbs are what introduces lines with > where no date is named.
func verbs() []string {
	return []string{
		` wrote`, ` writes`, ` said`, `schrieb`, `schreibt`, ` a [ée]crit`, `escribi[óo]`, `ha scritto`, ` scrive`, `schreef`, `escreveu`, ` skrev`, `написал`, `пишет`,
		`napisał`, `さんは書きました`, `写道`, `@[^ ]+`,
	}
}

// dividers are what stands between two lines of dashes above an answered message.
func dividers() []string {
	return []string{
		`original(-| )(message|nachricht|appointment)`, `urspr(ü|ue)ngliche(r|s)? (nachricht|mail|termin|e-mail)`, `message d['’]origine`, `message original`,
		`mensaje original`, `messaggio originale`, `oorspronkelijk bericht`, `mensagem original`, `元のメッセージ`, `元のメール`, `original ?meddelande`,
		`ursprungligt meddelande`, `opprinnelig melding`, `oprindelig (meddelelse|besked)`, `wiadomość oryginalna`, `oryginalna wiadomość`,
		`исходное сообщение`, `původní zpráva`, `alkuperäinen viesti`, `原始邮件`, `原始郵件`, `reply message`,
	}
}

// forwardeds are lines above a forwarded message.
func forwardeds() []string {
	return []string{
		`([-_=*]{2,} ?)?(begin )?(forwarded message|weitergeleitete (nachricht|e-mail)|message (transféré|réexpédié)|mensaje reenviado|messaggio inoltrato|doorgestuurd bericht|mensagem (encaminhada|reencaminhada)|転送(された)?メッセージ)( ?[-_=*]{2,})?:?`,
		`-{9,10} [^-]{5,60} -{9,10}`, `-{4,} ?(forwarded|weitergeleitet) (by|von) .+`, `anfang der weitergeleiteten (nachricht|e-mail) ?:`,
		`début du message (transféré|réexpédié) ?:`, `inicio del mensaje reenviado ?:`, `inizio messaggio inoltrato ?:`, `begin doorgestuurd bericht ?:`,
		`início da mensagem (encaminhada|reencaminhada) ?:`, `(以下は)?転送されたメッセージ(です)? ?[:：]`,
	}
}

// devices are what programs write below what was written on a phone, and below
// what their free services send.
func devices() []string {
	return []string{
		`sent from (my|mail for|outlook|yahoo|proton|samsung|gmail|a mobile)`, `sent (via|with|using) (blackberry|proton|the samsung|my |k-9)`, `get outlook for`,
		`(von|aus) (meinem|unserem) .{2,40} gesendet`, `von (outlook|proton|samsung|mail|yahoo|iphone|ipad).{0,40} gesendet`, `outlook f(ü|ue)r .{2,20} beziehen`,
		`(gesendet|verschickt|versandt) (von|mit|über|aus) (mein|der|outlook|mail|yahoo|proton)`, `diese nachricht wurde (von|mit) (meinem|k-9)`, `holen sie sich outlook`,
		`envoyé (de mon|depuis|à partir|avec la messagerie)`, `(obtenir|télécharger|obtenez|téléchargez) outlook pour`, `enviado (desde|do meu|a partir|do outlook|do yahoo|de mi|pelo)`,
		`(obtener|obtenga|descargar) outlook para`, `inviato (da|dal|tramite|con) (mio |iphone|ipad|outlook|yahoo|posta|proton|libero|smartphone|android)`, `(scarica|ottieni|scaricare) outlook per`,
		`(verzonden|verstuurd|gestuurd) (vanaf|via|met|vanuit) (mijn|outlook|mail|yahoo|een|iphone|ipad)`, `(download )?outlook voor .{2,20}( downloaden)?$`,
		`(obter o|obter|baixe o|baixar o) outlook`, `iphoneから送信`, `ipadから送信`, `(私の)?.{1,20}から送信(されました|しました)?$`, `outlook for .{2,20} (を入手|を取得)`,
		`skickat från (min|outlook)`, `sendt fra (min|outlook|mail)`, `skickades från`, `wysłane z`, `отправлено (с|из)`, `lähetetty .{2,30}(sta|lta)$`,
	}
}

// legals are what legal footers say.
func legals() []string {
	return []string{
		`this (e-?mail|message|communication|transmission)( and (any|its|all) (attachments?|files?).{0,40})?,? (is|are|may be|contains?|may contain|and) .{0,80}(confidential|privileged|intended)`,
		`confidentiality (notice|note)`, `if you (are not|have received this) .{0,40}(intended recipient|in error|by mistake)`, `please consider the environment`,
		`(this|the) information (contained )?in this (e-?mail|message) .{0,60}(confidential|privileged|intended)`,
		`diese (e-?mail|nachricht).{0,60} (enthält|kann|ist|können|sind) .{0,80}(vertraulich|bestimmt)`, `der inhalt dieser (e-?mail|nachricht) ist .{0,40}(vertraulich|bestimmt)`,
		`(ce|cet) (message|courriel|mail|e-?mail).{0,80} (confidentiel|destiné|est établi)`, `este (mensaje|correo|e-?mail).{0,80} (confidencial|destinat|dirig)`,
		`(questo|il presente) (messaggio|e-?mail).{0,100} (riservat|confidenzial|destinatari)`, `informazioni riservate`, `le informazioni contenute .{0,80}(riservat|confidenzial)`,
		`(dit|deze) (bericht|e-?mailbericht|e-?mail).{0,80} (vertrouwelijk|bestemd)`, `(esta|a presente) (mensagem|e-?mail).{0,80} (confidencia|destinat)`,
		`(本メール|このメール|この電子メール|本電子メール)(は|に|の).{0,80}(機密|宛先|秘密|受信者)`,
	}
}

// fieldOf tells which header field a line is. What made the names bold in HTML may
// have left signs.
func fieldOf(l string) field {
	const signs = "*_ \t\u00A0"
	if strings.IndexByte(l[:min(len(l), 60)], ':') < 0 && !strings.Contains(l[:min(len(l), 60)], "：") {
		return fieldNone
	}
	l = strings.TrimLeft(l, signs)
	i := strings.IndexAny(l, ":：")
	if i <= 0 || i > 40 {
		return fieldNone
	}
	name := strings.ToLower(strings.Trim(strings.ReplaceAll(l[:i], "\u00A0", " "), signs))
	return patterns().fields[name]
}

// isAttribution tells of "On 5 January 2026, Ann wrote:". All of them hold a date,
// and so a digit; that alone prose does, too. A time and an address are enough in
// whatever language.
func isAttribution(l string, c clue) bool {
	if len(l) > 400 || c&clueDigit == 0 || c&(clueWrote|clueAngle|clueAt) == 0 {
		return false
	}
	bare := strings.TrimRight(l, ":： \u00A0")
	if bare == l && !strings.HasSuffix(l, ">") {
		return false
	}
	// Without a word that says so it is an address behind a date of digits.
	exact := c&(clueClock|clueDate|clueAngle|clueAt) != 0 || hasYear(bare)
	if exact && (c&clueWrote != 0 || c&clueAngle != 0 && '0' <= l[0] && l[0] <= '9') && patterns().attribution.MatchString(bare) {
		return true
	}
	return bare != l && c&clueAt != 0 && patterns().clock.MatchString(bare) && patterns().address.MatchString(bare)
}

// hasYear tells whether four digits stand together.
func hasYear(l string) bool {
	run := 0
	for i := range len(l) {
		if l[i] < '0' || l[i] > '9' {
			run = 0
		} else if run++; run == 4 {
			return true
		}
	}
	return false
}

func isForward(subject string) bool {
	return hasColon(subject) && patterns().forward.MatchString(subject)
}

func isAnswer(subject string) bool {
	return hasColon(subject) && patterns().answer.MatchString(subject)
}

func hasColon(s string) bool          { return strings.IndexByte(s, ':') >= 0 || strings.Contains(s, "：") }
func beginsAttribution(l string) bool { return patterns().begins.MatchString(l) }
func introduces(l string, c clue) bool {
	return len(l) < 400 && endsInColon(l) && c&clueSay != 0 && patterns().introduces.MatchString(l)
}

// isListFooter, isDevice and isLegal tell of lines of a list's footer, of the line
// that a phone writes below a message, and of a legal footer's.
func (l *line) isListFooter() bool {
	return l.clues&clueList != 0 && patterns().list.MatchString(l.text)
}

func (l *line) isDevice() bool {
	return l.clues&clueDevice != 0 && len(l.text) < 160 && patterns().device.MatchString(l.text)
}

func (l *line) isLegal() bool {
	if l.clues&clueLegal != 0 && (len(l.text) <= 30 || !beginsLegal(l.text) || !patterns().legal.MatchString(l.text)) {
		l.clues &^= clueLegal // once is enough
	}
	return l.clues&clueLegal != 0
}

// beginsLegal tells whether a line has what one of the legal footers' patterns begins
// with: prose has the words that lawyers use, too.
func beginsLegal(l string) bool {
	l = strings.ToLower(l)
	return slices.ContainsFunc([]string{
		"this ", "if you ", "the information ", "confidentiality ", "please consider", "diese ", "der inhalt ", "ce ", "cet ", "este ", "questo ",
		"il presente ", "informazioni ", "dit ", "deze ", "esta ", "a presente ", "メール", "このメ",
	}, func(begins string) bool { return strings.Contains(l, begins) })
}

func isDrawn(c byte) bool { return strings.IndexByte("-_=*", c) >= 0 }

func isDivider(l string) bool {
	return len(l) > 2 && len(l) < 120 && isDrawn(l[0]) && isDrawn(l[1]) && strings.Trim(l, "-_=* ") != "" && patterns().divider.MatchString(l)
}

// isRule tells of a line that was drawn: of underscores, or of more dashes or
// equals signs.
func isRule(l string) bool {
	return len(l) >= 10 && (l[0] == '_' || len(l) >= 20 && (l[0] == '-' || l[0] == '=')) && strings.Trim(l, l[:1]) == ""
}

// isNoted tells of the line with a time in a header of Notes.
func (l *line) isNoted() bool {
	return l.clues&clueClock != 0 && l.clues&clueDate != 0 && len(l.text) < 300 && endsAsNoted(l.text)
}

func endsInColon(l string) bool { return strings.HasSuffix(l, ":") || strings.HasSuffix(l, "：") }

// forwards tells of the line above a forwarded message: it is drawn, or ends in a
// colon, or is the bare words.
func (l *line) forwards() bool {
	if l.text == "" || len(l.text) >= 200 {
		return false
	}
	drawn := isDrawn(l.text[0])
	// A line drawn around a name and a date says so without a word.
	if l.clues&clueForward == 0 && (!drawn || !strings.HasPrefix(l.text, "---------") || strings.Trim(l.text, "-_=* ") == "") {
		return false
	}
	// Prose that looks forward to something is what most of these lines are.
	first := l.text[0]
	return (drawn || first >= utf8.RuneSelf || strings.IndexByte("abdfimw(", first|0x20) >= 0) && patterns().forwarded.MatchString(l.text)
}
