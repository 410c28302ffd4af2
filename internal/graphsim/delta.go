package graphsim

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"
)

// filterCap is how many messages a filtered enumeration gives at most.
const filterCap = 5000

// messagesDelta answers .../mailFolders/{f}/messages/delta.
func (c *call) messagesDelta(m *Mailbox, f *Folder) (answer, *apiError) {
	k, err := c.resume()
	if err != nil {
		return answer{}, err
	}
	if k == nil {
		if k, err = c.startRound(m, f); err != nil {
			return answer{}, err
		}
	} else if k.Kind != "m" || k.Box != m.id || k.Folder != f.num {
		return answer{}, errForeignToken()
	}
	page, err := c.deltaPage(m, f, k)
	if err != nil {
		return answer{}, err
	}
	sel, exp := parseSelect(k.Select), parseExpand(k.Expand)
	items := make([][]byte, 0, len(page))
	for i := range page {
		b, werr := c.writeMessage(&page[i], sel, exp, true)
		if werr != nil {
			continue
		}
		items = append(items, b)
	}
	done := k.To < 0 && !k.Full
	name, link := c.link("users/"+m.id+"/mailFolders('"+f.ID()+"')/messages/delta", *k, done)
	a := jsonAnswer(c.collection("Collection(message)", name, link, f.withNull(items)))
	a.set("Preference-Applied", c.prefer.applied(true))
	return a, nil
}

// startRound reads the options of a first request; they are frozen in the
// token from then on.
func (c *call) startRound(m *Mailbox, f *Folder) (*syncToken, *apiError) {
	q := c.query
	sel := parseSelect(q.Get("$select"))
	if err := checkMessageSelect(sel); err != nil {
		return nil, err
	}
	var bad []string
	for _, n := range []string{"$search", "$count", "$skip"} {
		if q.Has(n) {
			bad = append(bad, n)
		}
	}
	if q.Has("$top") && !c.t.o.Quirks.LenientTop {
		bad = append(bad, "$top")
	}
	if len(bad) > 0 {
		return nil, fail(http.StatusBadRequest, "ErrorInvalidUrlQuery",
			"The following parameters are not supported with change tracking over the 'Messages' resource: '%s'.", strings.Join(bad, ", "))
	}
	k := &syncToken{Kind: "m", Box: m.id, Folder: f.num, Full: true, To: -1, Size: -1, Select: sel.raw, Expand: q.Get("$expand"), Change: strings.ToLower(q.Get("changeType"))}
	if s := q.Get("$filter"); s != "" {
		words := strings.Fields(s)
		ok := len(words) == 3 && strings.EqualFold(words[0], "receivedDateTime") && (words[1] == "ge" || words[1] == "gt")
		if ok {
			_, perr := time.Parse(time.RFC3339, words[2])
			ok = perr == nil
		}
		if !ok {
			return nil, fail(http.StatusBadRequest, "ErrorInvalidUrlQuery",
				"The '$filter' parameter value is not supported for 'Messages' resource; only a value of 'receivedDateTime ge value' is supported.")
		}
		k.Since, k.Strict = words[2], words[1] == "gt"
	}
	switch s := strings.Join(strings.Fields(strings.ToLower(q.Get("$orderby"))), " "); s {
	case "":
	case "receiveddatetime desc":
		k.Newest = true
	default:
		return nil, fail(http.StatusBadRequest, "ErrorInvalidUrlQuery",
			"The '$orderby' parameter value is not supported for 'Messages' resource; only a value of 'receivedDateTime desc' is supported.")
	}
	return k, nil
}

// deltaPage gathers a page under the mailbox's lock and moves the token on. A
// token that comes back with To -1 and not Full starts the next round.
func (c *call) deltaPage(m *Mailbox, f *Folder, k *syncToken) ([]view, *apiError) {
	start := "users/" + m.id + "/mailFolders('" + f.ID() + "')/messages/delta"
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.overQuota:
		return nil, errOverQuota()
	case f.removed:
		return nil, fail(http.StatusNotFound, "ErrorSyncFolderNotFound", "The specified sync folder could not be found.")
	case f.search:
		return nil, fail(http.StatusBadRequest, "ErrorInvalidRequest", "Change tracking is not supported for search folders.")
	case k.Size < 0: // a first request
		k.Size, k.From, k.Epoch, k.Own = len(f.slots), len(f.journal), m.epoch, f.epoch
	case k.Epoch != m.epoch || k.Own != f.epoch:
		return nil, c.gone(start, "The sync state is not found.")
	default:
		if err := c.checkGeneration(k.Gen, f.gen, start); err != nil {
			return nil, err
		}
		if !k.Full && k.To < 0 {
			k.To = len(f.journal)
			k.At = k.From
			if c.t.o.Quirks.FreshMailDoubles || c.t.odd.replays(mix(c.t.seed, m.key, uint64(k.Folder), uint64(f.gen))) {
				k.At = max(k.Prev, k.From-50)
			}
		}
	}
	f.gen++
	k.Gen = f.gen
	size := c.shorten(k, pageSize(c.prefer))
	if size == 0 {
		k.Blank = true
		return nil, nil
	}
	k.Blank = false
	p := &pager{c: c, f: f, k: k, size: size, sel: parseSelect(k.Select)}
	if k.Since != "" {
		p.since, _ = time.Parse(time.RFC3339, k.Since)
	}
	if p.fill() {
		p.finish()
	}
	return p.page, nil
}

