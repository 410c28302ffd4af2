package demo

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mailquarry/internal/graphsim"
)

// thread is a conversation under way.
type thread struct {
	*scene
	w       *world
	subject string
	to, cc  []party // with the first sender, all who take part
	first   party
	last    *sent
	refs    []string
}

// sent is a message of a thread that went out.
type sent struct {
	from   party
	msg    graphsim.Message
	letter letter
	files  []graphsim.Attachment // without the logo
}

// begin casts a thread in some language on some topic; nothing is written yet.
func (w *world) begin(at time.Time) *thread {
	l := w.langs[choose(w.d, languageShares())]
	var topics []weighted
	for _, t := range topicShares() {
		if l.topics[t.name] != nil {
			topics = append(topics, t)
		}
	}
	return w.beginOn(l, choose(w.d, topics), at)
}

// beginOn casts a thread on a given topic.
func (w *world) beginOn(l *language, topic string, at time.Time) *thread {
	w.threads++
	t := &thread{scene: newScene(w.d, l, topic, at), w: w}
	t.cast()
	t.subject = t.expand(pick(w.d, t.topic.subjects))
	return t
}

// languageShares tells how often people write in each language.
func languageShares() []weighted {
	return []weighted{{"en", 52}, {"de", 12}, {"fr", 9}, {"es", 7}, {"ja", 10}, {"zh", 11}, {"ko", 6}, {"ar", 7}, {"he", 4}, {"pl", 6}}
}

// topicShares tells how often people write about each topic.
func topicShares() []weighted {
	return []weighted{{"invoice", 12}, {"contract", 8}, {"budget", 8}, {"meeting", 14}, {"incident", 7}, {"travel", 7}, {"hr", 5}, {"project", 20}, {"talk", 6}, {"support", 9}}
}

// cast chooses who takes part, among those who speak the language.
func (t *thread) cast() {
	insiders, outsiders, customers := t.w.speakers(t.l.code)
	t.d.Shuffle(len(insiders), func(i, j int) { insiders[i], insiders[j] = insiders[j], insiders[i] })
	// The native speakers write most of what is written in their language.
	slices.SortStableFunc(insiders, func(a, b party) int { return t.rank(a) - t.rank(b) })
	t.client = pick(t.d, outsiders).org
	switch t.topic.name {
	case "support":
		t.castSupport(outsiders, customers)
	case "invoice", "contract", "project":
		out := pick(t.d, outsiders)
		t.client, t.filed = out.org, true
		t.first, t.to = out, insiders[:1]
		if t.d.chance(50) {
			t.first, t.to = insiders[0], []party{out}
		}
		if len(insiders) > 1 {
			t.cc = insiders[1:min(len(insiders), 1+t.d.between(0, 2))]
		}
	default:
		t.d.Shuffle(min(3, len(insiders)), func(i, j int) { insiders[i], insiders[j] = insiders[j], insiders[i] })
		t.first = insiders[0]
		n := min(len(insiders), 1+t.d.between(1, 4))
		t.to = insiders[1:n]
		if n > 2 && t.d.chance(40) {
			t.to, t.cc = insiders[1:n-1], insiders[n-1:n]
		}
		if t.topic.name == "meeting" && t.d.chance(35) {
			t.cc = append(slices.Clone(t.cc), pick(t.d, outsiders))
		}
	}
	for _, p := range insiders {
		t.people = append(t.people, p.first)
	}
}

// castSupport lets somebody write to the shared mailbox.
func (t *thread) castSupport(outsiders, customers []party) {
	if len(customers) == 0 {
		customers = outsiders
	}
	t.first = pick(t.d, customers)
	t.client = t.first.org
	shared := len(t.w.staff) - 1
	t.to = []party{insider(shared, &t.w.staff[shared], t.l.code)}
}

// speakers gives those who speak a language.
func (w *world) speakers(code string) (insiders, outsiders, customers []party) {
	for i := range w.staff {
		if p := &w.staff[i]; !p.shared && slices.Contains(p.langs, code) {
			insiders = append(insiders, insider(i, p, code))
		}
	}
	for i := range w.contacts {
		switch c := &w.contacts[i]; {
		case c.lang != code:
		case c.customer:
			customers = append(customers, outsider(c))
		default:
			outsiders = append(outsiders, outsider(c))
		}
	}
	return insiders, outsiders, customers
}

// rank sorts native speakers first; in English, which all share, those in whose
// department's line the topic is.
func (t *thread) rank(p party) int {
	if t.l.code != "en" {
		return slices.Index(p.staff.langs, t.l.code)
	}
	concerned := map[string]string{
		"invoice": "Finance Procurement Sales", "contract": "Legal Sales Leadership", "budget": "Finance Leadership",
		"meeting": "Projects Design Engineering", "project": "Projects Design Engineering", "incident": "IT Operations Projects", "hr": "Human Resources",
	}[t.topic.name]
	if strings.Contains(concerned, p.staff.dept) {
		return 0
	}
	return 1
}

