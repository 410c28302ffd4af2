package engine

// Explanation is what a hit's score is made of, with Request.Explain and by relevance:
// the sum of the scores of Terms, Near and Said, multiplied by one and the sum of Recent,
// Related and Known.
type Explanation struct {
	Terms    []TermScore
	Near     float64 // for words that stand near each other as in the query
	Said     float64 // for words that the best hits have in common
	Recent   float64 // for how late it came, of the hits
	Relation string  // Relation.Name of the one that counts; "" for none
	Related  float64 // its weight
	Known    float64 // for its sender
}

// TermScore is what a hit gets for one thing that the query asks for. But for words that
// stand for many, of which only Weight counts, its Score is
//
//	Weight * Rarity * Frequency * (Saturation + 1) / (Frequency + Length)
type TermScore struct {
	Text       string
	Field      string
	Weight     float64
	Rarity     float64 // by how many messages have it: the idf of BM25
	Frequency  float64 // how often the message has it: more in its subject, less in what it quotes
	Length     float64 // more for a long text
	Saturation float64 // the k of BM25
	Score      float64
}

// Score is the score that it explains.
func (e Explanation) Score() float64 {
	words := 0.0
	for _, t := range e.Terms {
		words += t.Score
	}
	return (words + e.Near + e.Said) * (1 + e.Recent + e.Related + e.Known)
}
