//go:build !unix

package extract

import "errors"

func becomeOCR() error { return errors.New("pictures are not recognised on this system") }