// run writes the thread's first message and answers, n messages in all unless
// the present comes first.
func (t *thread) run(n int) error {
	if err := t.open(t.at); err != nil {
		return err
	}
	at := t.at
	for range n - 1 {
		at = officeHours(at.Add(time.Duration(t.d.between(10, 60*40)) * time.Minute))
		if at.After(t.w.now) || t.exhausted() {
			return nil
		}
		if err := t.next(at); err != nil {
			return err
		}
	}
	return nil
}

// exhausted tells that there is nothing new to be said.
func (t *thread) exhausted() bool {
	return !slices.ContainsFunc(t.topic.answer, func(l string) bool { return !t.used[l] })
}

// officeHours moves a time at night to the next morning.
func officeHours(at time.Time) time.Time {
	switch h := at.Hour(); {
	case h < 6:
		return at.Add(time.Duration(7-h) * time.Hour)
	case h > 20:
		return at.Add(time.Duration(31-h) * time.Hour)
	}
	return at
}

// open writes the first message.
func (t *thread) open(at time.Time) error {
	t.speaker = t.first.first
	p := parts{greeting: t.greet(t.to)}
	var files []graphsim.Attachment
	if t.topic.name != "talk" && t.d.chance(48) {
		a, err := t.paper()
		if err != nil {
			return err
		}
		files = append(files, a)
		p.paras = append(t.paragraphs(2), t.expand(pick(t.d, t.l.values["attached"])))
	} else {
		p.paras = t.paragraphs(t.d.between(1, 3))
	}
	if t.topic.name == "meeting" || t.d.chance(10) {
		p.list = t.fresh(t.topic.lines, 3)
	}
	if (t.topic.name == "invoice" || t.topic.name == "budget") && t.d.chance(35) {
		p.table = t.bill(false)
	}
	if t.d.chance(60) {
		p.closing = t.expand(pick(t.d, t.l.values["closing"]))
	}
	m, l := t.draft(t.first, t.to, t.cc, t.subject, p, at)
	if t.topic.name == "meeting" && t.first.box >= 0 && t.d.chance(60) {
		t.invite(&m, at)
	}
	if t.d.chance(4) || t.topic.name == "incident" && t.d.chance(40) {
		m.Importance = "high"
	}
	t.post(m, l, t.first, append(slices.Clone(t.to), t.cc...), files)
	return nil
}

// paragraphs gives n short paragraphs, no sentence twice.
func (t *thread) paragraphs(n int) []string {
	var paras []string
	for range n {
		if s := t.fresh(t.topic.lines, t.d.between(1, 3)); len(s) > 0 {
			paras = append(paras, strings.Join(s, t.l.space()))
		}
	}
	return paras
}

// greet addresses one person by name, or all.
func (t *thread) greet(to []party) string {
	if len(to) != 1 {
		return pick(t.d, t.l.values["all"])
	}
	t.facts["first"] = to[0].first
	g := t.expand(pick(t.d, t.l.values["greeting"]))
	delete(t.facts, "first")
	return g
}

// draft writes the letter and puts it into a message.
func (t *thread) draft(from party, to, cc []party, subject string, p parts, at time.Time) (graphsim.Message, letter) {
	if t.last != nil && p.quote == nil {
		p.quote, p.quoteBy = &t.last.letter, t.last.msg
		p.quoteTop = t.attribution(t.last)
	}
	l := t.write(from, p)
	m := t.message(from, to, cc, subject, l, at)
	if t.last != nil {
		m.InReplyTo = t.last.msg.InternetMessageID
		m.Headers = append(m.Headers, [2]string{"In-Reply-To", m.InReplyTo}, [2]string{"References", strings.Join(t.refs, " ")})
	}
	return m, l
}

// attribution is the line over a quotation in plain text.
func (t *thread) attribution(s *sent) string {
	r := strings.NewReplacer("{date}", t.date(s.msg.Received), "{time}", s.msg.Received.Format("15:04"), "{author}", s.from.sign)
	return r.Replace(t.l.one("wrote"))
}

// post gives the message its attachments, delivers it and remembers it.
func (t *thread) post(m graphsim.Message, l letter, from party, to []party, files []graphsim.Attachment) {
	m.Attachments = append(m.Attachments, files...)
	if strings.Contains(m.HTML, "cid:"+logoID) {
		m.Attachments = append(m.Attachments, graphsim.Attachment{Name: "logo.png", ContentType: "image/png", ContentID: logoID, Inline: true, Content: t.w.logo})
	}
	t.w.deliver(t.scene, m, from, to...)
	t.last = &sent{from: from, msg: m, letter: l, files: files}
	t.refs = append(t.refs, m.InternetMessageID)
	if len(t.refs) == 1 && t.w.now.Sub(m.Received) < 14*24*time.Hour {
		t.w.recent = append(t.w.recent, t)
		if len(t.w.recent) > 40 {
			t.w.recent = t.w.recent[1:]
		}
	}
}

