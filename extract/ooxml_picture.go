package extract

import (
	"archive/zip"
	"bufio"
	"image"
	"io"
	"path"
)

// The bounds of the pictures in an OOXML document.
const (
	minPictureBytes = 512       // fewer are no picture with letters
	pictureHeader   = 256 << 10 // in which a picture's size is said
	maxPictureParts = 3 * maxPictures
)

// pictures has the text of the pictures that a part shows recognised, each once.
// Where that is not asked for it only notes that there are any, for which the
// header of the first that may have text is enough: nothing is unpacked. It is
// called after all text was read, for pictures take long and much room.
func (o *opc) pictures(part string) error {
	if o.pictured() {
		return nil
	}
	names, err := o.targets(part, "image")
	if err != nil {
		return err
	}
	for _, n := range names {
		if o.read[n] || o.parts[n] == nil || o.pictured() {
			continue
		}
		o.read[n] = true
		if err := o.picturePart(n); err != nil {
			return err
		}
	}
	return nil
}

// pictured tells whether no more pictures are to be looked at.
func (o *opc) pictured() bool {
	if !o.r.ocr {
		return o.r.used[noOCRName] || o.looked >= maxPictureParts
	}
	return o.r.pictures > maxPictures || o.looked > maxPictureParts
}

// picturePart has one picture looked at, unless it is too small for text, or of
// a kind that is not decoded.
func (o *opc) picturePart(name string) error {
	f := o.parts[name]
	if f.UncompressedSize64 < minPictureBytes {
		return nil
	}
	o.looked++
	switch {
	case !mayShowText(f):
		return nil
	case !o.r.ocr:
		o.r.used[noOCRName] = true
		return nil
	case o.looked > maxPictureParts, f.UncompressedSize64 > uint64(max(0, o.r.limits.Inflated-o.r.inflated)):
		o.looked = maxPictureParts + 1
		o.r.fault(outcome{TooLarge, "more pictures than are looked at"})
		return nil
	}
	b, err := o.bytes(name)
	if err != nil || len(b) == 0 {
		return err
	}
	base := path.Base(name)
	return o.r.child(Step{Kind: Member, Name: base}, document{name: base, raw: b, depth: o.d.depth})
}

// mayShowText tells by a picture's header alone whether it is one that is looked
// at for text.
func mayShowText(f *zip.File) (may bool) {
	src, err := f.Open()
	if err != nil {
		return false
	}
	defer src.Close()
	defer func() {
		if recover() != nil { // a decoder's mistake is no reason to lose the document
			may = false
		}
	}()
	head := bufio.NewReader(io.LimitReader(src, pictureHeader))
	if magic, _ := head.Peek(4); string(magic) == "II*\x00" || string(magic) == "MM\x00*" {
		return true // a TIFF says at its end how large it is
	}
	c, _, err := image.DecodeConfig(head)
	return err == nil && !tooSmall(c)
}
