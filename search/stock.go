package search

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
	"time"

	"mailquarry/internal/access"
	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
	"mailquarry/search/analysis"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// The bounds of what is kept for completion.
const (
	maxStocks     = 4      // of searchers, those who asked last
	maxPeople     = 50_000 // of a stock, those of the most messages
	maxBuckets    = 1_000  // of a facet
	maxLabels     = 10_000 // names of people that are not in the directory
	stockAge      = 5 * time.Second
	stockShare    = 20                    // a stock is used for as many times as making it took
	stockPatience = 50 * time.Millisecond // for a newer one, while an older one is there
)

// stock is what completion looks through: what stands in the mail that one may see,
// with in how many messages. It may be a little older than the mail, so that what comes
// out of it is searched for before it is told. It is not changed but for labels.
type stock struct {
	read    time.Time
	cost    time.Duration
	people  []knownPerson
	terms   []personTerm // in order
	best    []int32      // people by weight
	folders map[mail.FolderID]int
	facets  map[engine.Facet][]engine.Bucket
	saved   []string

	mu     sync.Mutex
	labels map[string]string // by address
}

// knownPerson is somebody with all addresses that the directory knows.
type knownPerson struct {
	label     string   // as the directory has it, "" for others
	called    string   // as others' messages have it, folded
	addresses []string // the one to be suggested first
	terms     []string
	sent, got int
	near      int // messages with who asks
}

type personTerm struct {
	term   string
	person int32
}

// stocks keeps those of the searchers who asked last.
type stocks struct {
	mu   sync.Mutex
	list []*keptStock // the one used last at the end
}

type keptStock struct {
	key string

	mu     sync.Mutex
	last   *stock
	making chan struct{} // closed when the stock that is being made is there; nil when none is
	err    error         // of the last one made
}

// of gives a stock for who asks, a newer one where that takes no time.
func (k *stocks) of(ctx context.Context, s *Service, n *names, p access.Principal) (*stock, error) {
	kept := k.kept(stockKey(n, p))
	kept.mu.Lock()
	last, making := kept.last, kept.making
	if last != nil {
		if age := s.now().Sub(last.read); 0 <= age && age < max(stockAge, stockShare*last.cost) {
			kept.mu.Unlock()
			return last, nil
		}
	}
	if making == nil {
		making = make(chan struct{})
		kept.making = making
		go kept.make(context.WithoutCancel(ctx), s, n, p, making)
	}
	kept.mu.Unlock()
	var patience <-chan time.Time
	if last != nil {
		timer := time.NewTimer(stockPatience)
		defer timer.Stop()
		patience = timer.C
	}
	select {
	case <-making:
	case <-patience:
		return last, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for what completion looks through: %w", ctx.Err())
	}
	kept.mu.Lock()
	defer kept.mu.Unlock()
	return kept.last, kept.err
}

// kept gives the place of a searcher's stock.
func (k *stocks) kept(key string) *keptStock {
	k.mu.Lock()
	defer k.mu.Unlock()
	i := slices.IndexFunc(k.list, func(s *keptStock) bool { return s.key == key })
	s := &keptStock{key: key}
	if i >= 0 {
		s = k.list[i]
		k.list = slices.Delete(k.list, i, i+1)
	}
	k.list = append(k.list, s)
	if len(k.list) > maxStocks {
		k.list = slices.Delete(k.list, 0, len(k.list)-maxStocks)
	}
	return s
}

// stockKey tells apart those who may see other mail, or have other mailboxes.
func stockKey(n *names, p access.Principal) string {
	h := sha256.New()
	add := func(ids ...int64) {
		for _, id := range append([]int64{int64(len(ids))}, ids...) {
			_ = binary.Write(h, binary.LittleEndian, id)
		}
	}
	scope := n.scope(p)
	if scope.Empty() {
		add(0)
	}
	add(asNumbers(scope.Except())...)
	add(asNumbers(n.excluded)...)
	add(asNumbers(p.Owns())...)
	return string(h.Sum(nil))
}

func asNumbers[ID ~int64](ids []ID) []int64 {
	out := make([]int64, len(ids))
	for i, id := range ids {
		out[i] = int64(id)
	}
	return out
}

// stockTime is how long making a stock may take.
const stockTime = 30 * time.Second

func (k *keptStock) make(ctx context.Context, s *Service, n *names, p access.Principal, done chan struct{}) {
	ctx, cancel := context.WithTimeout(ctx, stockTime)
	defer cancel()
	made, err := s.makeStock(ctx, n, p)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.making, k.err = nil, err; err == nil {
		k.last = made
	}
	close(done)
}

