package graphsim

import (
	"fmt"
	"strings"
	"time"
)

// generatedFrom is when the oldest generated message of a folder was received.
func generatedFrom() time.Time { return time.Date(2024, 1, 8, 6, 0, 0, 0, time.UTC) }

// Generate adds n messages to the folder that take hardly any memory: what they
// say is made from the seed and their number whenever they are served, the same
// every time. One in four has a file, one in nine is HTML.
func (f *Folder) Generate(n int) {
	f.box.mu.Lock()
	defer f.box.mu.Unlock()
	m := f.box
	m.items = append(make([]*item, 0, len(m.items)+n), m.items...)
	for range n {
		num := len(m.items)
		received := generatedFrom().Add(time.Duration(num) * 7 * time.Minute)
		m.add(f, &item{box: m, made: true, received: received, modified: received, read: num%5 != 0})
	}
}

// madeWords are the words of generated mail.
const madeWords = `account agenda agreement annual answer approval archive arrival audit balance board branch bridge budget building cable
calendar campaign capacity carrier certificate chapter client clause committee comparison concern contract copy council course cover credit customer
damage deadline delivery department deposit design detail device discount district document draft driver edition engine estimate evening example
exhibition expense export factory figure filter flight forecast format foundation freight garden guarantee harbour heating highway image import
incident income index inspection insurance interest inventory invoice issue journal journey kitchen label ladder landlord language launch lease
letter licence line list location machine maintenance manager manual margin market material measure meeting member memory method minutes model
module month morning motor network night notice number object office opinion option order outline output owner package panel parcel partner patent
payment pension permit plan plant platform policy port price printer process product profit project proposal protocol purchase quality quarter
question quotation railway rate reason receipt record reference refund region register reminder rental repair reply report request research reserve
result retail return review road room route rule salary sample schedule school season section security seminar series service session share shelf
shipment signal site sketch solution source spring staff standard statement station steel stock storage strategy street studio subject summary
summer supplier supply support surface survey system table target tariff team term test theatre ticket timber title topic tower track trade traffic
training transfer transport travel treaty trial tunnel unit update valley value vehicle vendor version visit volume voucher wage wall warehouse
warranty water weather website week weight window winter witness workshop yard year zone`

// maker makes the text of one generated message.
type maker struct {
	words []string
	seed  uint64
	n     uint64
}

func (g *maker) next(limit int) int {
	g.n++
	return int(mix(g.seed, g.n) % uint64(limit))
}

func (g *maker) phrase(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(g.words[g.next(len(g.words))])
	}
	return b.String()
}

func (g *maker) person() Address {
	given := []string{"Anna", "Ben", "Carla", "David", "Elif", "Felix", "Grete", "Hugo", "Ines", "Jonas"}[g.next(10)]
	family := []string{"Adler", "Berg", "Costa", "Dorn", "Eder", "Falk", "Gruber", "Hansen"}[g.next(8)]
	return Address{Name: given + " " + family, Address: strings.ToLower(given + "." + family + "@partner.example")}
}

// generated makes the message that an item stands for.
func (it *item) generated() *Message {
	g := &maker{words: strings.Fields(madeWords), seed: mix(it.box.key, uint64(it.num), 600)}
	m := &Message{
		Subject: g.phrase(2 + g.next(5)), From: g.person(), To: []Address{{Name: "", Address: "team@partner.example"}, g.person()},
		Received: it.received, Sent: it.received.Add(-time.Duration(g.next(90)) * time.Second), IsRead: it.read,
		InternetMessageID: "<" + guid(it.box.key, uint64(it.num), 9) + "@" + it.box.t.o.TenantDomain + ">",
	}
	var b strings.Builder
	for range 2 + g.next(6) {
		b.WriteString(g.phrase(8+g.next(20)) + ".\n")
	}
	m.Text = b.String() + fmt.Sprintf("Reference %08x.\n", uint32(g.seed))
	if g.next(9) == 0 {
		m.HTML = "<p>" + strings.ReplaceAll(strings.TrimSpace(m.Text), "\n", "</p>\n<p>") + "</p>"
	}
	if g.next(4) == 0 {
		m.Attachments = []Attachment{{
			Name: g.phrase(1) + ".txt", ContentType: "text/plain", Content: []byte(g.phrase(60 + g.next(200))),
		}}
	}
	return m
}
