//go:build unix

package extract

import (
	"fmt"
	"os"
	"syscall"
)

// becomeOCR confines this process and makes it Tesseract.
func becomeOCR() error {
	program := os.Getenv(ocrProgramVariable)
	if err := confineOCR(program); err != nil {
		return err
	}
	argv := []string{program, "stdin", "stdout", "-l", os.Getenv(ocrLanguagesVariable), "--psm", "3"}
	if err := syscall.Exec(program, argv, os.Environ()); err != nil {
		return fmt.Errorf("start %s: %w", program, err)
	}
	return nil
}
