package extract

import "encoding/binary"

// rtfPrefix is what the dictionary of compressed RTF holds to begin with
// ([MS-OXRTFCP] 2.1.2.1).
const rtfPrefix = `{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor ` +
	`MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0` + "\r\n" + `\par \pard\plain\f0\fs20\b\i\u\tab\tx`

// unpackRTF undoes the compression of RTF in messages ([MS-OXRTFCP]).
func unpackRTF(b []byte) ([]byte, error) {
	const header, window, packedKind, plainKind = 16, 4096, 0x75465A4C, 0x414C454D
	if len(b) < header {
		return nil, failed("damaged")
	}
	size := int(binary.LittleEndian.Uint32(b[4:]))
	kind := binary.LittleEndian.Uint32(b[8:])
	b = b[header:]
	switch {
	case kind == plainKind:
		return b[:min(len(b), size)], nil
	case kind != packedKind:
		return nil, failed("damaged")
	}
	var dict [window]byte
	at := copy(dict[:], rtfPrefix)
	// A byte of input makes at most 17 of output.
	out := make([]byte, 0, min(size, 9*len(b)))
	put := func(c byte) {
		out = append(out, c)
		dict[at] = c
		at = (at + 1) % window
	}
	for len(b) > 0 && len(out) < maxUnpacked {
		control := b[0]
		b = b[1:]
		for bit := range 8 {
			if control>>bit&1 == 0 {
				if len(b) == 0 {
					return out, nil
				}
				put(b[0])
				b = b[1:]
				continue
			}
			if len(b) < 2 {
				return out, nil
			}
			ref := binary.BigEndian.Uint16(b)
			b = b[2:]
			from := int(ref >> 4)
			if from == at {
				return out, nil
			}
			for i := range int(ref&15) + 2 {
				put(dict[(from+i)%window])
			}
		}
	}
	return out, nil
}
