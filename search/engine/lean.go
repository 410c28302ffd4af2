package engine

import "mailquarry/search/query"

// Lean is what a ranking by relevance leans to beside the words: the score that a
// message has by its words is multiplied by one and the weights of all that holds of it.
// Its zero value leans to nothing. Package search says how much.
type Lean struct {
	// Recent is the weight of the latest message found. That of others falls with the
	// logarithm of the days that they are older, to nothing after ten years.
	Recent float64
	// Relations of the message to who asks, of which the first that holds counts.
	Relations []Relation
	// Known is the weight of a message whose sender is one of Senders, lower-case
	// addresses.
	Known   float64
	Senders []string
}

// Relation is something that a query tells of a message.
type Relation struct {
	Name       string     // as explanations call it
	Query      query.Node // resolved, as in Request
	Recipients int        // to how many it was sent at most; 0: to any number
	Weight     float64
}
