package demo

import (
	"fmt"
	"strings"
	"time"

	"mailquarry/internal/graphsim"
)

// newsletters plans n issues of newsletters; each goes to those who read the
// language, one message of its own for each.
func (w *world) newsletters(n int) {
	for sent := 0; sent < n; {
		sender := pick(w.d, w.letters)
		readers, _, _ := w.speakers(sender.lang)
		s := newScene(w.d, w.langs[sender.lang], "newsletter", w.moment())
		from := outsider(&sender)
		subject := s.expand(pick(s.d, s.topic.subjects))
		inner := s.newsletter(sender.name)
		for _, to := range sample(w.d, readers, w.d.between(1, 3)) {
			m := s.message(from, []party{to}, nil, subject, letter{html: true, inner: inner}, s.at.Add(time.Duration(s.d.IntN(90))*time.Second))
			m.Headers = [][2]string{{"List-Unsubscribe", "<https://" + strings.SplitN(sender.address, "@", 2)[1] + "/leave>"}, {"Precedence", "bulk"}}
			m.IsRead = w.d.chance(60)
			folder := under(w.native(to.box).one("folder.newsletters"))
			switch {
			case w.d.chance(20):
				folder = known("inbox")
			case w.d.chance(10):
				folder = known("deleteditems")
			}
			w.plan = append(w.plan, delivery{to.box, folder, m})
			sent++
		}
	}
}

// newsletter lays an issue out in tables, with a remote picture that nobody
// should load.
func (s *scene) newsletter(title string) string {
	var b strings.Builder
	b.WriteString(`<table width="600" align="center" cellpadding="12" style="font-family:Georgia,serif"><tr><td style="background:#6f6658;color:#fff"><h1>` + escape(title) + "</h1></td></tr>\n")
	for _, line := range sample(s.d, s.topic.lines, s.d.between(3, 5)) {
		b.WriteString("<tr><td><p>" + escape(s.expand(line)) + "</p></td></tr>\n")
	}
	b.WriteString(`<tr><td><img src="https://pixel.stoneandsite.example/open.gif" width="1" height="1" alt=""><small>` + escape(s.l.one("unsubscribe")) + "</small></td></tr></table>\n")
	return b.String()
}

// oddity is one message with something unusual in it.
type oddity struct {
	from, to, subject, text string // from and to are the part before the @, or a whole address
	days                    int
	files                   []graphsim.Attachment
	folder                  string
	draft                   bool
}

