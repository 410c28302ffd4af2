package bleve

import (
	"crypto/rand"
	"sync"
	"time"

	"github.com/blevesearch/bleve/v2/index/scorch"
)

// A snapshot that is kept holds the files of segments that were merged away since, most
// of them small ones, so it is kept for a short time. Where mail comes in and people search
// all the time, nearly every search is of another snapshot: so many are those of about
// the time that they are kept for, at five changes a second.
const (
	maxPins = 512
	pinTime = 2 * time.Minute
)

// pins keeps the snapshots that pages by relevance were taken from, so that the
// next page fits to them.
type pins struct {
	mu   sync.Mutex
	list []*pin // the one used last at the end
	stop *time.Timer
}

type pin struct {
	name     string
	snapshot *scorch.IndexSnapshot
	until    time.Time
}

// find gives a snapshot by its name, nil when it is no longer kept. The caller
// closes it.
func (p *pins) find(name string) *scorch.IndexSnapshot {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, held := range p.list {
		if held.name == name && name != "" {
			p.use(i)
			held.snapshot.AddRef()
			return held.snapshot
		}
	}
	return nil
}

// add keeps a snapshot and gives its name.
func (p *pins) add(s *scorch.IndexSnapshot) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, held := range p.list {
		if held.snapshot == s {
			p.use(i)
			return held.name
		}
	}
	s.AddRef()
	p.list = append(p.list, &pin{name: rand.Text()[:13], snapshot: s})
	p.use(len(p.list) - 1)
	for len(p.list) > maxPins {
		p.drop(0)
	}
	return p.list[len(p.list)-1].name
}

// use moves a pin to the end and renews its time.
func (p *pins) use(i int) {
	held := p.list[i]
	held.until = time.Now().Add(pinTime)
	p.list = append(append(p.list[:i:i], p.list[i+1:]...), held)
	if p.stop == nil {
		p.stop = time.AfterFunc(pinTime, p.expire)
	}
}

// expire drops the pins whose time is over.
func (p *pins) expire() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	for len(p.list) > 0 && !p.list[0].until.After(now) {
		p.drop(0)
	}
	if len(p.list) == 0 {
		p.stop = nil
		return
	}
	p.stop = time.AfterFunc(p.list[0].until.Sub(now), p.expire)
}

func (p *pins) drop(i int) {
	_ = p.list[i].snapshot.Close() // frees memory; there is nothing to lose
	p.list = append(p.list[:i:i], p.list[i+1:]...)
}

// snapshots lists what is kept.
func (p *pins) snapshots() []*scorch.IndexSnapshot {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := make([]*scorch.IndexSnapshot, len(p.list))
	for i, held := range p.list {
		list[i] = held.snapshot
	}
	return list
}

// clear drops all pins.
func (p *pins) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stop != nil {
		p.stop.Stop()
		p.stop = nil
	}
	for len(p.list) > 0 {
		p.drop(0)
	}
}