// next answers the last message, or now and then forwards it.
func (t *thread) next(at time.Time) error {
	t.at = at
	if t.last.msg.Type == "eventMessageRequest" && t.d.chance(70) {
		t.respond(at)
		return nil
	}
	if t.d.chance(20) && t.forward(at) {
		return nil
	}
	return t.reply(at)
}

// reply lets one of the recipients answer to the sender and all others.
func (t *thread) reply(at time.Time) error {
	var others []party
	for _, p := range append([]party{t.first}, append(slices.Clone(t.to), t.cc...)...) {
		if p.address != t.last.from.address {
			others = append(others, p)
		}
	}
	from := pick(t.d, others)
	t.speaker = from.first
	to := []party{t.last.from}
	var cc []party
	for _, p := range others {
		if p.address != from.address {
			cc = append(cc, p)
		}
	}
	p := parts{greeting: t.greet(to)}
	p.paras = []string{strings.Join(t.fresh(t.topic.answer, t.d.between(1, 2)), t.l.space())}
	if t.d.chance(50) {
		p.paras = append(p.paras, t.fresh(t.topic.lines, 1)...)
	}
	var files []graphsim.Attachment
	if t.d.chance(9) {
		a, err := t.paper()
		if err != nil {
			return err
		}
		files = []graphsim.Attachment{a}
		p.paras = append(p.paras, t.expand(pick(t.d, t.l.values["attached"])))
	}
	m, l := t.draft(from, to, cc, t.prefixed("re"), p, at)
	t.post(m, l, from, append(to, cc...), files)
	return nil
}

// forward sends the last message on to a colleague who was not in it: quoted,
// with its attachments, or as an attachment itself.
func (t *thread) forward(at time.Time) bool {
	insiders, _, _ := t.w.speakers(t.l.code)
	involved := append([]party{t.first}, append(slices.Clone(t.to), t.cc...)...)
	var senders, fresh []party
	for _, p := range insiders {
		if slices.ContainsFunc(involved, func(q party) bool { return q.address == p.address }) {
			senders = append(senders, p)
		} else {
			fresh = append(fresh, p)
		}
	}
	if len(senders) == 0 || len(fresh) == 0 {
		return false
	}
	from, to := pick(t.d, senders), pick(t.d, fresh)
	t.speaker = from.first
	p := parts{greeting: t.greet([]party{to}), paras: []string{t.expand(pick(t.d, t.topic.answer))}}
	files := t.last.files
	original := t.last.msg
	if t.d.chance(55) {
		p.quote = &letter{}
		files = []graphsim.Attachment{{Name: original.Subject, ContentType: "message/rfc822", Item: &original}}
	} else {
		p.quote, p.quoteBy, p.quoteTop = &t.last.letter, original, t.l.one("forwarded")
	}
	m, l := t.draft(from, []party{to}, nil, t.prefixed("fw"), p, at)
	t.cc = append(slices.Clone(t.cc), to)
	t.post(m, l, from, []party{to}, files)
	return true
}

// prefixed puts the language's mark for answers or forwards before the subject.
func (t *thread) prefixed(key string) string {
	mark := t.l.one(key)
	if strings.HasSuffix(mark, "：") {
		return mark + t.subject
	}
	return mark + " " + t.subject
}

// invite makes the message a meeting request.
func (t *thread) invite(m *graphsim.Message, at time.Time) {
	start := at.AddDate(0, 0, t.d.between(1, 9)).Truncate(time.Hour)
	room := t.expand("{room}")
	m.Type = "eventMessageRequest"
	m.Extra = map[string]any{
		"startDateTime": map[string]any{"dateTime": start.Format("2006-01-02T15:04:05.0000000"), "timeZone": "UTC"},
		"endDateTime":   map[string]any{"dateTime": start.Add(time.Hour).Format("2006-01-02T15:04:05.0000000"), "timeZone": "UTC"},
		"location":      map[string]any{"displayName": room, "locationType": "default"},
	}
	uid := fmt.Sprintf("%016x@%s", t.d.Uint64(), Domain)
	m.Attachments = append(m.Attachments, invitation(uid, t.subject, room, t.first.mail(), append(slices.Clone(m.To), m.Cc...), start, at))
}

// respond lets one of those invited accept or decline.
func (t *thread) respond(at time.Time) {
	from := pick(t.d, append(slices.Clone(t.to), t.cc...))
	t.speaker = from.first
	word, kind := t.l.one("accepted"), "meetingAccepted"
	if t.d.chance(20) {
		word, kind = t.l.one("declined"), "meetingDeclined"
	}
	invitation := t.last
	l := t.write(from, parts{paras: []string{t.expand(pick(t.d, t.topic.answer))}})
	m := t.message(from, []party{t.first}, nil, word+": "+t.subject, l, at)
	m.Type, m.InReplyTo = "eventMessageResponse", invitation.msg.InternetMessageID
	m.Extra = map[string]any{"meetingMessageType": kind}
	t.post(m, l, from, []party{t.first}, nil)
}