// shorten applies the quirk of short and empty pages.
func (c *call) shorten(k *syncToken, size int) int {
	if k.Blank {
		return size
	}
	if !c.t.o.Quirks.EmptyPages && !c.t.odd.shortens(mix(c.t.seed, uint64(k.Folder), uint64(k.Gen))) {
		return size
	}
	switch mix(c.t.seed, uint64(k.Folder), uint64(k.At), uint64(k.From)) % 5 {
	case 0:
		return 0
	case 1:
		return max(1, size/2)
	}
	return size
}

// pager fills one page of a round.
type pager struct {
	c     *call
	f     *Folder
	k     *syncToken
	sel   selection
	size  int
	since time.Time
	page  []view
}

// finish turns the token into one that starts the next round.
func (p *pager) finish() {
	k := p.k
	next := syncToken{
		Kind: k.Kind, Box: k.Box, Folder: k.Folder, Gen: k.Gen, Epoch: k.Epoch, Own: k.Own,
		From: k.From, To: -1, Prev: max(0, k.From-50), Select: k.Select, Expand: k.Expand,
		Since: k.Since, Strict: k.Strict, Newest: k.Newest, Change: k.Change,
	}
	if !k.Full {
		next.From, next.Prev = k.To, k.From
	}
	*k = next
}

// fill gathers items until the page is full or the round is done.
func (p *pager) fill() (done bool) {
	if p.k.Full {
		return p.enumerate()
	}
	return p.changes()
}

// enumerate gives what was in the folder when the round began and still is;
// what happened since is left to the next round.
func (p *pager) enumerate() (done bool) {
	k, f := p.k, p.f
	salt := mix(p.c.t.seed, f.box.key, uint64(f.num))
	var ordered []int
	if k.Newest {
		ordered = f.slotsNewestFirst(k.Size)
	}
	for ; k.At < k.Size && len(p.page) < p.size; k.At++ {
		var it *item
		if k.Newest {
			it = f.at(ordered[k.At])
		} else {
			it = f.at(permute(k.At, k.Size, salt))
		}
		if it == nil || !p.passes(it) {
			continue
		}
		if !p.since.IsZero() && k.Count >= filterCap {
			return true
		}
		k.Count++
		p.page = append(p.page, it.view())
	}
	return k.At >= k.Size
}

// sortedSlots remembers the order of a round's slots. It stays the same for the
// whole round, whatever comes and goes meanwhile: what an enumeration has not
// reached yet must not move to where it has been.
type sortedSlots []int

// slotsNewestFirst orders the first slots by their items' time of receipt.
func (f *Folder) slotsNewestFirst(size int) []int {
	if len(f.round) == size {
		return f.round
	}
	f.round = make(sortedSlots, size)
	for i := range f.round {
		f.round[i] = i
	}
	slices.SortFunc(f.round, func(x, y int) int {
		a, b := f.box.items[f.slots[x]], f.box.items[f.slots[y]]
		return cmp.Or(b.received.Compare(a.received), cmp.Compare(b.num, a.num), cmp.Compare(y, x))
	})
	return f.round
}

// passes applies the filter.
func (p *pager) passes(it *item) bool {
	if p.since.IsZero() {
		return true
	}
	return it.received.After(p.since) || (!p.k.Strict && it.received.Equal(p.since))
}

// newestFirst lists the folder's items by time of receipt.
func (f *Folder) newestFirst() []*item {
	return f.sorted.newestFirst(f.box.revision, func() []*item {
		all := make([]*item, 0, f.total)
		for slot := range f.slots {
			if it := f.at(slot); it != nil {
				all = append(all, it)
			}
		}
		return all
	})
}