// oddities plans what every mailbox has some of: locked archives, cloud links,
// drafts, junk, a message without a subject.
func (w *world) oddities() error {
	locked, err := lockedZip(w.d, "mint-museum-security-plans.dwg")
	if err != nil {
		return err
	}
	stock, err := newScene(w.d, w.langs["zh"], "budget", w.now).table([][]string{{"材料", "库存（托）"}, {"石灰石", "42"}, {"花岗岩", "17"}, {"玄武岩", "8"}})
	if err != nil {
		return err
	}
	rates, err := newScene(w.d, w.langs["de"], "budget", w.now).table([][]string{{"Währung", "Kurs"}, {"€", "1,1604"}, {"£", "0,8618"}, {"Franken (in Zürich gebucht)", "4,2710"}})
	if err != nil {
		return err
	}
	licences, err := newScene(w.d, w.langs["pl"], "budget", w.now).table([][]string{{"Program", "Licencje", "Właściciel"}, {"Rysunek techniczny", "14", "Pracownia"}, {"Księgowość", "3", "Finanse"}, {"Kosztorys", "6", "Sprzedaż"}})
	if err != nil {
		return err
	}
	list := []oddity{
		{from: "owen@orlovance.example", to: "noa.barkan", days: 40, subject: "Security plans, protected archive", text: "The plans of the vault level are in the protected archive. You get the password by telephone.", files: []graphsim.Attachment{{Name: "security-plans.zip", ContentType: "application/zip", Content: locked}}},
		{from: "eleanor.whitcombe", to: "samuel.okafor", days: 25, subject: "Site plan in the shared folder", text: "The site plan is too large for mail, so here is the link to the shared folder. Please do not pass it on.", files: []graphsim.Attachment{{Name: "Harbour Library site plan", Reference: true}}},
		{from: "samuel.okafor", to: "priya.raman", days: 3, subject: "", text: "Forgot the subject, sorry. Are the fire wardens listed anywhere?"},
		{from: "prize@lucky-granite.example", to: "samuel.okafor", days: 6, subject: "You have won a lorry load of granite!!!", text: "Congratulations, esteemed winner. To receive your granite, reply with the company credit card.", folder: "junkemail"},
		{from: "helpdesk@quarryst0ne.example", to: "tobias.lindner", days: 11, subject: "Ihr Postfach ist voll", text: "Ihr Postfach wird heute geschlossen. Bestätigen Sie Ihr Kennwort, um weiter Nachrichten zu erhalten.", folder: "junkemail"},
		{from: "eleanor.whitcombe", days: 1, subject: "Thoughts for the anniversary speech", text: "Open with the story of the first block. Thank the masons by name. Keep it under ten minutes.", draft: true},
		{from: "camille.roussel", days: 2, subject: "Note sur la clause de responsabilité", text: "À vérifier avant l'envoi : le plafond, le délai de prescription et la langue du contrat.", draft: true},
		{from: "aoi.morikawa", days: 2, subject: "来週の会議の議題案", text: "一、外壁見本の確認。二、納期の見直し。三、安全巡回の担当。", draft: true},
		{from: "tobias.lindner", to: "eleanor.whitcombe", days: 200, subject: "Exchange rates", text: "The exchange rates that we booked with are in the table.", files: []graphsim.Attachment{{Name: "Wechselkurse.csv", ContentType: "text/csv", Content: rates}}},
		{from: "agnieszka.zielinska", to: "tobias.lindner", days: 120, subject: "Software licences", text: "Here are the licences that we pay for, one line for each program.", files: []graphsim.Attachment{{Name: "licencje.csv", ContentType: "text/csv", Content: licences}}},
		{from: "liwen.chen", to: "jiwoo.han", days: 70, subject: "Stock of stone at the yard", text: "The stock list of the yard is attached, in pallets. Basalt is running low.", files: []graphsim.Attachment{{Name: "库存表.csv", ContentType: "text/csv", Content: stock}}},
	}
	for i, o := range list {
		if err := w.odd(o); err != nil {
			return fmt.Errorf("oddity %d: %w", i, err)
		}
	}
	return nil
}

// odd plans one oddity.
func (w *world) odd(o oddity) error {
	s := newScene(w.d, w.langs["en"], "talk", w.now.AddDate(0, 0, -o.days))
	from, err := w.find(o.from)
	if err != nil {
		return err
	}
	var to []party
	if o.to != "" {
		p, err := w.find(o.to)
		if err != nil {
			return err
		}
		to = []party{p}
	}
	m := s.message(from, to, nil, o.subject, letter{text: o.text + "\r\n"}, s.at)
	m.Attachments, m.IsDraft = o.files, o.draft
	switch {
	case o.draft:
		m.IsRead = true
		w.plan = append(w.plan, delivery{from.box, known("drafts"), m})
	case o.folder != "":
		w.plan = append(w.plan, delivery{to[0].box, known(o.folder), m})
	default:
		w.deliver(s, m, from, to...)
	}
	return nil
}

// find gives the party with the address, or with the name before the @.
func (w *world) find(address string) (party, error) {
	for i := range w.staff {
		if w.staff[i].local == address {
			return insider(i, &w.staff[i], "en"), nil
		}
	}
	for i := range w.contacts {
		if w.contacts[i].address == address {
			return outsider(&w.contacts[i]), nil
		}
	}
	if !strings.Contains(address, "@") {
		return party{}, fmt.Errorf("nobody is called %q", address)
	}
	return party{box: -1, name: address, sign: address, first: address, address: address}, nil
}
