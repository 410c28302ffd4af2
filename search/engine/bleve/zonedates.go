package bleve

import (
	"sync"
	"time"

	"mailquarry/search/engine"
)

// maxZones is how many zones' years and months are kept of a segment.
const maxZones = 4

// zonedColumns are the columns of years and months in other zones than UTC, made when
// they are asked for first.
type zonedColumns struct {
	mu sync.Mutex
	by map[zonedFacet]*facetColumn
}

// isZoned tells the facets whose values hang on the zone.
func isZoned(f engine.Facet, zone *time.Location) bool {
	return zone != nil && zone != time.UTC && zone.String() != "UTC" && (f == engine.FacetYear || f == engine.FacetMonth)
}

// zoneName tells zones apart, where they matter.
func zoneName(f engine.Facet, zone *time.Location) string {
	if !isZoned(f, zone) {
		return ""
	}
	return zone.String()
}

// zonedColumn gives the years or months of a segment's documents in a zone.
func (c *columns) zonedColumn(f engine.Facet, zone *time.Location, table *valueTable) *facetColumn {
	z := &c.zoned
	z.mu.Lock()
	defer z.mu.Unlock()
	key := zonedFacet{f, zone.String()}
	if col := z.by[key]; col != nil {
		return col
	}
	if z.by == nil || len(z.by) >= 2*maxZones {
		z.by = map[zonedFacet]*facetColumn{}
	}
	col := &facetColumn{of: make([]uint32, len(c.dates))}
	counts := map[uint32]int{}
	p := period{from: 1, to: 0}
	for doc, at := range c.dates {
		if at == noDate {
			continue
		}
		if at < p.from || at >= p.to {
			p = periodOf(at, f, zone, table)
		}
		col.of[doc] = p.value
		counts[p.value]++
	}
	for value, n := range counts {
		col.totals = append(col.totals, valueCount{value, n})
	}
	z.by[key] = col
	return col
}

// period is a year or month, or a part of it: the seconds from one to before another, and
// the value that stands for it.
type period struct {
	from, to int64
	value    uint32
}

// periodOf gives the part of a year or month around a time in which the clocks of the zone
// are not put forward or back: where that happens about midnight, a month begins without
// one, or twice.
func periodOf(at int64, f engine.Facet, zone *time.Location, table *valueTable) period {
	t := time.Unix(at, 0).In(zone)
	_, offset := t.Zone()
	begin := func(year int, month time.Month) int64 {
		return time.Date(year, month, 1, 0, 0, 0, 0, time.UTC).Unix() - int64(offset)
	}
	year, month, _ := t.Date()
	p := period{begin(year, month), begin(year, month+1), 0}
	if f == engine.FacetYear {
		p = period{begin(year, 1), begin(year+1, 1), table.of(t.Format("2006"))}
	} else {
		p.value = table.of(t.Format("2006-01"))
	}
	start, end := t.ZoneBounds()
	if !start.IsZero() {
		p.from = max(p.from, start.Unix())
	}
	if !end.IsZero() {
		p.to = min(p.to, end.Unix())
	}
	return p
}
