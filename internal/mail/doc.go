// Package mail holds the nouns that every other package shares: mailbox,
// folder, message, part, address and their identifiers. It holds no behaviour
// beyond printing and parsing them, and imports nothing of ours.
package mail
