package web

import "mailquarry/search/engine"

// whyJSON is what a hit's score is made of.
type whyJSON struct {
	Terms    []termScoreJSON `json:"terms"`
	Near     float64         `json:"near"`
	Said     float64         `json:"said"`
	Recent   float64         `json:"recent"`
	Relation string          `json:"relation"`
	Related  float64         `json:"related"`
	Known    float64         `json:"known"`
}

type termScoreJSON struct {
	Text       string  `json:"text"`
	Field      string  `json:"field"`
	Weight     float64 `json:"weight"`
	Rarity     float64 `json:"rarity"`
	Frequency  float64 `json:"frequency"`
	Length     float64 `json:"length"`
	Saturation float64 `json:"saturation"`
	Score      float64 `json:"score"`
}

// whyOf is nil where nobody asked for it, or nothing was scored.
func whyOf(e *engine.Explanation) *whyJSON {
	if e == nil {
		return nil
	}
	out := &whyJSON{
		Terms: make([]termScoreJSON, 0, len(e.Terms)), Near: e.Near, Said: e.Said,
		Recent: e.Recent, Relation: e.Relation, Related: e.Related, Known: e.Known,
	}
	for _, t := range e.Terms {
		out.Terms = append(out.Terms, termScoreJSON(t))
	}
	return out
}
