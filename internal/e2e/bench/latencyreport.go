package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mailquarry/search/engine"
)

// tellLatency prints the times, the ratios and what was found.
func tellLatency(order engine.Sort, questions []question, lines []line) {
	names := classes()
	head := func(last string) {
		fmt.Printf("\n| %s | %s | %s |\n|%s\n", order, strings.Join(names, " | "), last, strings.Repeat("---|", len(names)+2))
	}
	fmt.Print("\nMilliseconds, median/p95; - for what a program has no query for.\n")
	head("all")
	for _, l := range lines {
		fmt.Printf("| %s |", l.name)
		for _, class := range append(names, "") {
			fmt.Printf(" %s |", middleAndTail(l.times(questions, class, l)))
		}
		fmt.Println()
	}
	fmt.Print("\nWhat the other took, Mailquarry's engine = 1 (over 1: Mailquarry is faster), over the questions that both can answer.\n")
	fmt.Printf("\n| %s | median | p95 | phrase p95 | beside exact words: median | p95 | phrase p95 |\n|---|---|---|---|---|---|---|\n", order)
	for _, l := range lines {
		if l.own {
			continue
		}
		fmt.Printf("| %s |", l.name)
		for _, exact := range []bool{false, true} {
			at := slices.IndexFunc(lines, func(o line) bool { return o.own && o.exact == exact && strings.Contains(o.name, "engine") })
			tellRatios(questions, lines[at], l)
		}
		fmt.Println()
	}
	fmt.Print("\nMessages found, sums of the totals.\n")
	head("all that each can answer")
	for _, l := range lines {
		if l.own && !strings.Contains(l.name, "engine") {
			continue
		}
		fmt.Printf("| %s |", l.name)
		for _, class := range append(names, "") {
			fmt.Printf(" %s |", l.found(questions, class))
		}
		fmt.Println()
	}
}

func tellRatios(questions []question, own, peer line) {
	ratio := func(class string, p int) string {
		a, b := own.times(questions, class, peer), peer.times(questions, class, peer)
		if len(a) == 0 || percentile(a, p) == 0 {
			return "-"
		}
		return fmt.Sprintf("%.2f", float64(percentile(b, p))/float64(percentile(a, p)))
	}
	fmt.Printf(" %s | %s | %s |", ratio("", 50), ratio("", 95), ratio(phrase, 95))
}

// times are the sorted ones of a class, "" for all, of the questions that another
// program can answer too.
func (l line) times(questions []question, class string, other line) []time.Duration {
	var all []time.Duration
	for i, q := range questions {
		if (class == "" || q.class == class) && l.replies[i].known && other.replies[i].known {
			all = append(all, l.replies[i].took)
		}
	}
	slices.Sort(all)
	return all
}

func (l line) found(questions []question, class string) string {
	sum, known := 0, false
	for i, q := range questions {
		if (class == "" || q.class == class) && l.replies[i].known {
			sum, known = sum+l.replies[i].total, true
		}
	}
	if !known {
		return "-"
	}
	return fmt.Sprint(sum)
}

func middleAndTail(sorted []time.Duration) string {
	if len(sorted) == 0 {
		return "-"
	}
	return fmt.Sprintf("%s/%s", brief(percentile(sorted, 50)), brief(percentile(sorted, 95)))
}

// brief is a time in milliseconds with two or three figures that count.
func brief(d time.Duration) string {
	v := float64(d) / float64(time.Millisecond)
	switch {
	case v < 0.1:
		return fmt.Sprintf("%.3f", v)
	case v < 10:
		return fmt.Sprintf("%.2f", v)
	default:
		return fmt.Sprintf("%.1f", v)
	}
}
