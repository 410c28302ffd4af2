// Package search is the one door through which people reach mail: it searches,
// opens messages and hands out attachments, and tells how far the sync is. Each
// call names the Principal who asks, and nothing outside of their scope comes
// back: what they may not see is answered exactly as what is not there.
//
// The engine knows which messages match; everything that is shown of them
// (subject, people, snippets) is read from the archive at the time of asking,
// so an index that lags behind never shows what has been deleted.
package search
