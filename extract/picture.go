package extract

import (
	"bytes"
	"image"
	"image/color"
	_ "image/gif"  // read by image.Decode
	_ "image/jpeg" // the same
	_ "image/png"  // the same

	_ "golang.org/x/image/bmp" // the same
	"golang.org/x/image/draw"
	_ "golang.org/x/image/tiff" // the same
	_ "golang.org/x/image/webp" // the same
)

// The sizes of pictures, in pixels.
const (
	maxPicture    = 16 << 20 // of one that is handed on; larger ones are made smaller
	maxPixels     = 40 << 20 // of one that is decoded
	minPicture    = 10_000   // smaller ones are logos, rules and dots
	minSide       = 24
	smallPicture  = 1 << 20 // up to this a picture is made twice as large: letters are small on screens
	maxPictureRow = 1 << 15

	maxPictures = 100 // that one document has looked at, with all that lies in it
)

// pictureVersion changes whenever a picture's outcome may. Pictures were no
// reader's at first: what is stored of version 0 does not tell which await OCR.
const (
	imageName      = "image"
	pictureVersion = 3
)

// The names under which Result.Made tells whether pictures were looked at.
const (
	ocrName    = "ocr"
	noOCRName  = "no-ocr"
	ocrVersion = 1
	// tesseractName stands with Tesseract's own version: 50300 for 5.3.0.
	tesseractName = "tesseract"
)

var errTooSmall = &outcome{Empty, "too small a picture for text"}

// noTextLayer is the outcome of what shows text, if any, as a picture only.
func noTextLayer() error { return &outcome{NoText, "no text layer"} }

// readPicture has a picture's text recognised, where that is asked for.
func readPicture(r *reading, d document) error {
	pages := tiffPages(d.raw)
	c, _, err := image.DecodeConfig(bytes.NewReader(d.raw))
	switch {
	case len(pages) > 1: // of which the first may be a small picture of the second
	case err != nil:
		return noTextLayer() // of a kind that is not decoded, or damaged
	case tooSmall(c):
		return errTooSmall
	}
	if !r.ocr {
		r.used[noOCRName] = true
		return noTextLayer()
	}
	r.used[ocrName] = true
	if len(pages) > 1 {
		return readTIFF(r, d.raw, pages)
	}
	if c.Width > maxPictureRow || c.Height > maxPictureRow || c.Width*c.Height > maxPixels {
		return tooLarge("pixels")
	}
	img, _, err := image.Decode(bytes.NewReader(d.raw))
	if err != nil {
		return failed("damaged: it cannot be read as a picture")
	}
	return r.picture(img)
}

// tooSmall tells of a picture that it has no room for text.
func tooSmall(c image.Config) bool {
	return c.Width < minSide || c.Height < minSide || c.Width*c.Height < minPicture
}

// picture hands a picture on to be recognised.
func (r *reading) picture(img image.Image) error {
	gray := grayOf(img)
	b := gray.Bounds()
	if b.Dx() == 0 || b.Dy() == 0 || even(gray) {
		return nil
	}
	switch {
	case r.pictures > maxPictures:
		return nil
	case r.pictures == maxPictures:
		r.pictures++
		r.fault(outcome{TooLarge, "more pictures than are looked at"})
		return nil
	}
	// What is recognised is a paragraph of its own.
	if err := r.here(); err != nil {
		return err
	}
	r.pictures++
	return r.out.picture(b.Dx(), b.Dy(), gray.Pix[:b.Dx()*b.Dy()])
}

// grayOf gives a picture in grey on white, in a size in which letters are
// recognised.
func grayOf(img image.Image) *image.Gray {
	from := img.Bounds()
	w, h := from.Dx(), from.Dy()
	switch {
	case w*h <= smallPicture:
		w, h = 2*w, 2*h
	default:
		for w*h > maxPicture {
			w, h = w/2, h/2
		}
	}
	if y, ok := img.(*image.YCbCr); ok {
		img = &image.Gray{Pix: y.Y, Stride: y.YStride, Rect: y.Rect}
	}
	to := image.NewGray(image.Rect(0, 0, w, h))
	draw.Draw(to, to.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	if w == from.Dx() && h == from.Dy() {
		draw.Draw(to, to.Bounds(), img, from.Min, draw.Over)
	} else {
		draw.ApproxBiLinear.Scale(to, to.Bounds(), img, from, draw.Over, nil)
	}
	return to
}

// even tells of a picture of one shade: there is nothing on it.
func even(g *image.Gray) bool {
	for _, p := range g.Pix {
		if p != g.Pix[0] {
			return false
		}
	}
	return true
}
