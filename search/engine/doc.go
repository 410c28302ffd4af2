// Package engine is the contract between mail and a search index: what a
// document is, how batches are applied with the checkpoint they reach, and what
// a search asks and answers. search/engine/bleve implements it;
// search/engine/enginetest is the suite that every implementation passes. The
// program holds an Index, and chooses an implementation in one place.
//
// # Ranking
//
// What a ranking leans to beside the words is policy, which package search hands over
// in Request.Lean. What the words themselves are worth is the engine's, which alone knows
// how often and where they stand. enginetest asks of it, by relevance:
//
//   - More of a word is worth more, a rare word more than a frequent one, a short text
//     more than a long one, and a word in the subject more than one in the text.
//   - Words that stand near each other as in the query are worth more (Explanation.Near),
//     and so are, for a query of many words, those that the best hits have in common
//     (Explanation.Said), read by Request.Texts.
//   - What an author wrote himself is worth more than what he quotes, a word as it was
//     asked for more than other forms of it.
//   - A score is what Explanation makes of these and of Lean, and nothing else.
//   - The same words have the same worth however documents came into the index and lie in
//     its files, and documents that are deleted count for nothing.
//   - What is equal in score comes the newest first.
//
// How much each of these is worth is measured (docs/benchmarks.md), not promised: the
// constants of BM25, the weights of nearness and of what the best hits have in common stand
// with the code of an engine, since they fit its way of counting only.
package engine