func (s *Service) makeStock(ctx context.Context, n *names, p access.Principal) (*stock, error) {
	start, scope := time.Now(), n.scope(p)
	k := &stock{read: s.now(), folders: map[mail.FolderID]int{}, labels: map[string]string{}}
	res, err := s.engine.Search(ctx, engine.Request{
		Scope: scope, Query: n.withoutExcluded(nil), FacetSize: max(maxBuckets, len(n.folders)),
		Facets: []engine.Facet{engine.FacetFolder, engine.FacetLang, engine.FacetType, engine.FacetCategory, engine.FacetDomain},
	})
	if err != nil {
		return nil, fmt.Errorf("count what completion looks through: %w", err)
	}
	k.facets = res.Facets
	for _, b := range res.Facets[engine.FacetFolder] {
		if id, err := mail.ParseFolderID(b.Value); err == nil {
			k.folders[id] = b.Count
		}
	}
	all, err := s.engine.People(ctx, scope, n.withoutExcluded(nil), maxPeople)
	if err != nil {
		return nil, fmt.Errorf("list the people: %w", err)
	}
	var near []engine.Person
	if own := p.Owns(); len(own) > 0 {
		if near, err = s.engine.People(ctx, scope, n.withoutExcluded(oneOf(engine.FacetMailbox, own)), maxPeople); err != nil {
			return nil, fmt.Errorf("list the people: %w", err)
		}
	}
	k.know(n, scope, all, near)
	if s.savedNames != nil {
		if k.saved, err = s.savedNames(); err != nil {
			return nil, fmt.Errorf("list the saved searches: %w", err)
		}
	}
	k.cost = time.Since(start)
	return k, nil
}

// know takes in the people of mail, those of the directory with all of their addresses.
func (k *stock) know(n *names, scope access.Scope, all, near []engine.Person) {
	owner := map[string]*archive.Mailbox{}
	for i := range n.mailboxes {
		if m := &n.mailboxes[i]; scope.Contains(m.ID) {
			for _, a := range addresses(m) {
				if owner[a] == nil {
					owner[a] = m
				}
			}
		}
	}
	at := make(map[string]int, len(all)) // by the address that is suggested
	for _, p := range all {
		known := knownPerson{addresses: []string{p.Address}}
		if m := owner[p.Address]; m != nil {
			known.label, known.addresses = m.Name, slices.DeleteFunc(addresses(m), func(a string) bool { return a == "" })
		}
		i, ok := at[known.addresses[0]]
		if !ok {
			i = len(k.people)
			at[known.addresses[0]] = i
			k.people = append(k.people, known)
		}
		one := &k.people[i]
		one.sent, one.got = one.sent+p.Sent, one.got+p.Got
		for j, name := range p.Names {
			if j == 0 && one.called == "" {
				one.called = name
			}
			one.learn(name)
		}
	}
	for _, p := range near {
		address := p.Address
		if m := owner[address]; m != nil {
			address = addresses(m)[0]
		}
		if i, ok := at[address]; ok {
			k.people[i].near += p.Sent + p.Got
		}
	}
	k.order()
}

// learn adds the words of a name.
func (p *knownPerson) learn(name string) {
	for _, t := range analysis.Terms(name) {
		if !slices.Contains(p.terms, t) {
			p.terms = append(p.terms, t)
		}
	}
}

// order makes the people ready to be looked up.
func (k *stock) order() {
	for i := range k.people {
		p := &k.people[i]
		p.learn(p.label)
		for _, a := range p.addresses {
			p.learn(localPart(a))
		}
		p.terms = slices.Clip(p.terms)
		for _, t := range p.terms {
			k.terms = append(k.terms, personTerm{t, int32(i)})
		}
		k.best = append(k.best, int32(i))
	}
	slices.SortFunc(k.terms, func(a, b personTerm) int {
		return cmp.Or(cmp.Compare(a.term, b.term), cmp.Compare(a.person, b.person))
	})
	slices.SortStableFunc(k.best, func(a, b int32) int { return k.people[a].compare(&k.people[b], query.Participants) })
}

// compare puts first those with whom who asks writes most, then those of most messages.
func (p *knownPerson) compare(other *knownPerson, f query.Field) int {
	return cmp.Or(cmp.Compare(other.near, p.near), cmp.Compare(other.messages(f), p.messages(f)), cmp.Compare(p.addresses[0], other.addresses[0]))
}

// messages is in how many messages somebody stands in a field.
func (p *knownPerson) messages(f query.Field) int {
	switch f {
	case query.From:
		return p.sent
	case query.Participants:
		return p.sent + p.got
	default:
		return p.got
	}
}
