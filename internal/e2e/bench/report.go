package main

import (
	"fmt"
	"slices"
	"time"
)

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// percentile of sorted durations.
func percentile(sorted []time.Duration, p int) time.Duration {
	return sorted[min(len(sorted)-1, len(sorted)*p/100)]
}

func report(s set, all []figures) {
	fmt.Println("Indexing. Ratios are to Mailquarry's import, which fills the store too; below 1 is slower or smaller.")
	fmt.Println()
	fmt.Println("| program | wall s | CPU s | messages/s | MB/s | speed ratio | peak MB | index MB | per byte of mail |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|")
	base := all[0].index.wall
	row := func(name string, u usage, disk int64) {
		fmt.Printf("| %s | %.1f | %.1f | %.0f | %.1f | %.2f | %.0f | %.1f | %.2f |\n", name, u.wall.Seconds(), u.cpu.Seconds(),
			float64(s.files)/u.wall.Seconds(), mb(s.bytes)/u.wall.Seconds(), base.Seconds()/u.wall.Seconds(), mb(u.rss),
			mb(disk), float64(disk)/float64(s.bytes))
	}
	row("Mailquarry import", all[0].index, all[0].disk)
	row("Mailquarry --reindex", all[0].reindex, all[0].disk)
	for _, f := range all[1:] {
		row(f.name, f.index, f.disk)
	}
	tellBeside(all)
	fmt.Printf("\nMailquarry keeps: %s.\n", all[0].diskPart)
	fmt.Println("\nSearch, 200 queries (100 words of all frequencies, 50 pairs, 50 phrases), second pass.")
	fmt.Println()
	fmt.Println("| program | median ms | p95 ms | p99 ms | median ratio | sum of totals | how |")
	fmt.Println("|---|---|---|---|---|---|---|")
	var first time.Duration
	for i, f := range all {
		slices.Sort(f.latency)
		median := percentile(f.latency, 50)
		if i == 0 {
			first = median
		}
		total := fmt.Sprint(f.found)
		if f.found < 0 {
			total = "not told"
		}
		fmt.Printf("| %s | %.2f | %.2f | %.2f | %.2f | %s | %s |\n", f.name, ms(median), ms(percentile(f.latency, 95)),
			ms(percentile(f.latency, 99)), float64(median)/float64(first), total, f.how)
	}
}
