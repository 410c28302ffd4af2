package segment

import (
	"fmt"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
	index "github.com/blevesearch/bleve_index_api"
	api "github.com/blevesearch/scorch_segment_api/v2"
)

// Type is the name of the format in an index's configuration.
const Type = "mailquarry"

// Version is the version of the format.
const Version = version

// Plugin makes, opens and merges segments for bleve.
type Plugin struct {
	rooms *sync.Pool // of *room; nil: each segment is built in memory of its own
}

// NewPlugin makes a Plugin that builds one segment in the memory of those before.
func NewPlugin() Plugin {
	return Plugin{rooms: &sync.Pool{New: func() any { return newRoom() }}}
}

// Type is the name of the format.
func (Plugin) Type() string { return Type }

// Version is the format's version.
func (Plugin) Version() uint32 { return version }

// New makes a segment in memory, and tells its size.
func (p Plugin) New(docs []index.Document) (api.Segment, uint64, error) {
	r := newRoom()
	if p.rooms != nil {
		if kept, ok := p.rooms.Get().(*room); ok {
			r = kept
		}
		defer p.rooms.Put(r)
	}
	b, err := build(docs, r)
	if err != nil {
		return nil, 0, fmt.Errorf("build segment of %d documents: %w", len(docs), err)
	}
	s, err := openBytes(b)
	if err != nil {
		return nil, 0, fmt.Errorf("build segment of %d documents: %w", len(docs), err)
	}
	return &unfiled{s}, uint64(len(b)), nil
}

// Open opens a segment's file.
func (Plugin) Open(path string) (api.Segment, error) { return openFile(path) }

// Merge writes a segment of the documents of some that are not dropped. It gives
// for each segment the new numbers of its documents, dropped for those.
func (Plugin) Merge(segments []api.Segment, drops []*roaring.Bitmap, path string, stop chan struct{}, told api.StatsReporter) ([][]uint64, uint64, error) {
	return merge(segments, drops, path, 1, stop, told)
}

// NewUsing is New: there is nothing to configure.
func (p Plugin) NewUsing(docs []index.Document, _ map[string]any) (api.Segment, uint64, error) {
	return p.New(docs)
}

// OpenUsing is Open.
func (p Plugin) OpenUsing(path string, _ map[string]any) (api.Segment, error) { return p.Open(path) }

// Mergers is the name of a setting: by how many workers at once a large field is
// merged, an int. Without it it is one, which leaves the processors to searches.
const Mergers = "mergers"

// MergeUsing is Merge with settings.
func (Plugin) MergeUsing(segments []api.Segment, drops []*roaring.Bitmap, path string, stop chan struct{}, told api.StatsReporter, settings map[string]any) ([][]uint64, uint64, error) {
	workers, _ := settings[Mergers].(int)
	return merge(segments, drops, path, workers, stop, told)
}
