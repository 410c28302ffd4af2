package indexer

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
	"sync"

	"mailquarry/internal/archive"
)

// repeats is in how many of a sender's messages a paragraph at the end is taken
// for a footer.
const repeats = 3

// footerDesk knows what the messages of each sender end with, so that the legal
// footer and the address that stand below all of them are told from what was
// written. It counts messages, not readings: copies of one in several mailboxes,
// moves and a reindex change nothing.
type footerDesk struct {
	archive *archive.Archive

	mu    sync.Mutex
	known map[uint64]archive.Tail // read or changed since the last put
	dirty map[uint64]bool         // changed
	puts  int                     // what was read before one may be out of date

	// Of messages up to noted all is stored, so that what to say of them is known
	// without a look into the store: a reindex asks for all of them.
	loaded     bool
	noted      archive.Seq
	often      map[uint64]bool // what is repeated, as it was when noted was read
	continuous bool            // nothing is left out between noted and what is put
}

func newFooterDesk(a *archive.Archive) *footerDesk {
	return &footerDesk{archive: a, known: map[uint64]archive.Tail{}, dirty: map[uint64]bool{}}
}

// begin says from where messages come next.
func (d *footerDesk) begin(ctx context.Context, from archive.Seq) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.loaded {
		keys, upto, err := d.archive.RepeatedTails(ctx)
		if err != nil {
			return err
		}
		d.often = make(map[uint64]bool, len(keys))
		for _, k := range keys {
			d.often[k] = true
		}
		d.loaded, d.noted = true, upto
	}
	d.continuous = from <= d.noted
	return nil
}

// stored tells of a message whose paragraphs are noted which of them are repeated.
// It is false for a message that is not.
func (d *footerDesk) stored(seq archive.Seq, keys []uint64) (repeated []bool, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if seq == 0 || seq > d.noted {
		return nil, false
	}
	repeated = make([]bool, len(keys))
	for i, k := range keys {
		repeated[i] = d.often[k] || len(d.known[k].In) >= repeats
	}
	return repeated, true
}

// repeated notes which paragraphs a message ends with, by their fingerprints, and
// tells of each whether enough of the sender's messages do. The identity is the
// same for all copies of a message.
func (d *footerDesk) repeated(ctx context.Context, seq archive.Seq, sender, identity string, prints []uint64) ([]bool, error) {
	sender = strings.ToLower(sender)
	if sender == "" || len(prints) == 0 {
		return make([]bool, len(prints)), nil
	}
	keys := make([]uint64, len(prints))
	for i, p := range prints {
		keys[i] = fingerprint(sender, p)
	}
	if out, ok := d.stored(seq, keys); ok {
		return out, nil
	}
	if err := d.hold(ctx, keys); err != nil {
		return nil, err
	}
	defer d.mu.Unlock()
	message := max(fingerprint(identity, 0), 1)
	out := make([]bool, len(keys))
	for i, k := range keys {
		t := d.known[k]
		if len(t.In) < repeats && !slices.Contains(t.In, message) {
			// A new slice: put may be reading the old one.
			t = archive.Tail{Key: k, In: append(slices.Clone(t.In), message)}
			d.known[k], d.dirty[k] = t, true
		}
		out[i] = len(t.In) >= repeats
	}
	return out, nil
}

// hold locks the desk with what is stored of the keys being known.
func (d *footerDesk) hold(ctx context.Context, keys []uint64) error {
	for {
		d.mu.Lock()
		var unknown []uint64
		for _, k := range keys {
			if _, ok := d.known[k]; !ok {
				unknown = append(unknown, k)
			}
		}
		if len(unknown) == 0 {
			return nil
		}
		puts := d.puts
		d.mu.Unlock()
		stored, err := d.archive.Tails(ctx, unknown)
		if err != nil {
			return err
		}
		d.mu.Lock()
		for _, k := range unknown {
			if _, ok := d.known[k]; !ok && d.puts == puts {
				d.known[k] = stored[k]
			}
		}
		d.mu.Unlock()
	}
}

// put stores what was noted, with all messages up to a change among it, and what was
// told of messages' texts. It runs beside repeated, not beside itself.
func (d *footerDesk) put(ctx context.Context, readings []archive.Reading, upto archive.Seq) error {
	d.mu.Lock()
	if !d.continuous || upto <= d.noted {
		upto = 0
	}
	changed := make([]archive.Tail, 0, len(d.dirty))
	for k := range d.dirty {
		changed = append(changed, d.known[k])
	}
	clear(d.dirty)
	d.mu.Unlock()
	var err error
	if len(readings) > 0 || len(changed) > 0 || upto > 0 {
		err = d.archive.PutReadings(ctx, readings, changed, upto)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err != nil {
		for _, t := range changed {
			d.dirty[t.Key] = true
		}
		return err
	}
	d.noted = max(d.noted, upto)
	for _, t := range changed {
		if len(t.In) >= repeats && d.often != nil {
			d.often[t.Key] = true
		}
	}
	d.puts++
	for k := range d.known {
		if !d.dirty[k] {
			delete(d.known, k)
		}
	}
	return nil
}

func fingerprint(s string, n uint64) uint64 {
	sum := sha256.Sum256(binary.LittleEndian.AppendUint64([]byte(s), n))
	return binary.LittleEndian.Uint64(sum[:])
}
