package graphsim

import (
	"slices"
	"strings"
)

// Kind is what a request asks for.
type Kind string

// The kinds of requests.
const (
	Tokens          Kind = "token"            // POST to the token endpoint
	Discovery       Kind = "discovery"        // what a sign-in library asks before that
	Users           Kind = "users"            // the directory: a list, its delta, one user
	Groups          Kind = "groups"           // groups and their members
	Settings        Kind = "settings"         // mailboxSettings
	Folders         Kind = "folders"          // a list of folders, one folder
	FolderDelta     Kind = "folder-delta"     // mailFolders/delta
	MessageDelta    Kind = "message-delta"    // .../messages/delta
	MessageList     Kind = "message-list"     // a plain list of messages
	MessageGet      Kind = "message"          // one message, as JSON or MIME
	AttachmentList  Kind = "attachment-list"  // .../attachments
	AttachmentBytes Kind = "attachment-bytes" // one attachment, as JSON or bytes
	Batch           Kind = "batch"            // POST $batch
	Subscriptions   Kind = "subscriptions"    // change notifications
	Other           Kind = "other"
)

// Kinds lists all kinds.
func Kinds() []Kind {
	return []Kind{
		Tokens, Discovery, Users, Groups, Settings, Folders, FolderDelta, MessageDelta, MessageList,
		MessageGet, AttachmentList, AttachmentBytes, Batch, Subscriptions, Other,
	}
}

// OfKind matches requests of any of these kinds, for Fault.Match.
func OfKind(kinds ...Kind) func(method, path string) bool {
	return func(method, path string) bool { return slices.Contains(kinds, KindOf(method, path)) }
}

// KindOf tells what a request asks for. Path is as sent, with or without its
// query; that of a request inside a batch may lack the version.
func KindOf(_, path string) Kind {
	path, _, _ = strings.Cut(path, "?")
	segments, err := splitPath(path)
	if err != nil {
		return Other
	}
	switch {
	case len(segments) == 4 && segments[1] == "oauth2" && segments[3] == "token":
		return Tokens
	case len(segments) > 1 && (segments[1] == "discovery" || segments[len(segments)-1] == "openid-configuration"):
		return Discovery
	}
	if fixed(segments[0]) == "v1.0" {
		segments = segments[1:]
	}
	if len(segments) == 0 {
		return Other
	}
	switch fixed(segments[0]) {
	case "$batch":
		return Batch
	case "subscriptions":
		return Subscriptions
	case "groups":
		return Groups
	case "users":
		return kindBelowUsers(segments[1:])
	}
	return Other
}

func kindBelowUsers(path []string) Kind {
	if len(path) < 2 {
		return Users
	}
	switch fixed(path[1]) {
	case "mailboxsettings":
		return Settings
	case "messages":
		return kindOfMessages(path[2:])
	case "mailfolders":
		return kindOfFolders(path[2:])
	}
	return Other
}

func kindOfFolders(path []string) Kind {
	switch {
	case len(path) < 2 && (len(path) == 0 || fixed(path[0]) != "delta"):
		return Folders
	case len(path) == 1:
		return FolderDelta
	case fixed(path[1]) == "messages":
		return kindOfMessages(path[2:])
	case fixed(path[1]) == "childfolders":
		return kindOfFolders(path[2:])
	}
	return Other
}

func kindOfMessages(path []string) Kind {
	switch {
	case len(path) == 0:
		return MessageList
	case fixed(path[0]) == "delta":
		return MessageDelta
	case len(path) == 1 || path[1] == "$value":
		return MessageGet
	case fixed(path[1]) != "attachments":
		return Other
	case len(path) == 2:
		return AttachmentList
	}
	return AttachmentBytes
}
