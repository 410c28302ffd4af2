//go:build unix

package extract

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"syscall"
)

// becomeOCR confines this process and makes it Tesseract. Asked for no languages,
// it tells instead what keeps it in its bounds.
func becomeOCR(stdout io.Writer) error {
	program := os.Getenv(ocrProgramVariable)
	says, err := confineOCR(program)
	if err != nil {
		return err
	}
	if os.Getenv(ocrLanguagesVariable) == "" {
		return json.NewEncoder(stdout).Encode(says)
	}
	argv := []string{program, "stdin", "stdout", "-l", os.Getenv(ocrLanguagesVariable), "--psm", os.Getenv(ocrLayoutVariable)}
	if err := syscall.Exec(program, argv, os.Environ()); err != nil {
		return fmt.Errorf("start %s: %w", program, err)
	}
	return nil
}
