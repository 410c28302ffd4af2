//go:build !unix

package extract

import (
	"errors"
	"io"
)

func becomeOCR(io.Writer) error { return errors.New("pictures are not recognised on this system") }
