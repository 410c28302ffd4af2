package web

import (
	"time"
	_ "time/tzdata" // a server in a bare container has no list of zones
)

// maxZone bounds a zone's name; the longest of IANA's has 32 bytes.
const maxZone = 64

// zone reads in which time zone the request's days are, by IANA's name.
func (p *params) zone() *time.Location {
	name := p.values.Get("tz")
	if name == "" {
		return time.UTC
	}
	// Local is no zone's name: it would tell where the server is.
	if len(name) <= maxZone && name != "Local" {
		if loc, err := time.LoadLocation(name); err == nil {
			return loc
		}
	}
	p.fail("tz", "it has to be the name of a time zone, such as Europe/Berlin")
	return time.UTC
}
