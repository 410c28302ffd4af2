package query

import "strings"

// Kind tells what kind of value a field takes.
type Kind string

// The kinds of value.
const (
	TextValue Kind = "text" // words, phrases, prefixes, groups of them
	NameValue Kind = "name" // the name of a folder or mailbox
	DateValue Kind = "date" // a day, a month or a year
	FlagValue Kind = "flag" // one of a few fixed words
)

// FieldInfo describes a field of the language: name:value.
type FieldInfo struct {
	Name    string
	Aliases []string // other names of the same field
	Meaning string   // one sentence for people
	Example string   // a query that shows it
	Kind    Kind
}

// Fields lists the fields of the language. It is the one table that the parser,
// the help page and the docs read.
func Fields() []FieldInfo { return append([]FieldInfo(nil), fields...) }

var fields = []FieldInfo{
	{
		Name: "from", Aliases: []string{"sender"}, Kind: TextValue, Example: "from:contoso.com",
		Meaning: "The sender: a name, an address, or a part of one such as the domain.",
	},
	{
		Name: "to", Kind: TextValue, Example: "to:eva",
		Meaning: "Those the message is addressed to.",
	},
	{
		Name: "cc", Kind: TextValue, Example: "cc:eva",
		Meaning: "Those who got a copy.",
	},
	{
		Name: "bcc", Kind: TextValue, Example: "bcc:eva",
		Meaning: "Those who got a blind copy, which only the sender's own message tells.",
	},
	{
		Name: "recipients", Aliases: []string{"recip"}, Kind: TextValue, Example: "recipients:eva",
		Meaning: "Anyone the message went to: to, cc or bcc.",
	},
	{
		Name: "participants", Aliases: []string{"contact", "with"}, Kind: TextValue, Example: "participants:eva",
		Meaning: "Anyone on the message: its sender and all it went to.",
	},
	{
		Name: "subject", Aliases: []string{"title"}, Kind: TextValue, Example: "subject:(renewal offer)",
		Meaning: "Words of the subject.",
	},
	{
		Name: "body", Kind: TextValue, Example: "body:renewal",
		Meaning: "Words of the message itself, quoted ones too.",
	},
	{
		Name: "quoted", Kind: TextValue, Example: `quoted:"as agreed"`,
		Meaning: "Words that the message quotes of another.",
	},
	{
		Name: "attachment", Aliases: []string{"content", "attachments"}, Kind: TextValue, Example: "attachment:iban",
		Meaning: "Words of an attachment.",
	},
	{
		Name: "filename", Aliases: []string{"attachmentnames"}, Kind: TextValue, Example: "filename:invoic*",
		Meaning: "Words of an attachment's name.",
	},
	{
		Name: "in", Aliases: []string{"folder", "label"}, Kind: NameValue, Example: `in:"Inbox/Legal"`,
		Meaning: "The folder, by its path, its name, or a well-known name such as inbox.",
	},
	{
		Name: "mailbox", Aliases: []string{"user", "owner"}, Kind: NameValue, Example: "mailbox:eva@contoso.com",
		Meaning: "Whose mailbox, by address or name.",
	},
	{
		Name: "has", Kind: FlagValue, Example: "has:attachment",
		Meaning: "has:attachment finds messages with an attachment; pictures within the text do not count. " +
			"has:unindexed finds those with an attachment whose text is not, or not wholly, searched.",
	},
	{
		Name: "state", Kind: FlagValue, Example: "state:encrypted",
		Meaning: "What became of an attachment's text: " + strings.Join(textStates(), ", ") + "; state:encrypted/pdf asks for one type.",
	},
	{
		Name: "lang", Aliases: []string{"language"}, Kind: FlagValue, Example: "lang:de",
		Meaning: "The language that a message is written in, by its code of two letters: de, en, fr and so on.",
	},
	{
		Name: "hasattachment", Kind: FlagValue, Example: "hasattachment:yes",
		Meaning: "Whether there is an attachment: yes or no.",
	},
	{
		Name: "is", Kind: FlagValue, Example: "is:gone",
		Meaning: "is:gone finds messages that were deleted at their source and are still kept here; -is:gone leaves them out.",
	},
	{
		Name: "after", Aliases: []string{"since"}, Kind: DateValue, Example: "after:2025-01",
		Meaning: "Received on that day (or in that month or year) or later.",
	},
	{
		Name: "before", Aliases: []string{"until"}, Kind: DateValue, Example: "before:2025-01-31",
		Meaning: "Received before that day (or month or year) began.",
	},
}

// textStates are what can become of an attachment's text.
func textStates() []string { return append([]string{"ok", "empty", "reference"}, unindexed()...) }

// unindexed are those of which not all text is searched.
func unindexed() []string {
	return []string{"partial", "unsupported", "encrypted", "too_large", "timeout", "failed", "pending", "unavailable"}
}

// lookup finds a field by its name or an alias, in any case of letters.
func lookup(name string) (FieldInfo, bool) {
	name = strings.ToLower(name)
	for _, f := range fields {
		if f.Name == name {
			return f, true
		}
		for _, a := range f.Aliases {
			if a == name {
				return f, true
			}
		}
	}
	return FieldInfo{}, false
}
