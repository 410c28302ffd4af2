// Package wire reads what Microsoft Graph answers: pages, single items, batches
// and refusals. It sends nothing, and knows nothing of the SDK, so that it can be
// tried against any damage quickly.
//
// Answers are read item by item and field by field: one item that makes no
// sense never spoils those beside it.
package wire
