package main

import (
	"fmt"
	"io"
	"strconv"
)

// hitScore is what the API tells of a score.
type hitScore struct {
	Terms []struct {
		Text       string  `json:"text"`
		Field      string  `json:"field"`
		Weight     float64 `json:"weight"`
		Rarity     float64 `json:"rarity"`
		Frequency  float64 `json:"frequency"`
		Length     float64 `json:"length"`
		Saturation float64 `json:"saturation"`
		Score      float64 `json:"score"`
	} `json:"terms"`
	Near     float64 `json:"near"`
	Said     float64 `json:"said"`
	Recent   float64 `json:"recent"`
	Relation string  `json:"relation"`
	Related  float64 `json:"related"`
	Known    float64 `json:"known"`
}

// scores tells of each message what its score is made of.
func (a *searchAnswer) scores(w io.Writer) error {
	number := func(n float64) string { return strconv.FormatFloat(n, 'f', 3, 64) }
	for _, h := range a.Hits {
		if h.Why == nil {
			continue
		}
		fmt.Fprintf(w, "\n%s has the score %s:\n", h.ID, number(h.Score))
		var lines [][]string
		for _, t := range h.Why.Terms {
			lines = append(lines, []string{
				t.Text, t.Field, number(t.Weight), number(t.Rarity), number(t.Frequency), number(t.Length), number(t.Saturation), number(t.Score),
			})
		}
		if err := table(w, []string{"WORDS", "IN", "WEIGHT", "RARITY", "FREQUENCY", "LENGTH", "K", "SCORE"}, lines); err != nil {
			return err
		}
		for _, part := range []struct {
			what string
			n    float64
		}{{"for words near each other", h.Why.Near}, {"for what the best messages say", h.Why.Said}} {
			if part.n != 0 {
				fmt.Fprintf(w, "+ %s %s\n", number(part.n), part.what)
			}
		}
		times := fmt.Sprintf("x (1 + %s for how recent it is", number(h.Why.Recent))
		if h.Why.Relation != "" {
			times += fmt.Sprintf(" + %s since it is %s", number(h.Why.Related), h.Why.Relation)
		}
		if h.Why.Known != 0 {
			times += fmt.Sprintf(" + %s for its sender", number(h.Why.Known))
		}
		fmt.Fprintln(w, times+")")
	}
	return nil
}
