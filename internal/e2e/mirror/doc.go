// Package mirror syncs a simulated tenant into a store and an index in this
// process, and tells every difference between the three, and every request that
// broke Graph's rules. The tests of the whole that need thousands of rounds, or
// hundreds of tenants, are built on it.
package mirror
