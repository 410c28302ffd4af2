package indexer

// KeepSuspects bounds the differences that a comparison keeps in memory.
func (c *Reconciler) KeepSuspects(n int) { c.maxSuspects = n }
