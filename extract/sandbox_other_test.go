//go:build !linux

package extract_test

func escapeFurther() []string { return nil }

func hasLandlock() bool { return false }
