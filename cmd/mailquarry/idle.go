package main

import (
	"context"
	"fmt"
	"runtime/debug"
	"runtime/metrics"
	"time"

	"mailquarry/search/engine"
)

const (
	idleLook  = 5 * time.Second
	idleSmall = 2 << 20 // bytes allocated between two looks: a service that polls and answers nobody
	idleLarge = 8 << 20 // bytes that were allocated since the memory was given back: worth doing again
)

// giveBack returns memory to the system whenever the service has come to rest
// after work, that of the index, which the runtime knows nothing of, too. The runtime by itself keeps what a load has taken for minutes: it
// collects garbage when the heap grows, and an idle one does not.
func giveBack(ctx context.Context, index engine.Index) error {
	tick := time.NewTicker(idleLook)
	defer tick.Stop()
	r := rest{}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		if r.due(allocated()) {
			debug.FreeOSMemory()
			if err := index.Rest(); err != nil {
				return fmt.Errorf("come to rest: %w", err)
			}
		}
	}
}

// rest tells by the bytes that have been allocated when there is a pause after work.
type rest struct {
	last, given uint64 // allocated at the last look; when memory was given back
}

func (r *rest) due(now uint64) bool {
	quiet := now-r.last < idleSmall
	r.last = now
	if !quiet || now-r.given < idleLarge {
		return false
	}
	r.given = now
	return true
}

func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	if s[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return s[0].Value.Uint64()
}
