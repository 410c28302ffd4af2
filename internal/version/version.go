// Package version tells which Mailquarry this is.
package version

import "runtime/debug"

// Number is the release. It grows with CHANGELOG.md.
const Number = "0.1.0"

// String is the release with the commit it was built from, where that is known.
func String() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return Number
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return Number + " (" + s.Value[:12] + ")"
		}
	}
	return Number
}
