package main

import (
	"context"
	"errors"
	"log/slog"

	"mailquarry/extract"
)

// ocr finds what recognises text in pictures, nil where that is not wanted, or
// not there and not insisted on.
func (c *cli) ocr(ctx context.Context, log *slog.Logger) (*extract.OCR, error) {
	if c.OCR == "off" || c.OCR == "" {
		return nil, nil
	}
	o, err := extract.FindOCR(ctx, c.OCRLang)
	switch {
	case errors.Is(err, extract.ErrNoOCR) && c.OCR == "auto":
		log.Info("text in pictures is not recognised", "reason", err.Error())
		return nil, nil
	case errors.Is(err, extract.ErrNoOCR):
		return nil, usagef("--ocr on: %v; install it (package tesseract-ocr), or choose --ocr auto", err)
	case err != nil:
		return nil, usagef("--ocr-languages: %v", err)
	}
	log.Info("text in pictures and scanned pages is recognised in the background", "by", o.String())
	return o, nil
}
