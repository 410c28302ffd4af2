package query

import (
	"slices"
	"strings"
)

// Kind tells what kind of value a field takes.
type Kind string

// The kinds of value. In brackets behind a field of text all words have to be there,
// behind the others any of the values.
const (
	TextValue Kind = "text" // words, phrases, prefixes, groups of them
	NameValue Kind = "name" // the name of a folder, a mailbox, a saved search, a conversation
	DateValue Kind = "date" // a moment, a day, a month, a year, a range of them, an age
	SizeValue Kind = "size" // bytes, with k, M or G
	FlagValue Kind = "flag" // one of a few fixed words
	MarkValue Kind = "mark" // a whole value; * and ? stand for letters where there are many
)

// FieldInfo describes a field of the language: name:value.
type FieldInfo struct {
	Name    string
	Aliases []string // other names of the same field
	Meaning string   // one sentence for people
	Example string   // a query that shows it
	Kind    Kind
	Values  []string // those that a flag can have
	// mark is the engine's name of the mark, by which messages are looked up, and
	// pattern whether * and ? have a meaning in it.
	mark    string
	pattern bool
	// yes is the flag that yes stands for, of fields that take yes and no.
	yes string
}

// Fields lists the fields of the language. It is the one table that the parser,
// completion, the help page and the docs read.
func Fields() []FieldInfo { return append([]FieldInfo(nil), fields...) }

