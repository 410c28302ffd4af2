package mirror

import (
	"slices"

	"mailquarry/internal/graphsim"
)

// Sizes of pages that the least is reckoned with.
const (
	// MessagesPerPage is how many messages with their bodies Graph gives in a
	// page that it does not time out over.
	MessagesPerPage = 50
	usersPerPage    = 200
	foldersPerPage  = 50
	batchSize       = 20
	// namedFolders are the well-known names by which folders are told apart:
	// v1.0 gives no property that does, so each name is asked for.
	namedFolders = 16
)

// Need is what a first sync of a tenant cannot do with less of.
type Need struct {
	Requests  int // as Graph's limits count them: each of a batch is one
	Exchanges int // over the wire: a batch is one
	Messages  int
	Kinds     map[graphsim.Kind]int // of Requests
}

// Least reckons what reading whole mailboxes costs at least. In words:
//
//	sign-in        2 (where the token is made, and the token)
//	users          one for each page
//	each mailbox   its settings, its names of folders, its pages of folders
//	each folder    one for each page of messages, at least one
//	each message   with attachments: their list, and each one's bytes
//
// What can go into a batch (names, lists, small attachments) is, on the wire, a
// twentieth.
func Least(tenant *graphsim.Tenant) Need {
	boxes := tenant.Mailboxes()
	k := map[graphsim.Kind]int{graphsim.Discovery: 1, graphsim.Tokens: 1, graphsim.Users: pages(len(boxes), usersPerPage)}
	n := Need{Kinds: k, Exchanges: 2 + k[graphsim.Users]}
	for _, box := range boxes {
		folders, batched := 0, namedFolders
		for _, f := range box.Folders() {
			if slices.Contains([]string{"Finder", "Deletions", "Outbox", "Sync Issues", "Conflicts", "Local Failures", "Server Failures"}, f.Name()) {
				continue // not synced
			}
			folders++
			if f.ID() == box.Folder("msgfolderroot").ID() {
				continue
			}
			ids := f.Messages()
			n.Messages += len(ids)
			k[graphsim.MessageDelta] += pages(len(ids), MessagesPerPage)
			n.Exchanges += pages(len(ids), MessagesPerPage)
			for _, id := range ids {
				if m, ok := box.Message(id); ok && len(m.Attachments) > 0 {
					k[graphsim.AttachmentList]++
					k[graphsim.AttachmentBytes] += len(m.Attachments)
					batched += 1 + len(m.Attachments)
				}
			}
		}
		k[graphsim.Settings]++
		k[graphsim.Folders] += namedFolders
		k[graphsim.FolderDelta] += pages(folders, foldersPerPage)
		n.Exchanges += 1 + pages(folders, foldersPerPage) + (batched+batchSize-1)/batchSize
	}
	for _, requests := range k {
		n.Requests += requests
	}
	return n
}

// pages is how many a list takes; an empty one takes one, too.
func pages(items, size int) int { return max(1, (items+size-1)/size) }
