package mailtext

import (
	"regexp"
	"strings"
	"sync"
)

// field is a line of a header that a mailer wrote into the text.
type field int

const (
	fieldNone field = iota
	fieldFrom
	fieldDate
	fieldTo
	fieldSubject
)

// fieldNames are the names of header fields in the languages of mailers: English,
// German, French, Spanish, Italian, Dutch, Portuguese, Japanese, and some of
// their neighbours.
func fieldNames() map[string]field {
	names := map[field]string{
		fieldFrom:    "from von de da van 差出人 发件人 寄件者 från fra od от kimden lähettäjä",
		fieldDate:    "date sent datum gesendet envoyé fecha enviado|el enviado data inviato verzonden envoyée enviada|em enviada 送信日時 日時 日付 发送时间 skickat sendt wysłano отправлено дата gönderilme",
		fieldTo:      "to an à a para aan pour cc bcc kopie copia copie cópia 宛先 收件人 till til do кому kime",
		fieldSubject: "subject betreff objet asunto oggetto onderwerp assunto 件名 主题 ämne emne temat тема konu",
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
	divider     *regexp.Regexp
	forwarded   *regexp.Regexp
	forward     *regexp.Regexp
	device      *regexp.Regexp
	legal       *regexp.Regexp
}

// patterns makes the rules at the first call. All expressions are RE2's, whose
// time is linear in the text.
var patterns = sync.OnceValue(func() *rules {
	return &rules{
		fields: fieldNames(),
		begins: regexp.MustCompile(`(?i)^(on|am|le|el|il|op|em|den|dnia|w dniu|в|kl|på|\d{4}|\d{1,2}[./-]|[^ ]+ <[^>]+@|.{0,40}\d{4}年)`),
		attribution: regexp.MustCompile(`(?i)^(` + strings.Join([]string{
			`on .{4,300} wrote`, `am .{4,300} schrieb( .{1,200})?`, `.{1,200} schrieb am .{4,100}`, `le .{4,300} a [ée]crit`, `el .{4,300} escribi[óo]`,
			`il .{4,300} ha scritto`, `op .{4,300} (schreef|heeft .{1,200} geschreven)( .{1,200})?`, `em .{4,300} escreveu`,
			`(den|på) .{4,300} skrev( .{1,200})?`, `(dnia|w dniu) .{4,300} napisał(a|\(a\))?( .{1,200})?`, `в .{4,300} (написал|пишет)(а|\(а\))?`,
			`.{0,60}\d{4}年\d{1,2}月\d{1,2}日.{0,200}(<[^>]{1,200}>|さんは書きました|のメール|wrote)`,
			`\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.{0,60} .{1,200}<[^>]{3,200}>`,
		}, "|") + `)\s*[:：]?$`),
		divider:   regexp.MustCompile(`(?i)^([-_=*]{2,} ?(original message|original appointment|urspr(ü|ue)ngliche nachricht|message d['’]origine|message original|mensaje original|messaggio originale|oorspronkelijk bericht|mensagem original|元のメッセージ|originalmeddelande|opprinnelig melding|wiadomość oryginalna|исходное сообщение) ?[-_=*]{2,}|_{20,})$`),
		forwarded: regexp.MustCompile(`(?i)^(([-_=*]{2,} ?)?(begin )?(forwarded message|weitergeleitete nachricht|message (transféré|réexpédié)|mensaje reenviado|messaggio inoltrato|doorgestuurd bericht|mensagem (encaminhada|reencaminhada)|転送されたメッセージ)( ?[-_=*]{2,})?:?|anfang der weitergeleiteten (nachricht|e-mail):|début du message (transféré|réexpédié) ?:|inicio del mensaje reenviado:|inizio messaggio inoltrato:|begin doorgestuurd bericht:)$`),
		forward:   regexp.MustCompile(`(?i)^\s*(fwd?|wg|tr|rv|i|doorst|enc|res?env|vs|転送)\s*[:：]`),
		device:    regexp.MustCompile(`(?i)^(sent from (my|mail for|outlook|yahoo|proton)|get outlook for|(von|aus) meinem .{2,40} gesendet|gesendet (von|mit) (mein|der|outlook|mail)|diese nachricht wurde von meinem|envoyé (de mon|depuis)|enviado (desde mi|do meu|desde)|inviato da(l mio)? |verzonden vanaf mijn|verstuurd vanaf mijn|iphoneから送信|ipadから送信|obter o outlook|holen sie sich outlook|télécharger outlook).{0,80}$`),
		legal:     regexp.MustCompile(`(?i)(this (e-?mail|message|communication|transmission)( and (any|its|all) (attachments?|files?).{0,30})? (is|are|may be|contains?|may contain|and) .{0,60}(confidential|privileged|intended)|confidentiality (notice|note)|if you (are not|have received this) .{0,40}(intended recipient|in error|by mistake)|please consider the environment|diese (e-?mail|nachricht) (enthält|kann|ist) .{0,60}(vertraulich|bestimmt)|ce (message|courriel|mail) .{0,80}(confidentiel|destiné)|este (mensaje|correo|e-?mail) .{0,80}(confidencial|destinat)|questo messaggio .{0,80}(riservat|confidenzial|destinatari)|informazioni riservate|dit (bericht|e-?mailbericht) .{0,80}(vertrouwelijk|bestemd)|esta mensagem .{0,80}(confidencia|destinat)|本メールは.{0,80}(機密|宛先))`),
	}
})

// fieldOf tells which header field a line is. The bold that HTML had may have
// left asterisks.
func fieldOf(l string) field {
	l = strings.TrimLeft(l, "* ")
	i := strings.IndexAny(l, ":：")
	if i <= 0 || i > 40 {
		return fieldNone
	}
	name := strings.ToLower(strings.Trim(strings.ReplaceAll(l[:i], "\u00A0", " "), "* "))
	return patterns().fields[name]
}

func isForward(subject string) bool   { return patterns().forward.MatchString(subject) }
func beginsAttribution(l string) bool { return patterns().begins.MatchString(l) }

// isAttribution tells of "On 5 January, Ann wrote:". All of them hold a date, and
// so a digit.
func isAttribution(l string) bool {
	return strings.ContainsAny(l, "0123456789") && patterns().attribution.MatchString(l)
}

func isDivider(l string) bool { return patterns().divider.MatchString(l) }
func forwards(l string) bool  { return patterns().forwarded.MatchString(l) }
func isDevice(l string) bool  { return len(l) < 120 && patterns().device.MatchString(l) }
func isLegal(l string) bool   { return len(l) > 30 && patterns().legal.MatchString(l) }