var fields = []FieldInfo{
	{
		Name: "from", Aliases: []string{"sender"}, Kind: TextValue, Example: "from:contoso.com",
		Meaning: "The sender: a name, an address, or a part of one such as the domain, with its sub-domains. from:me finds what you have sent.",
	},
	{
		Name: "to", Kind: TextValue, Example: "to:eva",
		Meaning: "Those the message is addressed to; to:me finds what came to you.",
	},
	{Name: "cc", Kind: TextValue, Example: "cc:eva", Meaning: "Those who got a copy."},
	{Name: "bcc", Kind: TextValue, Example: "bcc:eva", Meaning: "Those who got a blind copy, which only the sender's own message tells."},
	{
		Name: "recipients", Aliases: []string{"recip"}, Kind: TextValue, Example: "recipients:eva",
		Meaning: "Anyone the message went to: to, cc or bcc.",
	},
	{
		Name: "participants", Aliases: []string{"contact", "with"}, Kind: TextValue, Example: "participants:eva",
		Meaning: "Anyone on the message: its sender and all it went to.",
	},
	{Name: "subject", Aliases: []string{"title"}, Kind: TextValue, Example: "subject:(renewal offer)", Meaning: "Words of the subject."},
	{Name: "body", Kind: TextValue, Example: "body:renewal", Meaning: "Words of the message itself, quoted ones too."},
	{Name: "quoted", Kind: TextValue, Example: `quoted:"as agreed"`, Meaning: "Words that the message quotes of another."},
	{
		Name: "filename", Aliases: []string{"attachmentnames"}, Kind: TextValue, Example: "filename:bid*",
		Meaning: "Words of an attachment's name, or a file type: filename:pdf.",
	},
	{Name: "attachment", Aliases: []string{"content", "attachments"}, Kind: TextValue, Example: "attachment:iban", Meaning: "Words of an attachment's text."},
	{
		Name: "ext", Aliases: []string{"filetype"}, Kind: MarkValue, mark: "ext", Example: "ext:(pdf docx)",
		Meaning: "The file type of an attachment.",
	},
	{
		Name: "mime", Aliases: []string{"mimetype"}, Kind: MarkValue, mark: "mime", pattern: true, Example: "mime:image/*",
		Meaning: "The content type of an attachment.",
	},
	{
		Name: "has", Kind: FlagValue, Example: "has:attachment", Values: []string{"attachment", "image", "link", "invite", "unindexed"},
		Meaning: "What a message has: an attachment (pictures within the text do not count), an image, a link, an invite to a meeting, " +
			"or, with has:unindexed, an attachment whose text is not, or not wholly, searched.",
	},
	{
		Name: "hasattachment", Kind: FlagValue, Example: "hasattachment:yes", Values: []string{"yes", "no"}, yes: "has:attachment",
		Meaning: "Whether there is an attachment: yes or no.",
	},
	{
		Name: "state", Kind: FlagValue, Example: "state:encrypted", Values: textStates(),
		Meaning: "What became of an attachment's text: " + strings.Join(textStates(), ", ") + "; state:encrypted/pdf asks for one type.",
	},
	{
		Name: "in", Aliases: []string{"folder", "label"}, Kind: NameValue, Example: `in:"Inbox/Legal/**"`,
		Meaning: "The folder, by its path, its name, or a well-known name such as inbox in any language; /** means those below it, too.",
	},
	{
		Name: "mailbox", Aliases: []string{"user", "owner"}, Kind: NameValue, Example: "mailbox:eva@contoso.com",
		Meaning: "Whose mailbox, by address or name.",
	},
	{
		Name: "after", Aliases: []string{"since"}, Kind: DateValue, Example: "after:2025-01",
		Meaning: "Received on that day (or in that month or year) or later.",
	},
	{
		Name: "before", Aliases: []string{"until"}, Kind: DateValue, Example: "before:2025-01-31",
		Meaning: "Received before that day (or month or year) began.",
	},
	{Name: "on", Kind: DateValue, Example: "on:2025-01-31", Meaning: "Received on that day, or in that month or year."},
	{
		Name: "date", Aliases: []string{"received"}, Kind: DateValue, Example: "date:2024..today",
		Meaning: `Received within a range, either side of which may be open: date:..2024, date:"last week", date:7d..; received>=2024-01-01 too.`,
	},
	{Name: "sent", Kind: DateValue, Example: "sent:2024-01..2024-03", Meaning: "Sent within a range, like date."},
	{Name: "newer_than", Kind: DateValue, Example: "newer_than:2d", Meaning: "Received within so many hours, days, weeks, months or years: 12h, 2d, 3w, 6m, 1y."},
	{Name: "older_than", Kind: DateValue, Example: "older_than:1y", Meaning: "Received longer ago than that."},
	{Name: "larger", Kind: SizeValue, Example: "larger:10M", Meaning: "Of at least that size with its attachments, in bytes, k, M or G."},
	{Name: "smaller", Kind: SizeValue, Example: "smaller:100k", Meaning: "Smaller than that."},
	{Name: "size", Kind: SizeValue, Example: "size:1M..5M", Meaning: "Of a size within a range; size>1M too."},
	{
		Name: "is", Kind: FlagValue, Example: "is:unread", Values: []string{"read", "unread", "flagged", "starred", "draft", "sent", "important", "gone"},
		Meaning: "What state a message is in: read, unread, flagged (starred means the same), draft, sent (by whose mailbox it is in), important. " +
			"is:gone finds messages that were deleted at their source and are still kept here.",
	},
	{Name: "isread", Aliases: []string{"read"}, Kind: FlagValue, Example: "isread:no", Values: []string{"yes", "no"}, yes: "is:read", Meaning: "Whether it was read: yes or no."},
	{Name: "isflagged", Aliases: []string{"flagged"}, Kind: FlagValue, Example: "isflagged:yes", Values: []string{"yes", "no"}, yes: "is:flagged", Meaning: "Whether it is flagged: yes or no."},
	{
		Name: "importance", Aliases: []string{"prio"}, Kind: MarkValue, mark: "importance", Example: "importance:high", Values: []string{"high", "normal", "low"},
		Meaning: "How important its sender has called it: high, normal or low.",
	},
	{Name: "category", Kind: MarkValue, mark: "category", pattern: true, Example: `category:"Red category"`, Meaning: "A category that it was given in Outlook."},
	{Name: "id", Aliases: []string{"rfc822msgid", "msgid", "mid"}, Kind: NameValue, Example: "id:abc@example.org", Meaning: "The Message-ID, with or without angle brackets."},
	{
		Name: "thread", Aliases: []string{"conversation"}, Kind: NameValue, Example: "thread:{from:eva}",
		Meaning: "A conversation by its id; in braces those in which some message matches a query.",
	},
	{Name: "list", Kind: MarkValue, mark: "list", pattern: true, Example: "list:dev.example.org", Meaning: "The mailing list that it came over, by its List-Id."},
	{Name: "deliveredto", Kind: MarkValue, mark: "deliveredto", pattern: true, Example: "deliveredto:sales@example.org", Meaning: "The address that it was delivered to."},
	{
		Name: "kind", Kind: MarkValue, mark: "kind", Example: "kind:meetings", Values: []string{"mail", "meeting", "task", "receipt", "report"},
		Meaning: "What it is: a mail, a meeting, a task, a receipt or a report of its delivery.",
	},
	{
		Name: "lang", Aliases: []string{"language"}, Kind: FlagValue, Example: "lang:de",
		Meaning: "The language that it is written in, by its code of two letters (de, en, fr) or its name.",
	},
	{
		Name: "direction", Kind: FlagValue, Example: "direction:inbound", Values: []string{"inbound", "outbound", "internal"},
		Meaning: "Whether it came from outside the organisation (inbound), went outside (outbound), or stayed within (internal).",
	},
	{
		Name: "header", Kind: MarkValue, mark: "header", pattern: true, Example: "header:x-mailer=Outlook",
		Meaning: "A field of its header, and what stands somewhere in it.",
	},
	{Name: "query", Aliases: []string{"saved"}, Kind: NameValue, Example: "query:gdpr", Meaning: "A saved search by its name."},
	{
		Name: "sort", Kind: FlagValue, Example: "invoice sort:newest", Values: []string{"relevance", "newest", "oldest", "size", "sender"},
		Meaning: "The order of what is found: relevance, newest, oldest, size (the largest first) or sender.",
	},
}

// textStates are what can become of an attachment's text.
func textStates() []string { return append([]string{"ok", "empty", "reference"}, unindexed()...) }

// unindexed are those of which not all text is searched.
func unindexed() []string {
	return []string{"partial", "no_text", "unsupported", "encrypted", "too_large", "timeout", "failed", "pending", "unavailable"}
}

// lookup finds a field by its name or an alias, in any case of letters.
func lookup(name string) (FieldInfo, bool) {
	name = strings.ToLower(name)
	for _, f := range fields {
		if f.Name == name || slices.Contains(f.Aliases, name) {
			return f, true
		}
	}
	return FieldInfo{}, false
}
