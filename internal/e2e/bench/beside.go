package main

import "fmt"

// tellBeside sets Mailquarry beside those who index mail, and the goals beside that.
// How it compares with FTS5, which has no store and reads no mail, the part building tells.
func tellBeside(all []figures) {
	ours := all[0]
	fmt.Println("\n| Mailquarry beside | what | ratio | goal |\n|---|---|---|---|")
	for _, peer := range all[1:] {
		if peer.name != "notmuch" && peer.name != "mu" {
			continue
		}
		theirs := peer.index.wall.Seconds()
		fmt.Printf("| %s | rate of import, which stores, extracts and indexes | %.1f | 8 at least |\n", peer.name, theirs/ours.index.wall.Seconds())
		fmt.Printf("| | rate of --reindex, of stored text | %.1f | 20 at least |\n", theirs/ours.reindex.wall.Seconds())
		goal := ""
		if peer.name == "notmuch" {
			goal = "0.25 at most"
		}
		fmt.Printf("| | bytes of the index | %.3f | %s |\n", float64(ours.disk)/float64(peer.disk), goal)
	}
	fmt.Printf("| | peak memory of import | %.0f MB | less than 600 MB |\n| | peak memory of --reindex | %.0f MB | less than 600 MB |\n",
		mb(ours.index.rss), mb(ours.reindex.rss))
}
