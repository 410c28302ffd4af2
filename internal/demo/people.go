package demo

import "strings"

// Domain is the company's mail domain.
const Domain = "quarrystone.example"

// companyName is how the company signs.
const companyName = "Quarrystone"

// person is somebody with a mailbox.
type person struct {
	name, first string // in the native script
	latin       string // the name in Latin script, where that differs
	local       string // before the @
	title, role string // in the native language, and in English where that differs
	dept        string
	phone       string
	locale      string
	langs       []string // the first is the native one
	html        bool     // writes HTML rather than plain text
	logo        bool     // signs with the company's logo
	shared      bool
}

// display is the name in the directory.
func (p *person) display() string {
	if p.latin == "" {
		return p.name
	}
	return p.latin + " (" + p.name + ")"
}

// called gives name, first name and title as used in a language: people write
// their names in their own script to those who read it, in Latin to others.
func (p *person) called(code string) (name, first, title string) {
	name, first, title = p.name, p.first, p.title
	if code == p.langs[0] {
		return name, first, title
	}
	if p.role != "" {
		title = p.role
	}
	if p.latin != "" {
		name, first = p.latin, p.given()
	}
	return name, first, title
}

// given is the first name in Latin script; it stands in the address.
func (p *person) given() string {
	for part := range strings.FieldsSeq(p.latin) {
		if strings.HasPrefix(p.local, strings.ToLower(part)) {
			return part
		}
	}
	return p.first
}

func (p *person) address() string { return p.local + "@" + Domain }

// staff lists the people. The last is the shared mailbox.
func staff() []person {
	return []person{
		{name: "Eleanor Whitcombe", first: "Eleanor", local: "eleanor.whitcombe", title: "Managing Director", dept: "Leadership", phone: "201", locale: "en-US", langs: []string{"en", "de", "fr"}, html: true, logo: true},
		{name: "Tobias Lindner", first: "Tobias", local: "tobias.lindner", title: "Leiter Finanzen", role: "Head of Finance", dept: "Finance", phone: "210", locale: "de-DE", langs: []string{"de", "en", "fr"}, html: true},
		{name: "Camille Roussel", first: "Camille", local: "camille.roussel", title: "Juriste", role: "Legal Counsel", dept: "Legal", phone: "215", locale: "fr-FR", langs: []string{"fr", "en", "de", "es"}, html: true},
		{name: "Mateo Ibarra", first: "Mateo", local: "mateo.ibarra", title: "Jefe de ventas", role: "Head of Sales", dept: "Sales", phone: "222", locale: "es-ES", langs: []string{"es", "en", "fr"}, html: true},
		{name: "森川 葵", latin: "Aoi Morikawa", first: "森川", local: "aoi.morikawa", title: "プロジェクトマネージャー", role: "Project Manager", dept: "Projects", phone: "230", locale: "ja-JP", langs: []string{"ja", "en", "ko"}},
		{name: "陈丽雯", latin: "Chen Liwen", first: "丽雯", local: "liwen.chen", title: "采购经理", role: "Head of Procurement", dept: "Procurement", phone: "241", locale: "zh-CN", langs: []string{"zh", "en", "ja"}, html: true},
		{name: "يوسف حداد", latin: "Yousef Haddad", first: "يوسف", local: "yousef.haddad", title: "مدير الموقع", role: "Site Manager", dept: "Projects", phone: "233", locale: "ar-SA", langs: []string{"ar", "en", "fr", "he"}, html: true},
		{name: "נועה ברקן", latin: "Noa Barkan", first: "נועה", local: "noa.barkan", title: "אדריכלית", role: "Architect", dept: "Design", phone: "251", locale: "he-IL", langs: []string{"he", "en", "ar"}},
		{name: "Agnieszka Zielińska", first: "Agnieszka", local: "agnieszka.zielinska", title: "Administrator IT", role: "IT Administrator", dept: "IT", phone: "260", locale: "pl-PL", langs: []string{"pl", "en", "de"}},
		{name: "한지우", latin: "Han Jiwoo", first: "지우", local: "jiwoo.han", title: "구조 엔지니어", role: "Structural Engineer", dept: "Engineering", phone: "252", locale: "ko-KR", langs: []string{"ko", "en", "ja", "zh"}, html: true},
		{name: "Priya Raman", first: "Priya", local: "priya.raman", title: "Head of People", dept: "Human Resources", phone: "270", locale: "en-GB", langs: []string{"en", "pl", "zh"}, html: true},
		{name: "Samuel Okafor", first: "Samuel", local: "samuel.okafor", title: "Operations and customer service", dept: "Operations", phone: "280", locale: "en-US", langs: []string{"en", "es", "ar", "de"}, logo: true, html: true},
		{name: companyName + " Info", first: "team", local: "info", title: "Customer service", dept: "Operations", phone: "200", locale: "en-US", langs: []string{"en", "de", "fr", "es", "ja", "zh", "ko", "ar", "he", "pl"}, shared: true},
	}
}

