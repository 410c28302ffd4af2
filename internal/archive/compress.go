package archive

import (
	"fmt"

	"github.com/klauspost/compress/zstd"
)

// The codecs of a stored payload or text. A number, once used, keeps its
// meaning; a better dictionary is a new number and a new dictionary id.
const (
	codecRaw   = 0
	codecPlain = 1 // zstd
	codecDict1 = 2 // zstd with dictionary 1
)

const (
	maxPayload = 256 << 20 // of a payload or text, uncompressed
	minPacked  = 32        // below this nothing is won
	// Above this a dictionary wins nothing.
	maxDictPayload = 64 << 10
)

// codec packs payloads. A message alone is too short to compress well, so small
// ones share a dictionary of what most messages have in common. With it, zstd's
// fastest level packs Graph objects tighter than its better levels do without;
// those spend most of their time on taking up the dictionary.
type codec struct {
	dict, plain *zstd.Encoder
	decoder     *zstd.Decoder
}

func newCodec() (*codec, error) {
	plain, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return nil, fmt.Errorf("make encoder: %w", err)
	}
	dict, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithLowerEncoderMem(true),
		zstd.WithWindowSize(128<<10), zstd.WithEncoderDictRaw(codecDict1, []byte(dictionary1)))
	if err != nil {
		return nil, fmt.Errorf("make encoder: %w", err)
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(maxPayload),
		zstd.WithDecoderDictRaw(codecDict1, []byte(dictionary1)))
	if err != nil {
		return nil, fmt.Errorf("make decoder: %w", err)
	}
	return &codec{dict: dict, plain: plain, decoder: dec}, nil
}

func (c *codec) close() { c.decoder.Close() }

func (c *codec) pack(p []byte) (how int, packed []byte, err error) {
	if len(p) > maxPayload {
		return 0, nil, fmt.Errorf("a payload of %d bytes is %w (%d)", len(p), ErrTooLarge, maxPayload)
	}
	switch {
	case len(p) < minPacked:
		packed = nil
	case len(p) <= maxDictPayload:
		how, packed = codecDict1, c.dict.EncodeAll(p, make([]byte, 0, len(p)/2+64))
	default:
		how, packed = codecPlain, c.plain.EncodeAll(p, make([]byte, 0, len(p)/2))
	}
	if packed == nil || len(packed) >= len(p) {
		// Never nil: the column is NOT NULL.
		return codecRaw, append([]byte{}, p...), nil
	}
	return how, packed, nil
}

func (c *codec) unpack(how int, packed []byte, size int64) ([]byte, error) {
	switch how {
	case codecRaw:
		return packed, nil
	case codecPlain, codecDict1:
	default:
		return nil, fmt.Errorf("%w: unknown codec %d", ErrDamaged, how)
	}
	p, err := c.decoder.DecodeAll(packed, make([]byte, 0, min(max(size, 0), maxPayload)))
	if err != nil {
		return nil, fmt.Errorf("%w: unpack: %w", ErrDamaged, err)
	}
	return p, nil
}
