//go:build !(linux || darwin || freebsd || netbsd || openbsd)

package segment

// Rest does nothing where a file's pages cannot be given back.
func (*filed) Rest() error { return nil }
