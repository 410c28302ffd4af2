package extract

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"slices"
)

// maxTIFFPages bounds the pages that are counted.
const maxTIFFPages = 5000

// tiffPages tells where the directories of a TIFF's pages stand (TIFF 6.0, section
// 2); nil for what is none. Faxes and scanners write many into a file.
func tiffPages(raw []byte) (pages []uint32) {
	order := tiffOrder(raw)
	if order == nil {
		return nil
	}
	seen := map[uint32]bool{0: true}
	for at := order.Uint32(raw[4:]); !seen[at] && len(pages) < maxTIFFPages; {
		if int64(at)+2 > int64(len(raw)) {
			break
		}
		seen[at] = true
		pages = append(pages, at)
		next := int64(at) + 2 + 12*int64(order.Uint16(raw[at:]))
		if next+4 > int64(len(raw)) {
			break
		}
		at = order.Uint32(raw[next:])
	}
	return pages
}

func tiffOrder(raw []byte) binary.ByteOrder {
	switch {
	case len(raw) < 8:
	case string(raw[:4]) == "II*\x00":
		return binary.LittleEndian
	case string(raw[:4]) == "MM\x00*":
		return binary.BigEndian
	}
	return nil
}

// readTIFF has the text of a TIFF's pages recognised, one by one.
func readTIFF(r *reading, raw []byte, pages []uint32) error {
	looked, unread := 0, 0
	for i, at := range pages {
		if looked == maxScans {
			return &outcome{Partial, fmt.Sprintf("the first %d of %d pages were looked at", i, len(pages))}
		}
		img, err := tiffPage(raw, at)
		switch {
		case errors.Is(err, errTooSmall):
			continue
		case err != nil:
			unread++
			continue
		}
		looked++
		if err := r.at(Step{Kind: Page, Number: i + 1}, func() error { return r.picture(img) }); err != nil {
			return err
		}
	}
	switch {
	case unread > 0 && looked == 0:
		return failed("damaged, or compressed in a way that is not read")
	case unread > 0:
		return &outcome{Partial, fmt.Sprintf("%d of %d pages cannot be read as pictures", unread, len(pages))}
	}
	return nil
}

// tiffPage decodes the page whose directory stands at a place: the library decodes
// the one that the file's head refers to.
func tiffPage(raw []byte, at uint32) (image.Image, error) {
	head := slices.Clone(raw[:8])
	defer copy(raw, head)
	tiffOrder(raw).PutUint32(raw[4:], at)
	c, _, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	if tooSmall(c) {
		return nil, errTooSmall
	}
	if c.Width > maxPictureRow || c.Height > maxPictureRow || c.Width*c.Height > maxPixels {
		return nil, tooLarge("pixels")
	}
	img, _, err := image.Decode(bytes.NewReader(raw))
	return img, err
}
