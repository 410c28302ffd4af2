package graphsim

import "strings"

// The well-known folders that a mailbox is made with, in order of creation.
// Folders whose parent is "" lie beside the visible root and are reached by
// name only.
func wellKnownFolders() []struct{ name, parent string } {
	return []struct{ name, parent string }{
		{"msgfolderroot", ""},
		{"inbox", "msgfolderroot"},
		{"drafts", "msgfolderroot"},
		{"sentitems", "msgfolderroot"},
		{"deleteditems", "msgfolderroot"},
		{"junkemail", "msgfolderroot"},
		{"archive", "msgfolderroot"},
		{"outbox", "msgfolderroot"},
		{"conversationhistory", "msgfolderroot"},
		{"syncissues", "msgfolderroot"},
		{"conflicts", "syncissues"},
		{"localfailures", "syncissues"},
		{"serverfailures", "syncissues"},
		{"searchfolders", ""},
		{"recoverableitemsdeletions", ""},
	}
}

// folderName gives a well-known folder's display name in a locale; English
// where the language has none.
func folderName(name, locale string) string {
	lang, _, _ := strings.Cut(strings.ToLower(locale), "-")
	if n, ok := localNames(lang)[name]; ok {
		return n
	}
	if n, ok := localNames("en")[name]; ok {
		return n
	}
	return name
}

func localNames(lang string) map[string]string {
	row := map[string]string{
		"en": "Top of Information Store|Inbox|Drafts|Sent Items|Deleted Items|Junk Email|Archive|Outbox|Conversation History|Sync Issues|Conflicts|Local Failures|Server Failures|Finder|Deletions",
		"de": "Oberste Ebene des Informationsspeichers|Posteingang|Entwürfe|Gesendete Elemente|Gelöschte Elemente|Junk-E-Mail|Archiv|Postausgang|Verlauf der Unterhaltung|Synchronisierungsprobleme|Konflikte|Lokale Fehler|Serverfehler",
		"fr": "Haut de la banque d'informations|Boîte de réception|Brouillons|Éléments envoyés|Éléments supprimés|Courrier indésirable|Archive|Boîte d'envoi|Historique des conversations|Problèmes de synchronisation|Conflits|Défaillances locales|Défaillances du serveur",
		"es": "Principio del almacén de información|Bandeja de entrada|Borradores|Elementos enviados|Elementos eliminados|Correo no deseado|Archivo|Bandeja de salida|Historial de conversaciones|Problemas de sincronización|Conflictos|Errores locales|Errores del servidor",
		"it": "Inizio archivio informazioni|Posta in arrivo|Bozze|Posta inviata|Posta eliminata|Posta indesiderata|Archivio|Posta in uscita|Cronologia conversazioni|Problemi di sincronizzazione|Conflitti|Errori locali|Errori del server",
		"nl": "Bovenste niveau van gegevensarchief|Postvak IN|Concepten|Verzonden items|Verwijderde items|Ongewenste e-mail|Archief|Postvak UIT|Gespreksgeschiedenis|Synchronisatieproblemen|Conflicten|Lokale fouten|Serverfouten",
		"pt": "Início do Repositório de Informações|Caixa de Entrada|Rascunhos|Itens Enviados|Itens Excluídos|Lixo Eletrônico|Arquivo Morto|Caixa de Saída|Histórico de Conversa|Problemas de Sincronização|Conflitos|Falhas Locais|Falhas do Servidor",
		"ja": "インフォメーション ストアの先頭|受信トレイ|下書き|送信済みアイテム|削除済みアイテム|迷惑メール|アーカイブ|送信トレイ|会話の履歴|同期の失敗|競合|ローカルの失敗|サーバーの失敗",
		"zh": "信息存储顶部|收件箱|草稿|已发送邮件|已删除邮件|垃圾邮件|存档|发件箱|对话历史记录|同步问题|冲突|本地故障|服务器故障",
		"ko": "정보 저장소의 상단|받은 편지함|임시 보관함|보낸 편지함|지운 편지함|정크 메일|보관|보낼 편지함|대화 내용|동기화 문제|충돌|로컬 오류|서버 오류",
		"pl": "Początek magazynu informacji|Skrzynka odbiorcza|Wersje robocze|Elementy wysłane|Elementy usunięte|Wiadomości-śmieci|Archiwum|Skrzynka nadawcza|Historia konwersacji|Problemy z synchronizacją|Konflikty|Błędy lokalne|Błędy serwera",
		"ru": "Корневой элемент|Входящие|Черновики|Отправленные|Удаленные|Нежелательная почта|Архив|Исходящие|Журнал бесед|Ошибки синхронизации|Конфликты|Локальные ошибки|Ошибки сервера",
		"he": "חלק עליון של מאגר מידע|תיבת דואר נכנס|טיוטות|פריטים שנשלחו|פריטים שנמחקו|דואר זבל|ארכיון|תיבת דואר יוצא|היסטוריית שיחות|בעיות סינכרון|התנגשויות|כשלים מקומיים|כשלי שרת",
		"ar": "أعلى مخزن المعلومات|علبة الوارد|مسودات|العناصر المرسلة|العناصر المحذوفة|بريد إلكتروني غير هام|الأرشيف|علبة الصادر|محفوظات المحادثات|مشاكل المزامنة|تعارضات|حالات الفشل المحلية|حالات فشل الخادم",
	}[lang]
	if row == "" {
		return nil
	}
	names := make(map[string]string)
	folders := wellKnownFolders()
	for i, n := range strings.Split(row, "|") {
		names[folders[i].name] = n
	}
	return names
}
