package graph

import (
	"net/http"
	"strconv"
	"time"
)

// The directory tells how much of an application's allowance is used up, from
// this share on, as a fraction of 1.
const (
	easeFrom = 0.8
	easeFull = 2 * time.Second // the wait between requests when all is used up
)

// ease slows requests down as the directory's allowance runs out, so that it
// need not refuse any: other applications of the tenant share in it.
func (g *gate) ease(now time.Time, h http.Header) {
	share, err := strconv.ParseFloat(h.Get("x-ms-throttle-limit-percentage"), 64)
	if err != nil || !(share >= easeFrom) {
		return
	}
	part := (min(share, 1) - easeFrom) / (1 - easeFrom)
	g.hold(now, easeFull/10+time.Duration(part*float64(easeFull-easeFull/10)), "the directory's allowance is nearly used up")
}
