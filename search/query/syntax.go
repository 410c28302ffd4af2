package query

// SyntaxInfo shows a way of writing that works with any words.
type SyntaxInfo struct {
	Example string // a query that shows it
	Aliases []string
	Meaning string // for people
}

// Syntax lists how words are combined and marked. The help page and the docs read it,
// as they do Fields.
func Syntax() []SyntaxInfo {
	return []SyntaxInfo{
		{Example: `invoice march`, Aliases: []string{`invoice AND march`}, Meaning: "Both words, anywhere in a message."},
		{Example: `"net 30 days"`, Meaning: "The words next to each other, in this order and as they are."},
		{Example: `invoice OR receipt`, Aliases: []string{`{invoice receipt}`}, Meaning: "Either word. OR, AND and NOT count only in capitals."},
		{
			Example: `invoice -draft`, Aliases: []string{`invoice NOT draft`},
			Meaning: "The first word without the second. A query may consist of what is not wanted alone.",
		},
		{Example: `(invoice OR receipt) march`, Aliases: []string{`{invoice receipt} march`}, Meaning: "Parentheses group; between braces any of the words will do."},
		{
			Example: `subject:(renewal offer)`, Aliases: []string{`subject:renewal subject:offer`},
			Meaning: "A field before parentheses counts for all inside.",
		},
		{Example: `invoic*`, Meaning: "Words that begin so."},
		{Example: `w?rd *ness`, Meaning: "A question mark stands for one letter, an asterisk for any."},
		{
			Example: `price NEAR/5 cut`, Aliases: []string{`price NEAR(5) cut`, `price AROUND 5 cut`, `price AROUND(5) cut`},
			Meaning: "Words at most five words apart, in any order; 10 if there is no number.",
		},
		{Example: `merger ADJ/3 plan`, Meaning: "Words at most three words apart, in this order."},
		{
			Example: `+offered`,
			Meaning: "This very form of a word. Without the sign offer, offers and offered find each other, as it is in the message's language.",
		},
		{Example: `recepit~`, Aliases: []string{`recepit~1`}, Meaning: "Words that differ by a letter; recepit~2 by two."},
		{Example: `from:/bob.*/`, Aliases: []string{`sender:/bob.*/`}, Meaning: "Words that a regular expression matches, in the subject, the addresses and file names."},
	}
}
