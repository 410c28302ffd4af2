//go:build unix && !linux

package extract

// confineOCR does nothing here: the parent's limit of time is all there is.
func confineOCR(string) (hello, error) {
	return hello{Lacking: []string{"files of programs only", "no network, no other process", "limits of memory and of processor time"}}, nil
}
