package wellknown

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// The well-known folders, by Graph's names.
const (
	Inbox        = "inbox"
	SentItems    = "sentitems"
	DeletedItems = "deleteditems"
	Drafts       = "drafts"
	JunkEmail    = "junkemail"
	Archive      = "archive"
	Outbox       = "outbox"
	Clutter      = "clutter"
	Conversation = "conversationhistory"
	Scheduled    = "scheduled"
)

// names are what people and mail programs call the folders, between commas.
// The languages stand in this order: English, German, French, Spanish, Italian,
// Portuguese, Dutch; Danish, Swedish, Norwegian, Finnish, Icelandic; Polish, Czech,
// Slovak, Hungarian, Romanian, Bulgarian, Greek, Turkish, Russian, Ukrainian;
// Croatian, Serbian, Slovenian, Lithuanian, Latvian, Estonian; Catalan, Basque,
// Galician; Hebrew, Arabic, Persian, Hindi, Thai, Vietnamese, Indonesian, Malay;
// Chinese, Japanese, Korean.
var names = [...][2]string{
	{Inbox, `Inbox, Posteingang, Boîte de réception, Bandeja de entrada, Posta in arrivo, Caixa de Entrada, A Receber, Postvak IN,
		Indbakke, Inkorgen, Inkorg, Innboks, Innboksen, Saapuneet, Innhólf, Skrzynka odbiorcza, Odebrane, Doručená pošta, Doručené, Beérkezett üzenetek, Mesaje primite,
		Входящи, Входяща кутия, Εισερχόμενα, Gelen Kutusu, Входящие, Вхідні, Ulazna pošta, Prijemno poštansko sanduče, Пријемно поштанско сандуче, Prejeto,
		Gautieji, Gauta, Iesūtne, Sisendkaust, Safata d'entrada, Sarrera-ontzia, Caixa de entrada, תיבת דואר נכנס, דואר נכנס, علبة الوارد, البريد الوارد, صندوق ورودی,
		इनबॉक्स, กล่องจดหมายเข้า, กล่องขาเข้า, Hộp thư đến, Kotak Masuk, Peti Masuk, 收件箱, 收件匣, 受信トレイ, 받은 편지함`},
	{SentItems, `Sent Items, Sent, Sent Mail, Sent Messages, Gesendete Elemente, Gesendete Objekte, Gesendet, Éléments envoyés, Messages envoyés, Courrier envoyé, Envoyés,
		Elementos enviados, Enviados, Posta inviata, Inviati, Itens Enviados, Correio Enviado, Verzonden items, Verzonden berichten, Verzonden,
		Sendt post, Sendte elementer, Sendt, Skickat, Skickade objekt, Lähetetyt, Lähetetyt kohteet, Send atriði, Sendir hlutir,
		Elementy wysłane, Wysłane, Odeslaná pošta, Odeslané, Odoslané položky, Odoslaná pošta, Odoslané, Elküldött elemek, Elküldött, Elemente trimise, Mesaje trimise,
		Изпратени, Изпратени елементи, Απεσταλμένα, Gönderilmiş Öğeler, Gönderilmiş, Gönderilen, Отправленные, Надіслані,
		Poslane stavke, Poslano, Poslate stavke, Послате ставке, Poslani elementi, Išsiųsti elementai, Išsiųsta, Išsiųstieji, Nosūtītie vienumi, Nosūtītie, Saadetud üksused, Saadetud,
		Elements enviats, Bidalitako elementuak, פריטים שנשלחו, דואר שנשלח, العناصر المرسلة, البريد المرسل, المرسل, موارد ارسال شده, भेजे गए आइटम,
		รายการที่ถูกส่ง, รายการที่ส่ง, ส่งแล้ว, Thư đã gửi, Mục Đã gửi, Item Terkirim, Terkirim, Item Dihantar, 已发送邮件, 已发送, 寄件備份, 已傳送的郵件, 送信済みアイテム, 送信済み, 보낸 편지함`},
	{DeletedItems, `Deleted Items, Deleted, Deleted Messages, Trash, Bin, Gelöschte Elemente, Gelöschte Objekte, Papierkorb, Éléments supprimés, Corbeille,
		Elementos eliminados, Papelera, Posta eliminata, Cestino, Itens Excluídos, Itens Eliminados, Lixeira, Verwijderde items, Prullenbak,
		Slettet post, Slettede elementer, Slettet, Papirkurv, Borttaget, Borttagna objekt, Papperskorgen, Papirkurven, Poistetut, Poistetut kohteet, Roskakori, Eytt atriði,
		Elementy usunięte, Kosz, Odstraněná pošta, Koš, Odstránené položky, Odstránená pošta, Kôš, Törölt elemek, Lomtár, Elemente șterse, Elemente şterse, Coș de gunoi,
		Изтрити, Изтрити елементи, Кошче, Διαγραμμένα, Κάδος απορριμμάτων, Silinmiş Öğeler, Silinmiş, Çöp Kutusu, Удаленные, Удалённые, Корзина, Видалені, Кошик,
		Izbrisane stavke, Izbrisano, Избрисане ставке, Panaikinti elementai, Panaikinta, Izdzēstie vienumi, Izdzēstie, Kustutatud üksused, Kustutatud,
		Elements suprimits, Ezabatutako elementuak, פריטים שנמחקו, דואר שנמחק, אשפה, العناصر المحذوفة, المحذوفة, موارد حذف شده, हटाए गए आइटम,
		รายการที่ถูกลบ, ถังขยะ, Mục Đã xóa, Thư đã xóa, Thùng rác, Item Dihapus, Item yang Dihapus, Item Dipadam, 已删除邮件, 已删除, 刪除的郵件, 刪除的項目, 削除済みアイテム, ゴミ箱, 지운 편지함, 휴지통`},
	{Drafts, `Drafts, Draft, Entwürfe, Brouillons, Borradores, Bozze, Rascunhos, Concepten, Kladder, Utkast, Luonnokset, Drög,
		Kopie robocze, Wersje robocze, Szkice, Koncepty, Rozepsané, Rozpísané, Piszkozatok, Schițe, Schiţe, Ciorne, Чернови, Πρόχειρα, Taslaklar, Черновики, Чернетки,
		Skice, Nacrti, Radne verzije, Радне верзије, Osnutki, Juodraščiai, Melnraksti, Mustandid, Esborranys, Zirriborroak, טיוטות, المسودات, مسودات, پیش نویس ها, ड्राफ़्ट,
		แบบร่าง, ร่าง, Thư nháp, Bản thảo, Konsep, Draf, 草稿, 草稿箱, 下書き, 임시 보관함`},
	{JunkEmail, `Junk Email, Junk, Junk Mail, Spam, Werbung, Courrier indésirable, Indésirables, Correo no deseado, Correo electrónico no deseado, Posta indesiderata,
		Lixo Eletrônico, Lixo Eletrónico, E-mail de Lixo, Ongewenste e-mail, Uønsket mail, Uønsket e-mail, Skräppost, Søppelpost, Roskaposti, Ruslpóstur,
		Wiadomości-śmieci, Nevyžádaná pošta, Nevyžiadaná pošta, Nevyžiadaná e-mailová pošta, Levélszemét, E-mail nedorit, Mesaje nedorite, Нежелана поща, Нежелана електронна поща,
		Ανεπιθύμητη αλληλογραφία, Ανεπιθύμητα, Önemsiz E-posta, Gereksiz E-posta, Нежелательная почта, Спам, Небажана пошта, Bezvrijedna pošta, Bezvrijedna e-pošta,
		Neželjena e-pošta, Bezvredna pošta, Безвредна пошта, Нежељена е-пошта, Neželena e-pošta, Neželena pošta, Nepageidaujamas el. paštas, Nepageidaujami laiškai,
		Nevēlams e-pasts, Mēstules, Rämpspost, Correu brossa, Zabor-posta, Correo lixo, דואר זבל, البريد الإلكتروني غير الهام, البريد غير الهام, البريد العشوائي, هرزنامه, जंक ईमेल,
		อีเมลขยะ, จดหมายขยะ, Thư rác, Email rác, Email Sampah, E-mel Remeh, 垃圾邮件, 垃圾电子邮件, 垃圾郵件, 迷惑メール, 정크 메일, 스팸 메일`},
	{Archive, `Archive, Archiv, Archives, Archivo, Archivio, Arquivo, Arquivo Morto, Archief, Arkiv, Arkisto, Skjalasafn, Archiwum, Archív, Archívum, Arhivă, Архив,
		Αρχειοθήκη, Αρχείο, Arşiv, Архів, Arhiva, Архива, Arhiv, Archyvas, Arhīvs, Arhiiv, Arxiu, Artxiboa, ארכיון, الأرشيف, أرشيف, بایگانی, เก็บถาวร, ที่เก็บถาวร, Lưu trữ, Arsip, Arkib,
		存档, 归档, 封存, アーカイブ, 보관`},
	{Outbox, `Outbox, Postausgang, Boîte d'envoi, Bandeja de salida, Posta in uscita, Caixa de Saída, A Enviar, Postvak UIT, Udbakke, Utkorgen, Utkorg, Utboks, Lähtevät, Úthólf,
		Skrzynka nadawcza, Pošta k odeslání, Pošta na odoslanie, Postázandó üzenetek, Mesaje de expediat, Изходящи, Изходяща кутия, Εξερχόμενα, Giden Kutusu, Исходящие, Вихідні,
		Izlazna pošta, Odlazno poštansko sanduče, Одлазно поштанско сандуче, V pošiljanju, Siunčiamieji, Siunčiama, Izsūtne, Väljundkaust, Safata de sortida, Irteera-ontzia,
		דואר יוצא, علبة الصادر, البريد الصادر, صندوق خروجی, आउटबॉक्स, กล่องจดหมายออก, กล่องขาออก, Hộp thư đi, Kotak Keluar, Peti Keluar, 发件箱, 寄件匣, 送信トレイ, 보낼 편지함`},
	{Clutter, `Clutter`},
	{Conversation, `Conversation History`},
	{Scheduled, `Scheduled`},
}

var known = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	for _, n := range names {
		m[n[0]] = n[0]
		for name := range strings.SplitSeq(n[1], ",") {
			m[letters(name)] = n[0]
		}
	}
	return m
})

// Folder gives Graph's name of the folder that people mean by a name, in whatever
// language, "" when they mean none.
func Folder(name string) string { return known()[letters(name)] }

// letters is what of a name counts: its letters, in lower case.
func letters(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFC.String(name))
}
