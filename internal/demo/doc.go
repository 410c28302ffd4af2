// Package demo fills a simulated tenant with the mail of a made-up company of
// stonemasons: twelve people and a shared mailbox, about three years of threads
// in ten languages, with attachments of the usual kinds. It serves the demo
// command and tests that want plausible content.
//
// Everything follows from the seed and the given time: two fills are equal.
// The words come from the language files in lang, one per language, whose
// sentences are put together by a small grammar; no person, company or address
// is real. The package only writes to graphsim and knows nothing of how mail is
// synced, stored or searched.
//
// A language file holds "key: a|b|c" values and then topics:
//
//	== invoice        starts a topic
//	? Invoice {no}    a subject
//	- Please pay.     a sentence
//	> Paid.           a sentence for replies
//
// In these, [a|b] is a choice and {name} a slot, filled by the scene at hand or
// by a random value of the language's list of that name.
package demo
