//go:build !linux && !darwin

package extract

import "context"

// withOwnMemory leaves the machine's memory to the runtime here.
func withOwnMemory(ctx context.Context) context.Context { return ctx }
