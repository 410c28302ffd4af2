package segment

import (
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"
	index "github.com/blevesearch/bleve_index_api"
	api "github.com/blevesearch/scorch_segment_api/v2"
)

// Type is the name of the format in an index's configuration.
const Type = "mailquarry"

// Version is the version of the format.
const Version = version

// Plugin makes, opens and merges segments for bleve.
type Plugin struct{}

// Type is the name of the format.
func (Plugin) Type() string { return Type }

// Version is the format's version.
func (Plugin) Version() uint32 { return version }

// New makes a segment in memory, and tells its size.
func (Plugin) New(docs []index.Document) (api.Segment, uint64, error) {
	b, err := build(docs)
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
	return merge(segments, drops, path, stop, told)
}

// NewUsing, OpenUsing and MergeUsing are the same: there is nothing to configure.
func (p Plugin) NewUsing(docs []index.Document, _ map[string]any) (api.Segment, uint64, error) {
	return p.New(docs)
}

// OpenUsing is Open.
func (p Plugin) OpenUsing(path string, _ map[string]any) (api.Segment, error) { return p.Open(path) }

// MergeUsing is Merge.
func (p Plugin) MergeUsing(segments []api.Segment, drops []*roaring.Bitmap, path string, stop chan struct{}, told api.StatsReporter, _ map[string]any) ([][]uint64, uint64, error) {
	return p.Merge(segments, drops, path, stop, told)
}
