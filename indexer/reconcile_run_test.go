package indexer

import (
	"fmt"
	"testing"
	"time"

	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
)

// Each mailbox has its turn once in every interval, and the turns are spread over
// it: of a thousand mailboxes no hour of the day has less than half or more than
// twice its share.
func TestTurnsAreSpreadOverTheDay(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	perHour := map[int]int{}
	for id := range mail.MailboxID(1000) {
		last := lastTurn(id+1, now, day)
		if age := now.Sub(last); age < 0 || age >= day {
			t.Fatalf("the last turn of mailbox %s was %s ago", id+1, age)
		}
		if next := lastTurn(id+1, now.Add(day), day); next.Sub(last) != day {
			t.Fatalf("the turns of mailbox %s are %s apart", id+1, next.Sub(last))
		}
		perHour[last.UTC().Hour()]++
	}
	for h := range 24 {
		if n := perHour[h]; n < 1000/24/2 || n > 2*1000/24 {
			t.Errorf("%d of 1000 mailboxes have their turn at %d o'clock", n, h)
		}
	}
}

// What the store holds of a folder takes at most 64 bytes a message while it is
// compared, and no key is taken for another.
func TestLedgerIsSmall(t *testing.T) {
	t.Parallel()
	const n = 200_000
	l := &ledger{}
	for i := range n {
		l.add(archive.Key{Key: fmt.Sprintf("%0140d", i), Stamp: fmt.Sprint("stamp ", i)})
	}
	l.close()
	if size := (cap(l.rows)*24 + cap(l.seen)) / n; size > 64 {
		t.Errorf("%d bytes for each message", size)
	}
	for i := range n {
		if row, ok := l.find(fmt.Sprintf("%0140d", i)); !ok || l.rows[row].stamp != stampSum(fmt.Sprint("stamp ", i)) {
			t.Fatalf("message %d is not found", i)
		}
	}
	if _, ok := l.find("another"); ok {
		t.Error("a message that was never added is found")
	}
}