// contact is somebody outside.
type contact struct {
	name, first, address, org string
	lang                      string
	customer                  bool // writes to the shared mailbox
}

// contacts lists those outside, from "language|name|first name|address|company".
func contacts() []contact {
	const rows = `
en|Harriet Blythe|Harriet|h.blythe@brackenfield.example|Brackenfield Council
en|Owen Tarrant|Owen|owen@orlovance.example|Orlo Vance Architects
en|Delia Marsh|Delia|accounts@saltmarshhaulage.example|Saltmarsh Haulage
en|Rufus Penhallow|Rufus|rufus@tidewaterheritage.example|Tidewater Heritage Trust
en|Ines Copley|Ines|ines.copley@fernhill.example|*
en|George Attwater|George|g.attwater@millpond.example|*
de|Annegret Volkmann|Annegret|volkmann@kirschgrund.example|Kirschgrund Naturstein
de|Jörg Haselbeck|Jörg|j.haselbeck@bauamt-erlental.example|Bauamt Erlental
de|Sabine Täuber|Sabine|taeuber@gartenweg.example|*
fr|Hélène Marchetti|Hélène|h.marchetti@ateliers-rivemont.example|Ateliers Rivemont
fr|Bastien Caudron|Bastien|caudron@etude-valombre.example|Étude Valombre
fr|Odile Perrache|Odile|odile@lesglycines.example|*
es|Rocío Almansa|Rocío|rocio.almansa@canterasdelsol.example|Canteras del Sol Viejo
es|Íñigo Barrenechea|Íñigo|inigo@puertoclaro.example|Ayuntamiento de Puerto Claro
es|Lucía Montalbán|Lucía|lucia@patioverde.example|*
ja|高瀬 健二|高瀬|takase@aoishi-koumuten.example|青石工務店
ja|三輪 さくら|三輪|miwa@minato-sekkei.example|港設計事務所
ja|倉田 直樹|倉田|kurata@yamabuki.example|*
zh|林志远|林先生|lin@qingshan-stone.example|青山石材
zh|何晓梅|何女士|he@haigang-build.example|海港建设
zh|周明哲|周先生|zhou@zhuyuan.example|*
ko|오세린|세린|serin.oh@dolsan.example|돌산건설
ko|문태호|태호|moon@hangang-design.example|강변설계
ar|ليلى منصور|ليلى|layla@wahatalhajar.example|واحة الحجر
ar|كريم الزهراني|كريم|karim@almarfa.example|شركة المرفأ
ar|هدى سالم|هدى|huda@bustan.example|*
he|אורי שקד|אורי|ori@evenvasid.example|אבן וסיד
he|מאיה לביא|מאיה|maya@namal-arch.example|אדריכלי הנמל
pl|Grażyna Kłos|Grażyna|g.klos@kamieniarze.example|Kamieniarze z Doliny
pl|Wojciech Brzozowy|Wojciech|w.brzozowy@stalowydzwig.example|Stalowy Dźwig
`
	var list []contact
	for line := range strings.Lines(strings.TrimSpace(rows)) {
		f := strings.Split(strings.TrimSpace(line), "|")
		c := contact{lang: f[0], name: f[1], first: f[2], address: f[3], org: f[4]}
		if c.org == "*" {
			c.org, c.customer = c.name, true
		}
		list = append(list, c)
	}
	return list
}

// letters lists the newsletters: language, sender's name and address.
func letters() []contact {
	return []contact{
		{lang: "en", name: "Stone & Site", address: "letter@stoneandsite.example"},
		{lang: "en", name: "Lime Weekly", address: "news@limeweekly.example"},
		{lang: "de", name: "Der Steinbrief", address: "rundbrief@steinbrief.example"},
		{lang: "fr", name: "La Lettre de la pierre", address: "lettre@lettredelapierre.example"},
		{lang: "es", name: "Boletín de la piedra", address: "boletin@piedraviva.example"},
		{lang: "ja", name: "石と現場", address: "news@ishi-genba.example"},
	}
}
