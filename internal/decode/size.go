package decode

import (
	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// Size is how large a message is, with what is attached to it. Whatever is cut out of
// a message counts by its own bytes, as for Graph's attachments, and what is not, such
// as a forwarded message, is in the payload already.
func Size(f source.Format, payload []byte, parts []mail.Part) int64 {
	switch f {
	case source.RFC822:
		return int64(len(payload))
	case source.RFC822Detached:
		cuts, skeleton, err := parseDetached(payload)
		if err != nil {
			return int64(len(payload))
		}
		size := int64(len(skeleton))
		for _, c := range cuts {
			size += int64(c.length)
		}
		return size
	}
	size := int64(len(payload))
	for _, p := range parts {
		size += p.Size
	}
	return size
}
