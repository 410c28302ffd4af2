// Package model does to mailboxes, at random and by a seed, what people,
// administrators, Graph and machines do, and compares store and index with the
// tenant after each round.
//
// MAILQUARRY_SEED runs one seed, MAILQUARRY_STEPS as many steps as asked, over
// as many worlds as they take.
package model
