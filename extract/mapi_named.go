package extract

import (
	"encoding/binary"
	"strings"
)

// The sets that named properties belong to ([MS-OXPROPS] 1.3.2), as the upper half
// of what they go by in mapiProps.
const (
	setAppointment = 0x2002_0000
	setTask        = 0x2003_0000
	setAddress     = 0x2004_0000
	setCommon      = 0x2008_0000
	setLog         = 0x200A_0000
	setMeeting     = 0x6ED8_0000
	setByText      = 0xFFFF_0000 // properties that have a text for a name
)

// mapiKeywords is the categories that an item is in.
const mapiKeywords = setByText | 1

// mapiNamed gives by what a named property goes: the identifier of its set and
// its number there.
func mapiNamed(set blob, number int) (uint32, bool) {
	const outlook = "\x06\x00\x00\x00\x00\x00\xC0\x00\x00\x00\x00\x00\x00\x46"
	const meeting = "\x90\xDA\xD8\x6E\x0B\x45\x1B\x10\x98\xDA\x00\xAA\x00\x3F\x13\x05"
	switch {
	case len(set) != 16 || number>>16 != 0:
		return 0, false
	case string(set[2:]) == outlook:
		return uint32(binary.LittleEndian.Uint16(set))<<16 | uint32(number), true
	case string(set) == meeting:
		return setMeeting | uint32(number), true
	}
	return 0, false
}

// mapiNamedByText does so for a property that has a text for a name.
func mapiNamedByText(name string) (uint32, bool) {
	return mapiKeywords, strings.EqualFold(name, "Keywords")
}
