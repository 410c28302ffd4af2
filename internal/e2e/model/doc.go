// Package model does to mailboxes, at random and by a seed, what people,
// administrators, Graph and machines do, and compares store and index with the
// tenant after each round.
//
// MAILQUARRY_STEPS asks for as many steps as one likes, in worlds of
// MAILQUARRY_WORLD steps. MAILQUARRY_SEED runs one world, and looks for a
// smaller one that fails when it does.
package model
